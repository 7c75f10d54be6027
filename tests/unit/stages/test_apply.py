"""Apply: from a confirmed plan to a tenant that is as the manifest wants it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from provision.errors import (
    NameTaken,
    NotPermitted,
    OutcomeUnknown,
    RefusedError,
    TemporaryError,
    WrongTenant,
)
from provision.plan.application import desired_settings
from provision.plan.changes import CreateApplication, UpdateApplication
from provision.plan.planner import Plan
from provision.stages.progress import Failed, Finished, Waiting
from provision.tenant.registration import Registration
from tests.fakes.tenant import TENANT_ID
from tests.unit.stages.world import KEY, MANIFEST, NAME, World, manifest

WIDER = MANIFEST.replace(
    "{uniqueName: aem-mail}",
    "{uniqueName: aem-mail, web: {redirectUris: [http://localhost, https://a.example]}}",
)


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


def test_a_second_apply_reads_once_and_writes_nothing(world: World) -> None:
    first = world.applied()

    second = world.apply()

    assert world.tenant.calls == ["read"]
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


def test_a_name_that_the_bin_still_holds_leaves_nothing_behind(world: World) -> None:
    world.applied()
    world.tenant.remove("object-2")

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


def test_another_apply_on_this_host_is_waited_for_and_then_given_up(world: World) -> None:
    with (
        world.another_vault().lock("apply", "global", TENANT_ID, NAME),
        pytest.raises(TemporaryError, match="another apply"),
    ):
        world.apply()

    assert world.tenant.calls == []
    assert world.clock.monotonic() >= 30


def test_a_change_of_the_manifest_is_one_update(world: World) -> None:
    world.applied()

    applied = world.apply(WIDER)

    assert world.tenant.writes == ["update_application"]
    assert "https://a.example" in applied.registration.redirect_uris


def test_what_somebody_changed_after_the_plan_was_shown_is_not_overwritten(world: World) -> None:
    world.applied()

    def confirm(_plan: Plan) -> bool:
        world.tenant.change(NAME, redirect_uris=frozenset({"https://theirs.example"}))
        return True

    with pytest.raises(RefusedError, match="somebody changed it since the plan was shown"):
        world.apply(WIDER, confirm)

    assert world.tenant.writes == []


def test_consent_that_somebody_extended_meanwhile_is_not_taken_away(world: World) -> None:
    world.applied()
    grant = next(iter(world.tenant.content.grants.values()))
    narrower = replace(grant, scopes=frozenset({"SMTP.Send"}))
    world.tenant.content.grants[grant.grant_id] = narrower

    def confirm(_plan: Plan) -> bool:
        wider = narrower.scopes | {"Contacts.Read"}
        world.tenant.content.grants[grant.grant_id] = replace(narrower, scopes=wider)
        return True

    with pytest.raises(RefusedError, match="extend consent"):
        world.apply(confirm=confirm)

    assert world.tenant.writes == []


def test_consent_is_extended_by_what_is_missing(world: World) -> None:
    world.applied()
    grant = next(iter(world.tenant.content.grants.values()))
    theirs = frozenset({"SMTP.Send", "Contacts.Read"})
    world.tenant.content.grants[grant.grant_id] = replace(grant, scopes=theirs)

    world.apply()

    assert world.tenant.writes == ["replace_grant_scopes"]
    assert world.tenant.content.grants[grant.grant_id].scopes == grant.scopes | theirs


def test_consent_for_everybody_that_no_plan_showed_is_not_given(world: World) -> None:
    world.applied()

    def confirm(_plan: Plan) -> bool:
        world.tenant.content.grants.clear()
        return True

    with pytest.raises(RefusedError, match="grant consent for any user's mailbox"):
        world.apply(WIDER, confirm)

    assert world.tenant.writes == []


def test_an_application_that_vanished_meanwhile_is_not_made_anew_unseen(world: World) -> None:
    world.applied()

    def confirm(_plan: Plan) -> bool:
        world.tenant.remove("object-2")
        return True

    with pytest.raises(RefusedError, match="create application"):
        world.apply(WIDER, confirm)

    assert world.tenant.writes == []


def test_a_lagging_replica_is_waited_for_and_is_no_drift(world: World) -> None:
    world.applied()
    world.tenant.lag_after("update_application", 3)

    applied = world.apply(WIDER)

    assert applied.remaining.changes == ()
    assert world.clock.monotonic() > 0
    assert world.tenant.writes == ["update_application"]
    assert any(isinstance(event, Waiting) for event in world.events)


def test_a_fresh_application_that_no_replica_shows_yet_is_waited_for(world: World) -> None:
    world.tenant.lag_after("create_application", 4)

    applied = world.apply()

    assert applied.remaining.changes == ()
    assert world.tenant.writes.count("create_application") == 1


def test_a_replica_that_never_catches_up_is_reported_in_the_end(world: World) -> None:
    world.applied()
    world.tenant.lag_after("update_application", 1000)

    applied = world.apply(WIDER)

    assert [type(change) for change in applied.remaining.changes] == [UpdateApplication]
    assert 60 < world.clock.monotonic() < 180


def test_a_replica_that_catches_up_in_the_last_moment_counts(world: World) -> None:
    world.applied()
    world.tenant.lag_after("update_application", 10)

    world.apply(WIDER)

    assert isinstance(world.events[-1], Finished)


def test_drift_is_reported_at_once(world: World) -> None:
    world.applied()
    # The first read is the plan's, the second comes right before the write.
    for act in (lambda: None, lambda: None, lambda: world.tenant.change(NAME, display_name="x")):
        world.tenant.before("read", act)

    applied = world.apply(WIDER)

    assert [type(change) for change in applied.remaining.changes] == [UpdateApplication]
    assert world.clock.monotonic() == 0
    assert world.events[-1] == Failed("replan", "left: update application aem-mail")


def test_an_application_that_is_gone_at_the_end_is_not_called_registered(world: World) -> None:
    world.tenant.before("read", lambda: None)
    world.tenant.before("read", lambda: world.tenant.remove("object-2"))

    with pytest.raises(TemporaryError, match="not in tenant"):
        world.apply()


def test_the_loser_of_a_race_for_the_name_takes_what_the_winner_made(
    world: World, tmp_path_factory
) -> None:
    winner = World(tmp_path_factory.mktemp("winner"), tenant=world.tenant)
    world.tenant.before("create_application", winner.apply)

    applied = world.apply()

    assert isinstance(applied.first.changes[0], CreateApplication)
    assert applied.remaining.changes == ()
    assert len(world.tenant.content.applications) == 1
    assert set(world.live) == winner.held
    assert world.vault.unfinished_intents(KEY) == ()


def test_what_the_winner_of_a_race_made_otherwise_is_not_overwritten(world: World) -> None:
    def win() -> None:
        settings = desired_settings(manifest(), {}, None)
        world.tenant.create_application(NAME, replace(settings, display_name="theirs"), None)

    world.tenant.before("create_application", win)

    with pytest.raises(RefusedError, match="somebody changed it"):
        world.apply()

    found = world.tenant.named(NAME)
    assert found is not None
    assert found.settings.display_name == "theirs"


def test_a_race_that_never_ends_is_given_up_with_the_last_refusal(world: World) -> None:
    world.applied()
    world.tenant.content.grants.clear()
    for _ in range(20):
        world.tenant.refuse("create_grant", OutcomeUnknown("create_grant: the answer was lost"))

    with pytest.raises(TemporaryError, match="lost"):
        world.apply()
