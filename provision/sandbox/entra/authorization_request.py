"""An authorization request: where its answer goes, then what it asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from provision.sandbox.context import Context
from provision.sandbox.entra.authorities import Authority
from provision.sandbox.entra.clients import Client, find_client, is_absolute
from provision.sandbox.entra.device_codes import DeviceRequest
from provision.sandbox.entra.refusals import Refused, missing_parameter
from provision.sandbox.entra.scopes import (
    DEFAULT,
    AppRole,
    Scopes,
    everything_declared,
    parse_scopes,
)

ResponseMode = Literal["query", "fragment", "form_post"]
Prompt = Literal["", "login", "none", "consent", "select_account"]
ADMIN_CONSENT: Final = {"response_type": "admin_consent", "response_mode": "query", "prompt": ""}
"""What the links for an administrator mean in the words of an authorization request."""
_ADMIN_TYPES: Final = frozenset({"admin_consent", "all"})
_CHALLENGE_LENGTHS: Final = range(43, 129)
"""RFC 7636 section 4.1."""


@dataclass(frozen=True, slots=True)
class ReturnAddress:
    """Where the answer goes, once that is safe to say."""

    authority: Authority
    client: Client
    redirect_uri: str
    """As the client wrote it; redeeming the code needs the same string."""
    mode: ResponseMode
    state: str | None
    device: DeviceRequest | None = None
    """Set when a device waits for the answer, and nobody is redirected."""


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What a client asks of a person."""

    address: ReturnAddress
    response_types: frozenset[str]
    """Of `code`, `id_token`, `token`; or `admin_consent`, perhaps for `all` that is declared."""
    scopes: Scopes
    prompt: Prompt
    login_hint: str = ""
    nonce: str | None = None
    code_challenge: str | None = None
    """`S256:` or `plain:`, then the challenge."""
    roles: tuple[AppRole, ...] = ()
    """Application permissions that an administrator is asked for besides."""

    @property
    def is_admin_consent(self) -> bool:
        """Tell whether an administrator is asked for the whole tenant, and no token is wanted."""
        return "admin_consent" in self.response_types


def find_address(
    context: Context, authority: Authority, parameters: Mapping[str, str]
) -> ReturnAddress:
    """Return where to answer.

    Raises:
        Refused: Nothing here may be redirected: the client or its redirect URI is not known.
    """
    for required in ("client_id", "response_type", "scope"):
        if not parameters.get(required):
            raise missing_parameter(required)
    client = find_client(context, parameters["client_id"], authority)
    wanted = frozenset(parameters["response_type"].split())
    fallback: ResponseMode = "query" if wanted <= {"code", *_ADMIN_TYPES} else "fragment"
    asked = parameters.get("response_mode", "")
    mode = next((m for m in get_args(ResponseMode) if m == asked), fallback)
    return ReturnAddress(
        authority=authority,
        client=client,
        redirect_uri=_redirect(client, parameters.get("redirect_uri", "")),
        mode="fragment" if mode == "query" and fallback == "fragment" else mode,
        state=parameters.get("state"),
    )


def read_request(
    context: Context, address: ReturnAddress, parameters: Mapping[str, str]
) -> AuthorizationRequest:
    """Return what is asked.

    Raises:
        Refused: To be told to the client by a redirect.
    """
    types = frozenset(parameters["response_type"].split())
    _require_response(address.client, types, parameters)
    prompt = parameters.get("prompt", "")
    if prompt not in get_args(Prompt):
        raise Refused(90023, what="Unsupported 'prompt' value.")
    text, application = parameters["scope"], address.client.application
    roles: tuple[AppRole, ...] = ()
    if "admin_consent" in types and any(word.endswith(DEFAULT) for word in text.split()):
        text, roles = everything_declared(context, application)
    return AuthorizationRequest(
        address=address,
        response_types=types,
        scopes=parse_scopes(text, context, application),
        roles=roles,
        prompt=next(p for p in get_args(Prompt) if p == prompt),
        login_hint=parameters.get("login_hint", ""),
        nonce=parameters.get("nonce"),
        code_challenge=_challenge(parameters),
    )


def _redirect(client: Client, asked: str) -> str:
    registered = client.all_redirects
    if not registered:
        raise Refused(500113)
    if not asked and len(registered) == 1:
        return registered[0]
    if not asked:
        raise Refused(900971)
    if not is_absolute(asked):
        raise Refused(90102, parameter="redirect_uri")
    if client.platform_of(asked) is None:
        raise Refused(50011, redirect_uri=asked, client_id=client.client_id)
    return asked


def _require_response(client: Client, types: frozenset[str], parameters: Mapping[str, str]) -> None:
    if "resource" in parameters:
        raise Refused(901002)
    mode = parameters.get("response_mode", "")
    if mode not in ("", *get_args(ResponseMode)):
        raise Refused(70007, mode=mode)
    unknown = types - {"code", "id_token", "token", *_ADMIN_TYPES}
    if unknown:
        raise Refused(700007, response_type=min(unknown))
    if "id_token" in types and not client.issues("enableIdTokenIssuance"):
        raise Refused(700054)
    if "token" in types and not client.issues("enableAccessTokenIssuance"):
        raise Refused(700051)
    if types & {"id_token", "token"} and mode == "query":
        raise Refused(70007, mode=mode)
    if "id_token" in types and not parameters.get("nonce"):
        raise missing_parameter("nonce")


def _challenge(parameters: Mapping[str, str]) -> str | None:
    challenge = parameters.get("code_challenge")
    if challenge is None:
        return None
    method = parameters.get("code_challenge_method", "plain")
    if method not in ("S256", "plain") or len(challenge) not in _CHALLENGE_LENGTHS:
        raise Refused(501491)
    return f"{method}:{challenge}"
