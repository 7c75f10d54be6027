"""Apply: from a confirmed plan to a tenant that is as the manifest wants it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from provision.errors import (
    NameTaken,
    NotPermitted,
    RefusedError,
    TemporaryError,
    WrongTenant,
)
from provision.plan.planner import Plan
from provision.stages.progress import Finished
from provision.tenant.registration import Registration
from tests.fakes.tenant import TENANT_ID
from tests.unit.stages.world import KEY, MANIFEST, NAME, WIDER, World, manifest


def showing(asked: list[Plan]) -> Callable[[Plan], bool]:
    """Confirm every plan, and note it."""

    def confirm(plan: Plan) -> bool:
        asked.append(plan)
        return True

    return confirm


def test_a_new_registration_takes_three_writes_in_the_order_that_works(world: World) -> None:
    world.apply()

    assert world.tenant.writes == [
        "create_application",
        "create_service_principal",
        "create_grant",
    ]


def test_ends_in_a_registration_that_authorize_can_use(world: World) -> None:
    applied = world.apply()

    (key_id,) = world.live
    assert applied.registration == Registration(
        cloud="global",
        tenant_id=TENANT_ID,
        client_id="client-2",
        unique_name=NAME,
        redirect_uris=(
            "http://localhost",
            "https://login.microsoftonline.com/common/oauth2/nativeclient",
        ),
        scopes=tuple(sorted(manifest().application.permissions)),
        sign_in_audience="AzureADandPersonalMicrosoftAccount",
        secret_key_id=key_id,
        application_object_id="object-2",
        service_principal_object_id="principal-3",
    )


def test_leaves_nothing_to_do(world: World) -> None:
    applied = world.apply()

    assert applied.first.changes
    assert applied.remaining.changes == ()
    assert applied.failures == ()


def test_reports_what_was_proved_stage_by_stage(world: World) -> None:
    world.apply()

    finished = [event.stage for event in world.events if isinstance(event, Finished)]
    assert finished == [
        *("application", "secret", "permissions", "redirects"),
        *("consent", "consent", "replan"),
    ]


def test_a_second_apply_reads_once_and_writes_nothing(host: World) -> None:
    first = host.applied()

    second = host.with_file().apply()

    assert host.tenant.calls == ["read"]
    assert second.registration == first


def test_the_second_look_uses_the_ids_that_the_first_apply_found(world: World) -> None:
    registration = world.applied()

    world.apply()

    hint = world.tenant.queries[-1].hint
    assert hint is not None
    assert hint.client_id == registration.client_id
    assert hint.service_principal_object_id == registration.service_principal_object_id


def test_an_empty_vault_changes_nothing_but_the_hint(world: World, tmp_path_factory) -> None:
    world.applied()
    fresh = World(tmp_path_factory.mktemp("runner"), tenant=world.tenant)

    fresh.apply()

    assert world.tenant.writes == []
    assert world.tenant.queries[-1].hint is None
    assert fresh.vault.remembered_ids(KEY) is not None


def test_nothing_is_asked_when_there_is_nothing_to_do(world: World) -> None:
    world.applied()
    asked: list[Plan] = []

    world.apply(confirm=showing(asked))

    assert asked == []


def test_a_plan_that_nobody_confirms_writes_nothing(world: World) -> None:
    with pytest.raises(RefusedError, match="not confirmed"):
        world.apply(confirm=lambda _: False)

    assert world.tenant.calls == ["read"]
    assert world.vault.unfinished_intents(KEY) == ()


def test_consent_for_everybody_can_be_told_from_the_plan(world: World) -> None:
    asked: list[Plan] = []

    world.apply(confirm=showing(asked))

    assert [plan.consents_for_everyone for plan in asked] == [True]


def test_an_administrator_of_another_tenant_is_refused_before_the_first_write(world: World) -> None:
    world.tenant_id = "00000000-1111-4222-8333-444444444444"

    with pytest.raises(WrongTenant, match="contoso"):
        world.apply()

    assert world.tenant.writes == []


def test_a_stranger_of_the_same_display_name_is_not_touched(world: World) -> None:
    world.applied()
    other = MANIFEST.replace("uniqueName: aem-mail", "uniqueName: other, displayName: aem-mail")

    with pytest.raises(NameTaken, match="client-2"):
        world.apply(other)

    assert world.tenant.writes == []


def test_a_name_that_somebody_put_into_the_bin_meanwhile_leaves_nothing_behind(
    world: World,
) -> None:
    gone = world.apply().remaining.snapshot.application
    assert gone is not None

    def meanwhile() -> None:
        world.tenant.put(replace(gone, object_id="other", client_id="other"))
        world.tenant.remove("other")

    world.tenant.content.applications.clear()
    world.tenant.content.principals.clear()
    world.forget()
    world.tenant.before("create_application", meanwhile)

    with pytest.raises(NameTaken, match="in the bin"):
        world.apply()

    assert world.tenant.writes == ["create_application"]
    assert world.vault.unfinished_intents(KEY) == ()


def test_missing_rights_stop_the_rest_and_the_next_apply_goes_on(world: World) -> None:
    world.tenant.refuse("create_grant", NotPermitted("granting: Graph answered 403"))
    with pytest.raises(NotPermitted):
        world.apply()
    world.forget()

    world.apply()

    assert world.tenant.writes == ["create_grant"]


def test_another_apply_on_this_host_is_waited_for_and_then_given_up(host: World) -> None:
    with (
        host.another_vault().lock("apply", "global", TENANT_ID, NAME),
        pytest.raises(TemporaryError, match="another apply"),
    ):
        host.apply()

    assert host.tenant.calls == []
    assert host.clock.monotonic() >= 30


def test_a_change_of_the_manifest_is_one_update(world: World) -> None:
    world.applied()

    applied = world.apply(WIDER)

    assert world.tenant.writes == ["update_application"]
    assert "https://a.example" in applied.registration.redirect_uris
