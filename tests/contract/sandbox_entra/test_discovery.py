"""Discovery: the documents a client reads first."""

import pytest

from provision.sandbox.tokens import CONSUMERS_TENANT
from tests.contract.sandbox_entra.tenant import ORIGIN, Sandbox


def configuration(sandbox: Sandbox, segment: str) -> dict[str, object]:
    answer = sandbox.get(f"/{segment}/v2.0/.well-known/openid-configuration")
    return dict(answer.json())


@pytest.mark.parametrize("segment", ["common", "organizations"])
def test_an_open_authority_has_no_issuer_of_its_own(sandbox: Sandbox, segment: str) -> None:
    assert configuration(sandbox, segment)["issuer"] == f"{ORIGIN}/{{tenantid}}/v2.0"


def test_a_tenant_is_its_own_issuer_under_every_name(sandbox: Sandbox) -> None:
    issuers = {
        configuration(sandbox, segment)["issuer"]
        for segment in (sandbox.tenant, "contoso.com", "contoso.onmicrosoft.com")
    }
    assert issuers == {f"{ORIGIN}/{sandbox.tenant}/v2.0"}


def test_consumers_are_a_tenant(sandbox: Sandbox) -> None:
    expected = f"{ORIGIN}/{CONSUMERS_TENANT}/v2.0"
    assert configuration(sandbox, "consumers")["issuer"] == expected
    assert configuration(sandbox, CONSUMERS_TENANT)["issuer"] == expected


def test_endpoints_keep_the_segment_that_was_asked(sandbox: Sandbox) -> None:
    found = configuration(sandbox, "common")
    assert found["token_endpoint"] == f"{ORIGIN}/common/oauth2/v2.0/token"
    assert found["authorization_endpoint"] == f"{ORIGIN}/common/oauth2/v2.0/authorize"
    assert found["device_authorization_endpoint"] == f"{ORIGIN}/common/oauth2/v2.0/devicecode"
    assert found["jwks_uri"] == f"{ORIGIN}/common/discovery/v2.0/keys"


def test_an_unknown_tenant_has_no_configuration(sandbox: Sandbox) -> None:
    answer = sandbox.get("/nowhere.example/v2.0/.well-known/openid-configuration")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_tenant")
    assert answer.json()["error_codes"] == [90002]


def test_the_instance_knows_itself(sandbox: Sandbox) -> None:
    answer = sandbox.get("/common/discovery/instance", **{"api-version": "1.1"}).json()
    assert answer["metadata"][0]["aliases"] == ["localhost:8443"]
    assert answer["tenant_discovery_endpoint"].endswith(
        "/common/v2.0/.well-known/openid-configuration"
    )


def test_the_instance_leads_to_the_tenant_that_was_asked_for(sandbox: Sandbox) -> None:
    asked = f"{ORIGIN}/{sandbox.tenant}/oauth2/v2.0/authorize"
    answer = sandbox.get("/common/discovery/instance", authorization_endpoint=asked).json()
    expected = f"{ORIGIN}/{sandbox.tenant}/v2.0/.well-known/openid-configuration"
    assert answer["tenant_discovery_endpoint"] == expected


@pytest.mark.parametrize(
    "asked", ["https://login.example/common/oauth2/v2.0/authorize", "https://[::1", ""]
)
def test_the_instance_vouches_for_no_other_host(sandbox: Sandbox, asked: str) -> None:
    answer = sandbox.get("/common/discovery/instance", authorization_endpoint=asked)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_instance")
    assert answer.json()["error_codes"] == [50049]


def test_keys_are_the_ones_that_sign(sandbox: Sandbox) -> None:
    keys = sandbox.get(f"/{sandbox.tenant}/discovery/v2.0/keys").json()["keys"]
    assert keys == sandbox.context.tokens.jwks()["keys"]


def test_the_native_client_page_says_what_to_copy(sandbox: Sandbox) -> None:
    assert "whole address" in sandbox.get("/common/oauth2/nativeclient", code="x").text


def test_the_native_client_page_may_move_on_to_a_warning(sandbox: Sandbox) -> None:
    assert "wrongplace" not in sandbox.get("/common/oauth2/nativeclient", code="x").text
    sandbox.directory.switches.native_client_warns = True
    assert "/common/wrongplace" in sandbox.get("/common/oauth2/nativeclient", code="x").text
    assert "sign in as you" in sandbox.get("/common/wrongplace").text


def test_an_error_uri_leads_to_what_the_code_means(sandbox: Sandbox) -> None:
    body = sandbox.token(grant_type="password").json()
    assert body["error_uri"] == f"{ORIGIN}/error?code=70003"
    assert body["error"] in sandbox.get("/error", code="70003").text


def test_devices_find_where_to_ask(sandbox: Sandbox) -> None:
    found = configuration(sandbox, "common")
    assert found["device_authorization_endpoint"] == f"{ORIGIN}/common/oauth2/v2.0/devicecode"
