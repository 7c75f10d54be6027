"""The values of a hand-off by name: what sinks call them that store each by itself."""

from collections.abc import Mapping
from typing import Final

from provision.handoff.stored_values import Holding, Token
from provision.secret import Secret
from provision.tenant.registration import ClientSecret

CLIENT_ID: Final = "MAIL_OAUTH_CLIENT_ID"
CLIENT_SECRET: Final = "MAIL_OAUTH_CLIENT_SECRET"  # noqa: S105  (a variable's name)
CLIENT_SECRET_KEY_ID: Final = "MAIL_OAUTH_CLIENT_SECRET_KEY_ID"  # noqa: S105  (likewise)
TENANT_ID: Final = "MAIL_OAUTH_TENANT_ID"
AUTHORITY: Final = "MAIL_OAUTH_AUTHORITY"
REFRESH_TOKEN: Final = "MAIL_OAUTH_REFRESH_TOKEN"  # noqa: S105  (likewise)
REFRESH_TOKEN_ISSUED_AT: Final = "MAIL_OAUTH_REFRESH_TOKEN_ISSUED_AT"  # noqa: S105  (likewise)
KEYS: Final = (
    CLIENT_ID,
    CLIENT_SECRET,
    CLIENT_SECRET_KEY_ID,
    TENANT_ID,
    AUTHORITY,
    REFRESH_TOKEN,
    REFRESH_TOKEN_ISSUED_AT,
)
SECRETS: Final = (CLIENT_SECRET, REFRESH_TOKEN)


def variables(holding: Holding) -> dict[str, str]:
    """Return every value that is known, the secrets revealed, in the order of `KEYS`."""
    secret, token = holding.client_secret, holding.token
    values = {
        CLIENT_ID: holding.client_id,
        CLIENT_SECRET: None if secret is None else secret.secret.reveal(),
        CLIENT_SECRET_KEY_ID: holding.key_id,
        TENANT_ID: holding.tenant_id,
        AUTHORITY: holding.authority,
        REFRESH_TOKEN: None if token is None else token.secret.reveal(),
        REFRESH_TOKEN_ISSUED_AT: None if token is None else token.issued_at,
    }
    return {key: value for key, value in values.items() if value}


def holding_of(values: Mapping[str, str], mailbox: str | None) -> Holding:
    """Return what values of these names say; an absent one is not known.

    Args:
        values: By name; other names are not looked at.
        mailbox: Whose refresh token it is.
    """
    secret, token = values.get(CLIENT_SECRET, ""), values.get(REFRESH_TOKEN, "")
    return Holding(
        client_id=values.get(CLIENT_ID, ""),
        tenant_id=values.get(TENANT_ID, ""),
        authority=values.get(AUTHORITY, ""),
        mailbox=mailbox,
        client_secret=(
            ClientSecret(values.get(CLIENT_SECRET_KEY_ID, ""), Secret(secret)) if secret else None
        ),
        token=(
            Token(Secret(token), values.get(REFRESH_TOKEN_ISSUED_AT) or None, None)
            if token
            else None
        ),
    )
