"""Who is asking at the token endpoint: the client id, and the secret that proves it."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from urllib.parse import unquote_plus

from provision.sandbox.context import Context
from provision.sandbox.entra.client_assertion import require_good_assertion
from provision.sandbox.entra.clients import Client, Platform
from provision.sandbox.entra.refusals import Refused, missing_parameter


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client said about itself."""

    client_id: str
    secret: str
    """Empty when there was none."""
    assertion: str
    assertion_type: str
    origin: str
    """The page whose script sends the request; empty for a server and for a program."""


def read_credentials(headers: Mapping[str, str], form: Mapping[str, str]) -> Credentials:
    """Return the client id and secret of the body, or of HTTP Basic (RFC 6749 section 2.3.1).

    Raises:
        Refused: AADSTS900144, no client id.
    """
    client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    scheme, _, rest = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        client_id, secret = _basic(rest)
    if not client_id:
        raise missing_parameter("client_id")
    return Credentials(
        client_id=client_id,
        secret=secret,
        assertion=form.get("client_assertion", ""),
        assertion_type=form.get("client_assertion_type", ""),
        origin=headers.get("origin", ""),
    )


def authenticate(
    context: Context, client: Client, credentials: Credentials, platform: Platform | None
) -> None:
    """Refuse a client that is not who it says.

    Args:
        context: Knows the secrets, and which of them a replica has not heard of.
        client: The application.
        credentials: What was sent.
        platform: Where the redirect URI of this grant is registered; None where there is none,
            so that `isFallbackPublicClient` decides.

    Raises:
        Refused: AADSTS700025, 7000215, 7000218, 7000222, 9002326, 9002327, and those of an
            assertion.
    """
    if credentials.origin and platform not in ("spa", None):
        raise Refused(9002326, origin=credentials.origin)
    if platform in ("publicClient", "spa"):
        if credentials.secret or credentials.assertion:
            raise Refused(700025)
        if platform == "spa" and not credentials.origin:
            raise Refused(9002327)
    elif credentials.assertion:
        require_good_assertion(context, client, credentials.assertion, credentials.assertion_type)
    elif credentials.secret:
        _require_good_secret(context, client, credentials.secret)
    elif platform == "web" or not client.application.get("isFallbackPublicClient"):
        raise Refused(7000218)


def _require_good_secret(context: Context, client: Client, text: str) -> None:
    known = next(
        (
            secret
            for secret in [
                *context.directory.secrets.values(),
                *context.faults.replication.removed_secrets(),
            ]
            if secret.client_id == client.client_id
            and compare_digest(secret.text.encode(), text.encode())
        ),
        None,
    )
    if known is None or context.faults.is_refused(known):
        raise Refused(7000215, client_id=client.client_id)
    if known.end_at <= context.clock.timestamp():
        raise Refused(7000222, client_id=client.client_id)


def _basic(encoded: str) -> tuple[str, str]:
    try:
        name, _, secret = b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return unquote_plus(name), unquote_plus(secret)
