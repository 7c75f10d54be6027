"""A code that a person types on another machine: asked for, and what its answers mean."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from provision.clock import Clock
from provision.errors import (
    ClientRefused,
    OutcomeUnknown,
    ProvisionError,
    SignInRequired,
    TemporaryError,
    Throttled,
    Unreachable,
)
from provision.oauth.http_response import Answer, Form, json_object, raise_if_temporary
from provision.oauth.refusal import Refusal, error_for, read_refusal
from provision.oauth.token_messages import Client, TokenSet
from provision.secret import Secret

GRANT_TYPE: Final = "urn:ietf:params:oauth:grant-type:device_code"
_DOING: Final = "signing in by device code"
_INTERVAL: Final = 5.0
"""RFC 8628 section 3.2: where the answer names none."""
_SLOWER: Final = 5.0
"""RFC 8628 section 3.5: what each `slow_down` adds, for good."""
_LONGEST_PAUSE: Final = 60.0
_PUBLIC_ONLY: Final = frozenset({70002, 7000218})
"""What a client is told that Entra takes for one without a secret, or wants to be one."""


@dataclass(frozen=True, slots=True)
class UserCode:
    """What the person has to know."""

    code: str
    """To be typed; worth nothing to anybody who cannot sign in as the account."""
    page: str
    """Where to type it."""
    page_with_code: str | None
    """The same with the code filled in, for a link or a QR code; Entra gives none."""
    minutes: int
    """How long both are good."""


@dataclass(frozen=True, slots=True)
class DeviceSignIn:
    """One sign-in by device code that was begun."""

    client_id: str
    authority: str
    scopes: tuple[str, ...]
    device_code: Secret
    shown: UserCode
    expires_in: float
    interval: float
    """Seconds between two questions, at least."""
    nonce: None = None
    """The grant has no place for one: an id token cannot be held against it."""


def build_device_request(client: Client, scopes: tuple[str, ...]) -> Form:
    """Return the form that asks for a code.

    Source:
        RFC 8628 section 3.1; https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
    """
    return {"client_id": client.client_id, "scope": " ".join(scopes)}


def build_device_redemption(client: Client, begun: DeviceSignIn) -> Form:
    """Return the form that asks whether somebody approved; the client proves who it is.

    Source:
        RFC 8628 section 3.4
    """
    secret = {} if client.secret is None else {"client_secret": client.secret}
    return {
        "client_id": client.client_id,
        **secret,
        "grant_type": GRANT_TYPE,
        "device_code": begun.device_code,
    }


def parse_device_answer(answer: Answer, client: Client, scopes: tuple[str, ...]) -> DeviceSignIn:
    """Return the code, or raise what the endpoint said.

    Raises:
        ProvisionError: By the OAuth `error`, else by the HTTP status.

    Source:
        RFC 8628 section 3.2
    """
    fields = json_object(answer) or {}
    if "error" in fields:
        refusal = read_refusal(fields)
        raise_if_temporary(answer, _DOING, refusal.evidence)
        raise _refused(refusal, is_lost=False)
    raise_if_temporary(answer, _DOING)
    device_code, user_code = _text(fields, "device_code"), _text(fields, "user_code")
    page = _text(fields, "verification_uri") or _text(fields, "verification_url")
    expires_in = _seconds(fields.get("expires_in"))
    if not (device_code and user_code and page.startswith("https://") and expires_in):
        raise Unreachable(
            f"{_DOING}: the answer ({answer.status}) has no code and no page to type it on",
            hint="a proxy or a captive portal may have answered in Entra's place",
        )
    complete = _text(fields, "verification_uri_complete")
    return DeviceSignIn(
        client_id=client.client_id,
        authority=client.authority,
        scopes=scopes,
        device_code=Secret(device_code),
        shown=UserCode(
            user_code,
            page,
            complete if complete.startswith("https://") else None,
            int(expires_in // 60),
        ),
        expires_in=expires_in,
        interval=_seconds(fields.get("interval")) or _INTERVAL,
    )


def wait_for_approval(
    ask: Callable[[], TokenSet | Refusal],
    begun: DeviceSignIn,
    clock: Clock,
    *,
    timeout: float | None,
    may_be_fresh: Callable[[ProvisionError, float], bool],
) -> TokenSet:
    """Ask until somebody approved; never faster than the endpoint wants to be asked.

    Args:
        ask: Sends one question.
        begun: The code.
        clock: Waits.
        timeout: Seconds; None is as long as the code is good.
        may_be_fresh: Tells, by refusal and seconds since the beginning, whether the client may
            only be too new.

    Raises:
        SignInRequired: Nobody approved in time, or the answer was lost.
        ConsentMissing: Somebody declined.
        ClientRefused: Entra does not accept the client, or wants a public one.
        ProvisionError: What else it said.

    Source:
        RFC 8628 sections 3.4 and 3.5
    """
    began, is_lost = clock.monotonic(), False
    patience = min(begun.expires_in, timeout if timeout is not None else begun.expires_in)
    interval = pause = begun.interval
    while clock.monotonic() - began + pause <= patience:
        clock.sleep(pause)
        try:
            answer = ask()
        except TemporaryError as error:
            is_lost = is_lost or isinstance(error, OutcomeUnknown)
            pause = _longer(pause, error)
            continue
        if isinstance(answer, TokenSet):
            return answer
        if answer.error == "slow_down":
            interval += _SLOWER
        elif answer.error != "authorization_pending":
            refused = _refused(answer, is_lost=is_lost)
            if not may_be_fresh(refused, clock.monotonic() - began):
                raise refused
        pause = interval
    raise _nobody_approved(patience)


def _longer(pause: float, error: TemporaryError) -> float:
    asked = error.retry_after if isinstance(error, Throttled) else None
    return max(min(pause * 2, _LONGEST_PAUSE), asked or 0.0)


def _refused(refusal: Refusal, *, is_lost: bool) -> ProvisionError:
    told = error_for(refusal, _DOING)
    if is_lost and refusal.error == "bad_verification_code":
        return SignInRequired(
            f"{_DOING}: an answer was lost on its way, and a device code works only once",
            hint="sign in again: provision authorize --device",
            evidence=told.evidence,
        )
    if refusal.code in _PUBLIC_ONLY:
        return ClientRefused(
            told.message,
            hint="Entra wants a public client here. provision proves who it is by the client "
            "secret and never makes an application public: sign in another way, "
            "provision authorize --link",
            evidence=told.evidence,
        )
    return told


def _nobody_approved(seconds: float) -> SignInRequired:
    return SignInRequired(
        f"{_DOING}: nobody entered the code and approved within {seconds:.0f} seconds",
        hint="Begin again with a new code: provision authorize --device. If Microsoft's page "
        "showed AADSTS53003, a policy of the tenant blocks device codes, and only the page tells: "
        "provision authorize --link needs none",
    )


def _text(fields: dict[str, object], name: str) -> str:
    value = fields.get(name)
    # It is printed on a terminal: nothing that moves the cursor.
    return value if isinstance(value, str) and value.isprintable() else ""


def _seconds(value: object) -> float:
    try:
        seconds = float(str(value))
    except ValueError:
        return 0.0
    return seconds if 0 < seconds < float("inf") else 0.0
