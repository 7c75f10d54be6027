"""The Key Vault sink over the SDK and TLS: what it proves, writes, reads back, and says."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from provision.clock import ManualClock
from provision.cloud import BUILT_IN, Cloud
from provision.errors import NotPermitted, SinkFailed, TemporaryError, Throttled
from provision.handoff.key_vault import KeyVaultSink
from provision.handoff.key_vault_client import KeyVaultClient
from provision.secret import Secret
from tests.fakes.key_vault import TOKEN, Fault, MemoryKeyVault, running_key_vault
from tests.unit.handoff.values import make_handover, make_registration

END = datetime(2027, 5, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SECRET, TOKEN_NAME = "forms-client-secret", "forms-refresh-token"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MemoryKeyVault]:
    with running_key_vault(tmp_path_factory.mktemp("key-vault")) as vault:
        yield vault


@pytest.fixture
def vault(served: MemoryKeyVault) -> MemoryKeyVault:
    fresh = MemoryKeyVault()
    served.versions, served.bin, served.denied = fresh.versions, fresh.bin, fresh.denied
    served.faults, served.requests = fresh.faults, fresh.requests
    return served


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


def cloud_of(vault: MemoryKeyVault) -> Cloud:
    return replace(BUILT_IN["global"], name="/a/cloud.json", ca_bundle=vault.ca)


@pytest.fixture
def sink(vault: MemoryKeyVault, clock: ManualClock) -> KeyVaultSink:
    cloud = cloud_of(vault)
    return KeyVaultSink(
        vault.origin,
        "forms",
        lambda: KeyVaultClient(vault.origin, cloud, lambda: Secret(TOKEN), clock),
    )


HANDOVER = make_handover(end_at=END)


def test_preparing_leaves_nothing_behind(sink: KeyVaultSink, vault: MemoryKeyVault) -> None:
    sink.prepare()

    assert (vault.versions, vault.bin) == ({}, {})
    assert "PUT" not in {method for method, _ in vault.requests}


def test_both_secrets_have_their_end_content_type_and_tags(
    sink: KeyVaultSink, vault: MemoryKeyVault
) -> None:
    sink.keep(HANDOVER)

    secret, token = vault.latest(SECRET), vault.latest(TOKEN_NAME)
    assert (secret["value"], token["value"]) == ("s3~cr.et_", "1.AXrefresh")
    assert secret["attributes"]["exp"] == int(END.timestamp())
    assert secret["contentType"] == "application/x-oauth-client-secret"
    assert secret["tags"] == {
        "keyId": "key-1",
        "clientId": "c-1",
        "tenantId": "t-1",
        "uniqueName": "aem-forms-mail",
        "authority": "https://login.microsoftonline.com/common",
        "expiresAt": "2027-05-01T00:00:00Z",
    }
    assert token["contentType"] == "application/x-oauth-refresh-token"
    assert token["tags"]["mailbox"] == "forms@contoso.com"
    assert token["tags"]["expiresAt"] == "2026-05-01T09:30:00Z"


def test_the_key_id_is_read_back_from_the_tags(sink: KeyVaultSink) -> None:
    before = sink.held_key_id()
    sink.keep(HANDOVER)

    assert (before, sink.held_key_id(), sink.holds_secrets) == (None, "key-1", True)


def test_what_is_there_is_not_written_again(sink: KeyVaultSink, vault: MemoryKeyVault) -> None:
    sink.keep(HANDOVER)
    sink.keep(HANDOVER)

    assert {name: len(found) for name, found in vault.versions.items()} == {
        SECRET: 1,
        TOKEN_NAME: 1,
    }


def test_a_new_key_makes_a_version_of_the_client_secret_alone(
    sink: KeyVaultSink, vault: MemoryKeyVault
) -> None:
    sink.keep(HANDOVER)
    sink.keep(make_handover(secret="another", key_id="key-2", end_at=END))

    assert [v["value"] for v in vault.versions[SECRET]] == ["s3~cr.et_", "another"]
    assert len(vault.versions[TOKEN_NAME]) == 1


def test_another_application_replaces_both(sink: KeyVaultSink, vault: MemoryKeyVault) -> None:
    sink.keep(HANDOVER)
    sink.keep(make_handover(registration=make_registration(client_id="c-2")))

    assert [v["tags"]["clientId"] for v in vault.versions[TOKEN_NAME]] == ["c-1", "c-2"]


def test_a_secret_of_unknown_key_has_no_key_id(sink: KeyVaultSink, vault: MemoryKeyVault) -> None:
    sink.keep(make_handover(key_id=""))

    assert "keyId" not in vault.latest(SECRET)["tags"]
    assert sink.held_key_id() is None


def test_an_application_that_is_no_more_goes_into_the_bin(
    sink: KeyVaultSink, vault: MemoryKeyVault
) -> None:
    sink.keep(HANDOVER)

    assert (sink.clear("c-2"), sink.clear("c-1")) == (False, True)
    assert (vault.versions, set(vault.bin)) == ({}, {SECRET, TOKEN_NAME})
    assert sink.clear("c-1") is False


def test_whoever_may_not_write_is_told_the_role_beforehand(
    sink: KeyVaultSink, vault: MemoryKeyVault
) -> None:
    vault.denied = {"set"}

    with pytest.raises(NotPermitted, match="answered 403 Forbidden ForbiddenByRbac") as refused:
        sink.prepare()

    assert "Key Vault Secrets Officer" in refused.value.hint
    assert refused.value.evidence == (("request-id", "11111111-2222-3333-4444-555555555555"),)


def test_whoever_may_write_and_not_read_may_write(
    sink: KeyVaultSink, vault: MemoryKeyVault
) -> None:
    vault.denied = {"get"}

    sink.prepare()
    sink.keep(HANDOVER)

    assert vault.latest(SECRET)["value"] == "s3~cr.et_"
    with pytest.raises(NotPermitted, match="reading forms-client-secret"):
        sink.held_key_id()


def test_a_name_in_the_bin_is_refused_beforehand_with_the_way_out(
    sink: KeyVaultSink, vault: MemoryKeyVault
) -> None:
    sink.keep(HANDOVER)
    vault.delete(SECRET)

    with pytest.raises(SinkFailed, match="is in the vault's bin") as refused:
        sink.prepare()

    assert f"recover --vault-name localhost:{vault.origin[18:]} --name {SECRET}" in (
        refused.value.hint
    )


def test_a_name_that_went_into_the_bin_meanwhile_is_explained(
    sink: KeyVaultSink, vault: MemoryKeyVault
) -> None:
    sink.keep(HANDOVER)
    vault.delete(SECRET)

    with pytest.raises(SinkFailed, match="409 Conflict ObjectIsDeleted") as refused:
        sink.keep(HANDOVER)

    assert "az keyvault secret recover" in refused.value.hint


def test_a_vault_that_asks_for_patience_gets_it(
    sink: KeyVaultSink, vault: MemoryKeyVault, clock: ManualClock
) -> None:
    vault.faults = [Fault("PUT", 429, "Throttled", retry_after="3"), Fault("PUT", 503)]

    sink.keep(HANDOVER)

    assert (clock.now() - NOW).total_seconds() == 5.0
    assert len(vault.versions[TOKEN_NAME]) == 1


def test_patience_ends(sink: KeyVaultSink, vault: MemoryKeyVault) -> None:
    vault.faults = [Fault("PUT", 429, "Throttled", retry_after="20")] * 2

    with pytest.raises(Throttled, match="answered 429 Throttled") as refused:
        sink.keep(HANDOVER)

    assert refused.value.retry_after == 20.0


def test_a_server_fault_is_temporary_and_told_once(
    sink: KeyVaultSink, vault: MemoryKeyVault
) -> None:
    vault.faults = [Fault("PATCH", 500, "InternalServerError")]

    with pytest.raises(TemporaryError, match="writing forms-client-secret: Key Vault answered 500"):
        sink.prepare()

    assert [method for method, _ in vault.requests] == ["PATCH"]


def test_a_client_secret_that_was_refused_leaves_the_old_one_the_latest(
    sink: KeyVaultSink, vault: MemoryKeyVault
) -> None:
    sink.keep(HANDOVER)
    vault.faults = [Fault("PUT", 403, "Forbidden", "ForbiddenByFirewall")]

    with pytest.raises(NotPermitted) as refused:
        sink.keep(make_handover(secret="another", key_id="key-2"))

    assert "firewall" in refused.value.hint
    assert (vault.latest(SECRET)["value"], sink.held_key_id()) == ("s3~cr.et_", "key-1")


def test_another_identitys_tenant_is_named(vault: MemoryKeyVault, clock: ManualClock) -> None:
    cloud = cloud_of(vault)
    client = KeyVaultClient(vault.origin, cloud, lambda: Secret("of another tenant"), clock)
    sink = KeyVaultSink(vault.origin, "forms", lambda: client)

    with pytest.raises(SinkFailed, match="401 Unauthorized") as refused:
        sink.prepare()

    assert "tenant that the vault belongs to" in refused.value.hint


def test_a_vault_with_an_unknown_certificate_is_not_spoken_to(
    vault: MemoryKeyVault, clock: ManualClock
) -> None:
    client = KeyVaultClient(vault.origin, BUILT_IN["global"], lambda: Secret(TOKEN), clock)
    sink = KeyVaultSink(vault.origin, "forms", lambda: client)

    with pytest.raises(TemporaryError, match="certificate is not one that is trusted"):
        sink.prepare()

    assert vault.requests == []


def test_a_vault_that_is_not_there_is_temporary(vault: MemoryKeyVault, clock: ManualClock) -> None:
    away = KeyVaultClient("https://localhost:1", cloud_of(vault), lambda: Secret(TOKEN), clock)
    sink = KeyVaultSink("https://localhost:1", "forms", lambda: away)

    with pytest.raises(TemporaryError, match="cannot be reached"):
        sink.prepare()


def test_the_holder_names_vault_and_prefix(tmp_path: Path) -> None:
    sink = KeyVaultSink("https://contoso.vault.azure.net", "forms", lambda: pytest.fail("talks"))

    assert sink.holder == "keyvault contoso.vault.azure.net/forms"
