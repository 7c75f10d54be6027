"""Certificates: given ones are added to those that exist, and every end is told."""

import base64
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from provision.errors import RefusedError
from provision.manifest.certificates import CertificateFile
from provision.manifest.load import read_manifest
from provision.manifest.model import Manifest
from provision.plan.certificates import certificate_changes, certificate_remarks
from provision.plan.changes import AddCertificates
from provision.plan.difference import fields, title
from provision.tenant.certificate import Certificate, KeyCredential
from provision.tenant.port import Snapshot
from tests.unit.plan.tenants import NOW, snapshot

THUMBPRINT = "AB" * 20
GIVEN = Certificate(THUMBPRINT, "CN=mail", NOW, NOW + timedelta(days=300), "DER")
PLAIN = read_manifest("tenant: contoso.com\napplication: {uniqueName: x}\n", "m")


def naming(certificate: Certificate = GIVEN) -> Manifest:
    file = CertificateFile("a.pem", certificate)
    return replace(PLAIN, application=replace(PLAIN.application, certificates=(file,)))


def held(identifier: str | None = THUMBPRINT, days: int = 300) -> KeyCredential:
    end = (NOW + timedelta(days=days)).isoformat()
    return KeyCredential("k1", identifier, "CN=mail", "AsymmetricX509Cert", "Verify", "", end)


def tenant(*found: KeyCredential) -> Snapshot:
    return replace(snapshot({}), key_credentials=frozenset(found))


def test_a_certificate_that_is_missing_goes_along_with_those_that_are_there():
    other = held("CD" * 20)

    (change,) = certificate_changes(naming(), tenant(other), NOW)

    assert change == AddCertificates((other,), (GIVEN,))
    assert title(change) == "add 1 certificate"
    assert [f.after for f in fields(change)] == [f"{THUMBPRINT} (CN=mail, until 2027-09-19)"]


@pytest.mark.parametrize(
    "identifier",
    [THUMBPRINT, THUMBPRINT.lower(), base64.b64encode(bytes.fromhex(THUMBPRINT)).decode()],
)
def test_a_certificate_that_is_there_is_not_added_again(identifier):
    assert certificate_changes(naming(), tenant(held(identifier)), NOW) == ()


@pytest.mark.parametrize("identifier", [None, "", "not base64", "q80="])
def test_another_identifier_is_another_certificate(identifier):
    assert len(certificate_changes(naming(), tenant(held(identifier)), NOW)) == 1


def test_a_certificate_that_has_expired_is_not_added():
    with pytest.raises(RefusedError, match="it expired on"):
        certificate_changes(naming(replace(GIVEN, end_at=NOW)), tenant(), NOW)


@pytest.mark.parametrize(
    ("manifest", "days", "remark"),
    [
        (naming(), -1, "has expired"),
        (naming(), 29, "ends in 29 days"),
        (PLAIN, 29, "is not in the manifest and is left alone"),
    ],
)
def test_what_a_person_should_know_about_a_certificate_is_told(manifest, days, remark):
    (told,) = certificate_remarks(manifest, tenant(held(days=days)), NOW)

    assert remark in told


def test_a_certificate_with_a_long_life_needs_no_remark():
    assert list(certificate_remarks(naming(), tenant(held()), NOW)) == []


def test_an_end_with_seven_digits_is_read():
    found = replace(held(), end="2027-01-02T03:04:05.1234567Z")

    assert found.end_at.replace(microsecond=0) == datetime(2027, 1, 2, 3, 4, 5, tzinfo=NOW.tzinfo)
