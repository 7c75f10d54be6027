"""How far a request to the login host or Graph comes, at a real socket."""

from dataclasses import replace
from datetime import timedelta

import pytest

from provision.clock import SystemClock
from provision.oauth.reach import reach
from provision.oauth.transport import open_transport
from tests.contract.oauth.harness import Registered


@pytest.mark.parametrize("path", ["/common/v2.0/.well-known/openid-configuration", "/nothing"])
def test_a_host_that_answers_shows_its_tls_and_its_time(tenant: Registered, path):
    with open_transport(tenant.cloud) as http:
        found = reach("login", f"{tenant.cloud.authority}{path}", http)

    assert (found.failed_at, found.said) == (None, "")
    assert f"https://{found.host}:{found.port}" == tenant.cloud.authority
    assert found.tls in ("TLSv1.2", "TLSv1.3")
    assert found.issuer
    assert found.their_time is not None
    assert abs(SystemClock().now() - found.their_time) < timedelta(minutes=1)


def test_a_certificate_that_is_not_trusted_here(tenant: Registered):
    with open_transport(replace(tenant.cloud, ca_bundle=None)) as http:
        found = reach("login", f"{tenant.cloud.authority}/", http)

    assert found.failed_at == "tls"
    assert "certificate" in found.said


def test_a_host_that_is_not_there(tenant: Registered):
    with open_transport(tenant.cloud) as http:
        found = reach("Graph", "https://localhost:1/v1.0/", http)

    assert (found.failed_at, found.host, found.port) == ("connection", "localhost", 1)
