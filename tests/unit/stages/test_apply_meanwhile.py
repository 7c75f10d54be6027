"""Apply: what other people and lagging replicas do between plan, write and closing look."""

from dataclasses import replace

import pytest

from provision.errors import (
    OutcomeUnknown,
    RefusedError,
    TemporaryError,
)
from provision.plan.application import desired_settings
from provision.plan.changes import CreateApplication, UpdateApplication
from provision.plan.planner import Plan
from provision.stages.progress import Failed, Finished, Waiting
from tests.unit.stages.world import KEY, NAME, WIDER, World, manifest


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

    with pytest.raises(RefusedError, match="grant consent on Microsoft Graph for any user"):
        world.apply(WIDER, confirm)

    assert world.tenant.writes == []


def test_an_application_that_vanished_meanwhile_is_not_made_anew_unseen(world: World) -> None:
    world.applied()

    def confirm(_plan: Plan) -> bool:
        world.tenant.remove("object-2")
        return True

    with pytest.raises(RefusedError, match="restore application"):
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
