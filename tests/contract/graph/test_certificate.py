"""An administrator with a certificate is asked for nothing else."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from provision.cloud import BUILT_IN
from provision.errors import Unreachable
from provision.graph.administrator_settings import AdministratorSettings
from provision.graph.sign_in import AzureSignIn
from provision.secret import Secret


def test_signs_in_with_a_certificate_where_there_is_one(tmp_path: Path):
    certificate = tmp_path / "administrator.pem"
    certificate.write_bytes(pem_with_key(b"passphrase"))
    settings = AdministratorSettings(
        tenant="contoso.onmicrosoft.com",
        client_id="c-1",
        certificate_path=certificate,
        certificate_password=Secret("passphrase"),
    )
    nowhere = replace(BUILT_IN["global"], name="nowhere", authority="https://localhost:9")

    with pytest.raises(Unreachable, match=f"application c-1 with certificate {certificate}"):
        AzureSignIn(nowhere, settings).request("")


def pem_with_key(passphrase: bytes) -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "administrator")])
    builder = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=1,
        not_valid_before=datetime(2026, 1, 1, tzinfo=UTC),
        not_valid_after=datetime(2046, 1, 1, tzinfo=UTC),
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase),
    )
    certificate = builder.sign(key, hashes.SHA256())
    return private + certificate.public_bytes(serialization.Encoding.PEM)
