"""A certificate to register with an application."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha1

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


def self_signed(common_name: str) -> Sample:
    """Return a new certificate of that name."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    start_at = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start_at)
        .not_valid_after(start_at + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    raw = certificate.public_bytes(Encoding.DER)
    return Sample(b64encode(raw).decode(), sha1(raw).hexdigest().upper())
