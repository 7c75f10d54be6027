"""The sandbox's own authority: seven days, held to this machine's names, its key never written."""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

MICROSOFT_NAMES = (
    "login.microsoftonline.com",
    "graph.microsoft.com",
    "outlook.office365.com",
    "smtp.office365.com",
)
_ADDRESSES = ("127.0.0.1", "::1")
_LIFETIME = timedelta(days=7)
# A client in a container may lag behind the host by some minutes.
_BACKDATED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """The server's certificate and key as temporary files, removed when the sandbox ends."""

    certificate_pem: Path
    key_pem: Path


@dataclass(frozen=True, slots=True)
class _Authority:
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def make_certificates(
    folder: Path, ca_bundle: Path, now: datetime, *, microsoft_names: bool = False
) -> TlsFiles:
    """Write a new authority's certificate, and a certificate and key it signed.

    Args:
        folder: Private directory that receives the certificate and its key.
        ca_bundle: Where the authority's certificate goes; its key stays in this function.
        now: The machine's time, which clients check against.
        microsoft_names: Whether the names of Microsoft's own hosts are allowed and served.
    """
    names = ("localhost", *(MICROSOFT_NAMES if microsoft_names else ()))
    authority = _make_authority(names, now)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _sign(authority, key.public_key(), names, now)
    files = TlsFiles(folder / "server.pem", folder / "server.key")
    _write(ca_bundle, authority.certificate.public_bytes(Encoding.PEM))
    _write(files.certificate_pem, certificate.public_bytes(Encoding.PEM))
    _write(
        files.key_pem,
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )
    return files


def _make_authority(names: tuple[str, ...], now: datetime) -> _Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "provision sandbox authority")])
    allowed = [
        *(x509.DNSName(name) for name in names),
        x509.IPAddress(IPv4Network("127.0.0.1/32")),
        x509.IPAddress(IPv6Network("::1/128")),
    ]
    certificate = (
        _builder(now)
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(allowed, excluded_subtrees=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return _Authority(key, certificate)


def _sign(
    authority: _Authority,
    public_key: ec.EllipticCurvePublicKey,
    names: tuple[str, ...],
    now: datetime,
) -> x509.Certificate:
    alternatives = [
        *(x509.DNSName(name) for name in names),
        *(x509.IPAddress(ip_address(address)) for address in _ADDRESSES),
    ]
    issuer_key = authority.key.public_key()
    return (
        _builder(now)
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "provision sandbox")]))
        .issuer_name(authority.certificate.subject)
        .public_key(public_key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False
        )
        .sign(authority.key, hashes.SHA256())
    )


def _builder(now: datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + _LIFETIME)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
