"""The ledger against a manifest: what is declared, what is known, and what was forgotten."""

from dataclasses import replace
from datetime import timedelta

import pytest

from provision.errors import UsageError
from provision.manifest.certificates import CertificateFile
from provision.manifest.model import Manifest
from provision.stages.forget_holder import forget_holder
from provision.stages.secret_custody import Target
from provision.stages.standing import Status
from provision.stages.status import read_ledger, status_of_everything, status_of_manifest
from provision.tenant.certificate import Certificate
from provision.vault.ledger import (
    Holder,
    HolderKey,
    Ledger,
    RegistrationEntry,
)
from provision.vault.port import ClientKey, RememberedIds
from tests.fakes.tenant import TENANT_ID
from tests.unit.stages.ledgers import client, give, status, to_do
from tests.unit.stages.world import FORMS, KEY, MANIFEST, NOW, World, manifest

DAY = timedelta(days=1)


@pytest.fixture
def world(world: World) -> World:
    """Return a host where the mailbox signed in and nothing was handed over."""
    key = world.signed_in().key
    world.vault.remember_ids(KEY, RememberedIds(key.client_id, "object", "principal"))
    return world


def test_a_declared_mailbox_that_never_signed_in_comes_first(world: World) -> None:
    text = MANIFEST.replace("com}]", "com}, {address: Sales@contoso.com}]")

    found = status(world, text)

    assert to_do(found) == [
        ("refreshToken", "missing", "provision authorize --mailbox Sales@contoso.com")
    ]
    assert found.to_do[0].needs_sign_in
    assert [m.address for m in found.applications[0].mailboxes] == [
        "Sales@contoso.com", FORMS.address,
    ]  # fmt: skip


def test_a_mailbox_that_nobody_declares_may_die(world: World) -> None:
    text = MANIFEST.replace("forms@contoso.com", "sales@contoso.com")

    found = status(world, text, 100 * DAY)

    assert [d.what for d in found.to_do] == ["refresh token of sales@contoso.com"]


def test_a_declared_hand_off_that_never_happened_is_due(world: World) -> None:
    world.with_sink()

    assert to_do(status(world)) == [("refreshTokenCopy", "missing", "provision handoff")]


def test_a_hand_off_that_holds_nothing_is_never_missing(world: World) -> None:
    world.with_sink()
    (target,) = world.targets
    world.targets[:] = [Target(_Forgetful(target.sink.holder), target.mailbox)]

    assert to_do(status(world)) == []


class _Forgetful:
    """A sink that keeps no secret."""

    name = "forgetful"
    holds_secrets = False

    def __init__(self, holder: str) -> None:
        self.holder = holder

    def prepare(self) -> None: ...

    def keep(self, handover: object) -> None: ...

    def clear(self, client_id: str) -> bool:
        return False

    def held_key_id(self) -> str | None:
        return None


def test_a_declared_hand_off_with_an_older_secret_is_due(world: World) -> None:
    world.with_sink()
    give(world, world.targets[0].sink.holder, key_id="key-of-last-year")

    assert to_do(status(world)) == [("clientSecretCopy", "outdated", "provision handoff")]


def test_a_hand_off_without_a_mailbox_owes_the_secret_alone(world: World) -> None:
    world.with_sink()
    world.targets[0] = replace(world.targets[0], mailbox=None)

    found = status(world)

    assert to_do(found) == [("clientSecretCopy", "missing", "provision handoff")]
    assert [h.holder.key.address for h in found.applications[0].holders] == [""]


@pytest.mark.parametrize(
    ("mailboxes", "then"),
    [("", "provision apply"), (MANIFEST[MANIFEST.index("mailboxes") :], "")],
)
def test_an_application_that_nobody_knows_here_is_applied_first(
    world: World, mailboxes: str, then: str
) -> None:
    text = f"tenant: contoso.com\napplication: {{uniqueName: another}}\n{mailboxes}"

    found = status(world, text)

    expected = then or "provision apply --through authorize"
    assert (found.to_do[0].kind, found.to_do[0].then) == ("application", expected)
    assert {due.then for due in found.to_do} == {expected}


def test_certificates_of_the_manifest_are_watched(world: World, certificate: Manifest) -> None:
    found = status_of_manifest(certificate, "global", (), world.vault.ledger(), NOW)

    assert [(due.kind, due.state) for due in found.to_do] == [("certificate", "due")]


@pytest.fixture
def certificate() -> Manifest:
    given = Certificate("0A1B", "CN=x", NOW - DAY, NOW + 8 * DAY, "")
    wanted = manifest()
    files = (CertificateFile("x.pem", given),)
    return replace(wanted, application=replace(wanted.application, certificates=files))


def two_tenants(world: World) -> Ledger:
    ledger = world.vault.ledger()
    other = RegistrationEntry(replace(KEY, tenant_id="elsewhere"), "client-2")
    return replace(ledger, registrations=(*ledger.registrations, other))


def test_a_domain_that_could_be_either_of_two_tenants_is_refused(world: World) -> None:
    with pytest.raises(UsageError, match=f"in the tenants {TENANT_ID} and elsewhere") as error:
        status_of_manifest(manifest(), "global", (), two_tenants(world), NOW)
    assert "provision status --all" in error.value.hint


def test_the_tenants_id_decides_between_two(world: World) -> None:
    wanted = replace(manifest(), tenant=TENANT_ID.upper())

    (found,) = status_of_manifest(wanted, "global", (), two_tenants(world), NOW).applications

    assert found.tenant == TENANT_ID


def test_an_application_that_a_mailbox_signed_in_to_is_known(world: World) -> None:
    ledger = replace(world.vault.ledger(), registrations=())

    found = status_of_manifest(manifest(), "global", (), ledger, NOW)

    assert (to_do(found), found.applications[0].client_id) == ([], client(world).client_id)


def test_the_application_of_another_cloud_is_another(world: World) -> None:
    found = status_of_manifest(manifest(), "china", (), world.vault.ledger(), NOW)

    assert found.to_do[0].kind == "application"


def test_without_a_manifest_everything_is_told_and_nothing_is_missed(world: World) -> None:
    give(world, "aem")
    stray = HolderKey(ClientKey("global", "t", "client-9"), "", "json x")
    world.vault.record_handoff(Holder(stray, keeps_successors=False))

    found = status_of_everything(world.vault.ledger(), NOW)

    names = [a.unique_name for a in found.applications]
    assert (names, to_do(found)) == (["", "aem-mail"], [])
    assert [h.holder.key.name for h in found.applications[1].mailboxes[0].holders] == ["aem"]


def test_an_empty_ledger_has_no_applications() -> None:
    assert status_of_everything(Ledger(), NOW) == Status(NOW, ())


def test_a_vault_that_is_switched_off_cannot_say(world: World) -> None:
    with pytest.raises(UsageError, match="PROVISION_VAULT is 'none'"):
        read_ledger(world.without_vault().vault)


def test_a_holder_whose_copies_are_gone_is_forgotten(world: World) -> None:
    give(world, "aem")
    give(world, "mutt")

    assert forget_holder(manifest(), "aem", world.services) == 1

    assert [h.key.name for h in world.vault.holders(client(world))] == ["mutt"]


def test_a_holder_that_nobody_knows_is_named_with_those_that_are(world: World) -> None:
    give(world, "mutt")

    with pytest.raises(UsageError, match="'aem'") as error:
        forget_holder(manifest(), "aem", world.services)

    assert error.value.hint == "something was handed to mutt"
