"""A certificate to register with an application."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha1

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True)
class Sample:
    """A certificate as Graph takes it and as Graph describes it."""

    base64: str
    thumbprint: str
    key: ec.EllipticCurvePrivateKey
    start_at: datetime
    end_at: datetime

    def credential(self, **members: object) -> dict[str, object]:
        """Return it as the body of a request has it."""
        return {"type": "AsymmetricX509Cert", "usage": "Verify", "key": self.base64, **members}

    def proof(self, object_id: str, *, lifetime: float = 600.0, begin: datetime) -> str:
        """Return a proof of possession for an application or service principal."""
        claims = {
            "aud": "00000002-0000-0000-c000-000000000000",
            "iss": object_id,
            "nbf": int(begin.timestamp()),
            "exp": int(begin.timestamp() + lifetime),
        }
        return jwt.encode(claims, self.key, "ES256")


def self_signed(
    common_name: str, start_at: datetime = datetime(2026, 1, 1, tzinfo=UTC), days: int = 36500
) -> Sample:
    """Return a new certificate of that name."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start_at)
        .not_valid_after(start_at + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    raw = certificate.public_bytes(Encoding.DER)
    return Sample(
        base64=b64encode(raw).decode(),
        thumbprint=sha1(raw).hexdigest().upper(),
        key=key,
        start_at=start_at,
        end_at=start_at + timedelta(days=days),
    )
