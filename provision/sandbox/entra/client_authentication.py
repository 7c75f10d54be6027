"""Who is asking at the token endpoint: the client id, and the secret that proves it."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from urllib.parse import unquote_plus

from provision.sandbox.context import Context
from provision.sandbox.entra.clients import Client, Platform
from provision.sandbox.entra.refusals import Refused, missing_parameter


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client said about itself."""

    client_id: str
    secret: str
    """Empty when there was none."""
    has_assertion: bool


def read_credentials(authorization: str, form: Mapping[str, str]) -> Credentials:
    """Return the client id and secret of the body, or of HTTP Basic (RFC 6749 section 2.3.1).

    Raises:
        Refused: AADSTS900144, no client id.
    """
    client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() == "basic":
        client_id, secret = _basic(rest)
    if not client_id:
        raise missing_parameter("client_id")
    return Credentials(client_id, secret, "client_assertion" in form)


def authenticate(
    context: Context, client: Client, credentials: Credentials, platform: Platform | None
) -> None:
    """Refuse a client that is not who it says.

    Args:
        context: Knows the secrets, and which of them a replica has not heard of.
        client: The application.
        credentials: What was sent.
        platform: Where the redirect URI of this grant is registered; None asks for a secret.

    Raises:
        Refused: AADSTS700025, 700027, 7000215, 7000218, 7000222, 9002327.
    """
    if credentials.has_assertion:
        raise Refused(700027, thumbprint="", client_id=client.client_id)
    if platform in ("publicClient", "spa"):
        _require_no_secret(platform, credentials)
        return
    if not credentials.secret:
        raise Refused(7000218)
    _require_good_secret(context, client, credentials.secret)


def _require_no_secret(platform: Platform, credentials: Credentials) -> None:
    if credentials.secret:
        raise Refused(700025)
    if platform == "spa":
        raise Refused(9002327)


def _require_good_secret(context: Context, client: Client, text: str) -> None:
    known = next(
        (
            secret
            for secret in context.directory.secrets.values()
            if secret.client_id == client.client_id
            and compare_digest(secret.text.encode(), text.encode())
        ),
        None,
    )
    if known is None or context.faults.is_hidden("sts-secret", known.key_id, known.created_at):
        raise Refused(7000215, client_id=client.client_id)
    if known.end_at <= context.clock.timestamp():
        raise Refused(7000222, client_id=client.client_id)


def _basic(encoded: str) -> tuple[str, str]:
    try:
        name, _, secret = b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return unquote_plus(name), unquote_plus(secret)
