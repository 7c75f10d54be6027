"""What the doctor sees: administrator, policies and registration, and what to do first."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from provision.errors import ClientRefused, NotPermitted, Unreachable, UsageError
from provision.plan.findings import Finding
from provision.stages.doctor import Diagnosis, examine
from provision.stages.standing import Status
from provision.stages.status import read_ledger, status_of_manifest
from provision.tenant.policies import SecretRule, TenantPolicies
from tests.fakes.callers import ALL_RIGHTS, GLOBAL_ADMINISTRATOR, application, person, unknown
from tests.unit.stages.world import MANIFEST, World, manifest


def standing(world: World, text: str = MANIFEST) -> Callable[[], Status]:
    return lambda: status_of_manifest(
        manifest(text), "global", world.targets, read_ledger(world.vault), world.clock.now()
    )


def diagnosis(world: World, text: str = MANIFEST) -> Diagnosis:
    return examine(manifest(text), world.services, lambda: world.admin, standing(world, text))


def marked(found: Diagnosis, mark: str) -> list[str]:
    return [finding.text for finding in found.findings if finding.mark == mark]


def section(found: Diagnosis, name: str) -> tuple[Finding, ...]:
    return next(section.findings for section in found.sections if section.name == name)


def test_a_registration_that_is_as_wanted_leaves_nothing_to_do(world: World):
    world.applied()

    found = diagnosis(world)

    assert (found.is_fine, found.is_temporary, found.first) == (True, False, None)
    assert [s.name for s in found.sections] == [
        "administrator", "policies", "registration", "held here",
    ]  # fmt: skip
    assert (marked(found, "bad"), marked(found, "warning")) == ([], [])


def test_it_writes_nothing(world: World):
    diagnosis(world)

    assert world.tenant.writes == []


def test_it_begins_with_tenant_identity_and_rights(world: World):
    world.tenant.called_by = person("Directory.AccessAsUser.All", roles=(GLOBAL_ADMINISTRATOR,))

    texts = [finding.text for finding in section(diagnosis(world), "administrator")]

    assert texts[1] == "signed in: person ada@contoso.com, as itself"
    assert texts[2] == "scopes: Directory.AccessAsUser.All"
    assert texts[3] == "directory roles: Global Administrator"
    assert "may grant consent" in texts


def test_drift_and_what_to_do_about_it_come_first(world: World):
    found = diagnosis(world)

    assert found.is_fine
    assert found.first is not None
    assert found.first.then == "provision apply"


def test_a_right_that_is_needed_now_is_wrong_and_any_other_a_warning(world: World):
    world.tenant.called_by = application("Application.ReadWrite.OwnedBy", "Policy.Read.All")

    found = diagnosis(world)

    assert marked(found, "bad") == ["may not grant consent"]
    assert found.first == Finding(
        "bad", "may not grant consent", "grant DelegatedPermissionGrant.ReadWrite.All"
    )
    assert any("whether consent is as declared is unknown" in t for t in marked(found, "unknown"))


def test_a_command_of_ours_comes_before_a_thought(world: World):
    world.tenant.called_by = application(*ALL_RIGHTS, "Mail.Send")

    first = diagnosis(world).first

    assert first is not None
    assert first.then == "provision apply"


def test_what_is_held_without_need_is_told(world: World):
    world.applied()
    world.tenant.called_by = application(*ALL_RIGHTS, "Mail.Send")

    assert marked(diagnosis(world), "warning") == ["holds what no command needs: Mail.Send"]


def test_a_token_that_shows_nothing_is_unknown(world: World):
    world.tenant.called_by = unknown()

    assert "the token does not show what it allows" in marked(diagnosis(world), "unknown")


def test_a_refused_sign_in_is_all_there_is_to_say(world: World):
    def refuse():
        raise ClientRefused("signing in: nobody is signed in here", hint="az login")

    found = examine(manifest(), world.services, refuse, standing(world))

    assert found.first == Finding("bad", "signing in: nobody is signed in here", "az login")
    assert not found.is_fine


def test_what_does_not_answer_is_temporary(world: World):
    world.tenant.refuse("read", Unreachable("Graph did not answer"))

    found = diagnosis(world)

    assert found.is_temporary
    assert "the tenant could not be read" in marked(found, "unknown")


def test_a_setting_that_is_wrong_is_a_mistake_of_the_caller(world: World):
    def refuse():
        raise UsageError("PROVISION_ADMIN=gitlab: no way to sign in")

    with pytest.raises(UsageError):
        examine(manifest(), world.services, refuse, standing(world))


def test_a_read_that_is_refused_is_named(world: World):
    world.tenant.refuse("read", NotPermitted("reading application aem-mail: Graph answered 403"))

    assert marked(diagnosis(world), "bad") == ["reading application aem-mail: Graph answered 403"]


def test_a_secret_that_is_due_names_the_command(world: World):
    world.applied()
    world.clock.sleep(timedelta(days=160).total_seconds())

    found = diagnosis(world)

    assert found.first is not None
    assert found.first.then == "provision rotate"


def test_policies_are_told_where_they_are_known(world: World):
    world.applied()
    month = SecretRule("passwordLifetime", timedelta(days=30), None)
    world.tenant.policies = TenantPolicies((month,), (), user_consent=frozenset())

    found = section(diagnosis(world), "policies")

    assert found[0].text.endswith("the lifetime of 180d is shortened to 30d")
    assert found[1].text == "users cannot consent by themselves: apply does it for them"


def test_policies_that_may_not_be_read_are_unknown_and_stop_nothing(world: World):
    world.applied()
    world.tenant.unknown = frozenset({"policies"})

    found = diagnosis(world)

    assert found.is_fine
    assert [f.mark for f in section(found, "policies")] == ["unknown"] * 3


def test_users_who_cannot_consent_and_must_are_wrong(world: World):
    text = f"{MANIFEST}consent: none\n"
    world.applied(text)
    world.tenant.policies = replace(world.tenant.policies, user_consent=frozenset())

    found = diagnosis(world, text)

    assert marked(found, "bad") == [
        "users cannot consent by themselves, and the manifest says consent: none"
    ]
