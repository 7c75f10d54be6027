"""Certificates with which an application signs in (Graph `keyCredential`)."""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Certificate:
    """A public certificate that is given; whoever uses it holds its private key elsewhere."""

    thumbprint: str
    """SHA-1, upper-case hexadecimal: what Graph recognises it by."""
    subject: str
    start_at: datetime
    end_at: datetime
    der: str
    """Base64."""


@dataclass(frozen=True, slots=True)
class KeyCredential:
    """A key credential as Graph shows it: never the key, and to the letter, to be sent back."""

    key_id: str
    custom_key_identifier: str | None
    display_name: str | None
    kind: str
    usage: str
    start: str
    end: str

    @property
    def end_at(self) -> datetime:
        """When it ends; its fraction may have seven digits."""
        parsed = datetime.fromisoformat(self.end)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)

    def is_of(self, certificate: Certificate) -> bool:
        """Tell whether it is this certificate: the identifier is hexadecimal, or base64 of it."""
        identifier = self.custom_key_identifier or ""
        if identifier.upper() == certificate.thumbprint:
            return True
        try:
            return base64.b64decode(identifier, validate=True).hex().upper() == (
                certificate.thumbprint
            )
        except (binascii.Error, ValueError):
            return False
