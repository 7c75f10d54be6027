"""Certificates of their own making, as files that a manifest names; the same in each run.

A cassette shows their thumbprints, which a later run has to recognise.
"""

from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

_NUMBER = 20260301
"""Makes the key: it protects nothing."""


@cache
def _key() -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(_NUMBER, ec.SECP256R1())


@cache
def given_certificate(name: str = "mail", until: int = 2098) -> x509.Certificate:
    """Return a certificate with that common name, good until the end of that year."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(_key().public_key())
        .serial_number(_NUMBER)
        .not_valid_before(datetime(2025, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(until, 12, 31, tzinfo=UTC))
        .sign(_key(), hashes.SHA256(), ecdsa_deterministic=True)
    )


def pem(name: str = "mail") -> bytes:
    """Return a certificate as a file holds it."""
    return given_certificate(name).public_bytes(Encoding.PEM)


def key_pem() -> bytes:
    """Return the private key, which belongs in no such file."""
    return _key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
