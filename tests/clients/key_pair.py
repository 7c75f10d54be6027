"""A private key with a certificate of its own making, as clients and Graph take it."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate and its key; good for a day from an hour ago."""

    certificate_pem: str
    key_pem: str
    thumbprint: str
    """SHA-1, in hexadecimal."""
    base64: str
    """The certificate, as `keyCredentials` takes it."""

    @property
    def key_credential(self) -> dict[str, str]:
        """Return what `keyCredentials` takes."""
        return {"type": "AsymmetricX509Cert", "usage": "Verify", "key": self.base64}


@cache
def key_pair() -> KeyPair:
    """Return the one pair of this process: making a key takes longer than most tests."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pipeline")])
    now = datetime.now(UTC)  # noqa: TID251  (the sandbox runs on the machine's time)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return KeyPair(
        certificate.public_bytes(Encoding.PEM).decode(),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        certificate.fingerprint(hashes.SHA1()).hex(),
        b64encode(certificate.public_bytes(Encoding.DER)).decode(),
    )
