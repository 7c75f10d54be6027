"""What every `Tenant` does about certificates, whatever it is made of.

Subclass it and provide the fixture `backend`.
"""

import base64

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding

from provision.tenant.certificate import Certificate, KeyCredential
from tests.contract.graph.backend import Backend
from tests.contract.graph.tenant_contract import created, read
from tests.given_certificate import given_certificate


def given(name: str) -> Certificate:
    found = given_certificate(name)
    return Certificate(
        thumbprint=found.fingerprint(SHA1()).hex().upper(),
        subject=found.subject.rfc4514_string(),
        start_at=found.not_valid_before_utc,
        end_at=found.not_valid_after_utc,
        der=base64.b64encode(found.public_bytes(Encoding.DER)).decode(),
    )


def held(backend: Backend) -> list[KeyCredential]:
    found = read(backend, wants_certificates=True).key_credentials
    assert found is not None
    return sorted(found, key=lambda key: key.display_name or "")


class CertificateContract:
    def test_shows_certificates_only_when_asked(self, backend: Backend):
        created(backend)

        assert read(backend).key_credentials is None
        assert held(backend) == []

    def test_adds_a_certificate_that_is_known_by_its_thumbprint(self, backend: Backend):
        application, certificate = created(backend), given("first")

        backend.tenant.replace_certificates(application.object_id, (), (certificate,))

        (found,) = held(backend)
        assert (found.display_name, found.kind) == ("CN=first", "AsymmetricX509Cert")
        assert found.end_at == certificate.end_at

    def test_a_certificate_that_is_there_stays_without_its_key(self, backend: Backend):
        application = created(backend)
        backend.tenant.replace_certificates(application.object_id, (), (given("first"),))
        before = held(backend)

        backend.tenant.replace_certificates(
            application.object_id, tuple(before), (given("second"),)
        )

        after = held(backend)
        assert after[:1] == before
        assert [key.display_name for key in after] == ["CN=first", "CN=second"]
