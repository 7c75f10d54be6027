"""Hand-off format `json`: one object with fixed members, in a file or on standard output."""

import json
from typing import Any, Final

from provision.errors import SinkFailed
from provision.handoff.port import Handover
from provision.handoff.stored_values import Holding, Token, combined
from provision.handoff.whole_file import WholeFileSink
from provision.secret import Secret
from provision.tenant.registration import ClientSecret

# The shape, which only grows while the version stays; every member is always there:
#   version                integer, 1
#   mailbox                string or null: the address
#   clientId, tenantId     string: GUIDs
#   authority              string: URL with its tenant segment
#   clientSecret           string or null
#   clientSecretKeyId      string or null
#   refreshToken           string or null
#   refreshTokenIssuedAt   string or null: UTC, 2026-01-31T09:30:00Z
#   generation             integer or null: renewals of this refresh token's line
VERSION: Final = 1


class JsonSink(WholeFileSink):
    """The values as JSON."""

    name = "json"

    def keep(self, handover: Handover) -> None:
        """Replace the object.

        Raises:
            SinkFailed: The file cannot be written, or is another program's.
        """
        holding = combined(handover, self._stored())
        self._place.write(document(holding))

    def _parsed(self, text: str) -> Holding:
        try:
            return holding_in(text)
        except (ValueError, KeyError, TypeError) as error:
            raise _foreign(self._place.label) from error


def _foreign(label: str) -> SinkFailed:
    return SinkFailed(
        f"{label}: holds something else than a version {VERSION} hand-off, and would be replaced",
        hint="name another path in the manifest's `handoff`, or move the file away",
    )


def document(holding: Holding) -> str:
    """Return the object as a text."""
    return json.dumps(_members(holding), indent=2) + "\n"


def holding_in(text: str) -> Holding:
    """Return what an object holds, given as a text.

    Raises:
        ValueError, KeyError, TypeError: It is no object of this version.
    """
    raw = json.loads(text)
    if not isinstance(raw, dict) or raw.get("version") != VERSION:
        raise ValueError("not a hand-off of this version")
    return _holding(raw)


def _members(holding: Holding) -> dict[str, str | int | None]:
    secret, token = holding.client_secret, holding.token
    return {
        "version": VERSION,
        "mailbox": holding.mailbox,
        "clientId": holding.client_id,
        "clientSecret": None if secret is None else secret.secret.reveal(),
        "clientSecretKeyId": holding.key_id,
        "tenantId": holding.tenant_id,
        "authority": holding.authority,
        "refreshToken": None if token is None else token.secret.reveal(),
        "refreshTokenIssuedAt": None if token is None else token.issued_at,
        "generation": None if token is None else token.generation,
    }


def _holding(raw: dict[str, Any]) -> Holding:
    secret, token = raw["clientSecret"], raw["refreshToken"]
    return Holding(
        client_id=str(raw["clientId"]),
        tenant_id=str(raw["tenantId"]),
        authority=str(raw["authority"]),
        mailbox=raw["mailbox"],
        client_secret=secret and ClientSecret(raw["clientSecretKeyId"] or "", Secret(secret)),
        token=token and Token(Secret(token), raw["refreshTokenIssuedAt"], raw["generation"]),
    )
