"""Certificates are always verified."""

import ssl

import pytest

from provision.errors import UsageError
from provision.mail.tls import tls_context


def test_the_systems_authorities_are_the_default():
    context = tls_context(None)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_a_bundle_alone_is_trusted(tmp_path, monkeypatch):
    import certifi  # noqa: PLC0415  (a bundle that is at hand)

    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other.pem"))
    bundle = tmp_path / "ca.pem"
    with open(certifi.where(), encoding="ascii") as whole:  # noqa: PTH123  (a path as text)
        first, end, _ = whole.read().partition("-----END CERTIFICATE-----")
    bundle.write_text(first + end)
    context = tls_context(bundle)
    assert len(context.get_ca_certs()) == 1
    assert context.check_hostname


@pytest.mark.parametrize("content", [None, "", "not a certificate"])
def test_a_bundle_that_is_none_is_a_usage_error(tmp_path, content):
    bundle = tmp_path / "ca.pem"
    if content is not None:
        bundle.write_text(content)
    with pytest.raises(UsageError, match="CA bundle"):
        tls_context(bundle)
