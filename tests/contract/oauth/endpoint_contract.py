"""What every login host answers our client.

Subclass one and provide its fixture: `host` for what needs no person, `owner` for what does.
"""

import json
from dataclasses import replace

import pytest

from provision.errors import ClientRefused, ConsentMissing, SignInRequired, UsageError
from provision.oauth.discovery import GUID, resolve_tenant
from provision.oauth.scopes import graph_scopes, missing_scopes
from provision.secret import Secret
from tests.contract.oauth.login_host import LoginHost, Owner

NO_SUCH_CLIENT = "00000000-1111-4222-8333-444444444444"


class EndpointContract:
    def test_describes_a_tenant_and_says_where_its_keys_are(self, host: LoginHost):
        provider = host.discovery.provider(host.client.authority)

        assert GUID.search(provider.issuer)
        assert provider.jwks_uri.startswith(host.cloud.authority)

    def test_finds_each_signing_key_by_its_id(self, host: LoginHost):
        discovery, authority = host.discovery, host.client.authority
        listed = json.loads(host.http.get(discovery.provider(authority).jwks_uri).body)["keys"]

        assert [discovery.signing_key(authority, key["kid"]) for key in listed] == listed
        assert {key["kty"] for key in listed} == {"RSA"}

    def test_finds_no_signing_key_that_is_not_published(self, host: LoginHost):
        assert host.discovery.signing_key(host.client.authority, "no-such-key") is None

    def test_a_domain_names_the_tenant_whose_id_is_its_other_name(self, host: LoginHost):
        tenant_id = resolve_tenant(host.discovery, host.cloud, host.tenant)

        described = host.discovery.provider(f"{host.cloud.authority}/{tenant_id}")
        assert tenant_id in described.issuer

    def test_an_unknown_tenant_is_a_mistake_of_whoever_named_it(self, host: LoginHost):
        with pytest.raises(UsageError, match="AADSTS90002"):
            resolve_tenant(host.discovery, host.cloud, "nobody.example")

    def test_refuses_a_wrong_secret_with_the_ids_for_support(self, host: LoginHost):
        client = replace(host.client, secret=Secret("not+the&secret"))

        with pytest.raises(ClientRefused, match="AADSTS7000215") as caught:
            host.endpoint.refresh(client, Secret("none"), host.scopes)
        assert dict(caught.value.evidence).keys() >= {"correlation-id", "trace-id", "timestamp"}

    def test_refuses_an_unknown_client(self, host: LoginHost):
        client = replace(host.client, client_id=NO_SUCH_CLIENT)

        with pytest.raises(ClientRefused, match="AADSTS700016"):
            host.endpoint.refresh(client, Secret("none"), host.scopes)


class OwnerContract:
    def test_a_code_becomes_tokens_with_every_scope_that_was_asked_for(self, owner: Owner):
        tokens = owner.host.endpoint.redeem(owner.host.client, owner.code, owner.sign_in)

        assert tokens.refresh_token
        assert tokens.id_token
        assert missing_scopes(owner.sign_in.scopes, tokens.scopes) == ()

    def test_a_code_that_was_redeemed_means_signing_in_again(self, owner: Owner):
        with pytest.raises(SignInRequired, match="AADSTS54005"):
            owner.host.endpoint.redeem(owner.host.client, owner.redeemed_code, owner.sign_in)

    def test_a_refresh_brings_another_refresh_token_and_the_scopes_asked_for(self, owner: Owner):
        host = owner.host

        tokens = host.endpoint.refresh(host.client, owner.refresh_token, host.scopes)

        assert tokens.refresh_token
        assert tokens.refresh_token != owner.refresh_token
        assert missing_scopes(host.scopes, tokens.scopes) == ()

    def test_a_revoked_refresh_token_means_signing_in_again(self, owner: Owner):
        host = owner.host

        with pytest.raises(SignInRequired, match="AADSTS50173"):
            host.endpoint.refresh(host.client, owner.dead_refresh_token, host.scopes)

    def test_a_scope_that_nobody_consented_to_is_missing_consent(self, owner: Owner):
        host = owner.host
        scopes = graph_scopes(host.cloud, ("Mail.Send",))

        with pytest.raises(ConsentMissing, match="AADSTS65001"):
            host.endpoint.refresh(host.client, owner.refresh_token, scopes)
