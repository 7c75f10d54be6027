"""What the credentials of applications and service principals look like."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from provision.sandbox.directory import JsonObject

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

# Order in which Graph spells a distinguished name, and its abbreviation for a state.
_ABBREVIATIONS: Final = {"ST": "S"}


def key_credential(key: JsonObject, certificate: "Certificate | None") -> JsonObject:
    """Return a certificate credential as Graph shows it: thumbprint and subject, never the key."""
    thumbprint, subject = _described(certificate)
    return {
        "customKeyIdentifier": key.get("customKeyIdentifier") or thumbprint,
        "displayName": key.get("displayName") or subject,
        "endDateTime": key["endDateTime"],
        "key": None,
        "keyId": key["keyId"],
        "startDateTime": key["startDateTime"],
        "type": key["type"],
        "usage": key["usage"],
    }


def password_credential(
    key_id: str, display_name: str | None, start_at: datetime, end_at: datetime, hint: str | None
) -> JsonObject:
    """Return a client secret as it is stored and read: without its text."""
    return {
        "customKeyIdentifier": None,
        "displayName": display_name,
        "endDateTime": instant_text(end_at),
        "hint": hint,
        "keyId": key_id,
        "secretText": None,
        "startDateTime": instant_text(start_at),
    }


def parse_instant(text: str) -> datetime:
    """Return an instant as OData writes it, in UTC; ValueError when it is none."""
    instant = datetime.fromisoformat(text)
    return instant.replace(tzinfo=instant.tzinfo or UTC).astimezone(UTC)


def instant_text(instant: datetime | str) -> str:
    """Return an instant as Graph writes it: `Z`, no trailing zeros in the fraction."""
    if isinstance(instant, str):
        instant = parse_instant(instant)
    fraction = f"{instant.microsecond:06d}".rstrip("0")
    return instant.strftime("%Y-%m-%dT%H:%M:%S") + (f".{fraction}Z" if fraction else "Z")


def _described(certificate: "Certificate | None") -> tuple[str | None, str | None]:
    if certificate is None:
        return None, None
    from cryptography.hazmat.primitives.hashes import SHA1  # noqa: PLC0415  (as above)

    # Graph's thumbprint is SHA-1 by definition; nothing here relies on its strength.
    thumbprint = certificate.fingerprint(SHA1()).hex().upper()  # noqa: S303
    parts = [
        f"{_ABBREVIATIONS.get(a.rfc4514_attribute_name, a.rfc4514_attribute_name)}={a.value!s}"
        for a in reversed(list(certificate.subject))
    ]
    return thumbprint, ", ".join(parts)
