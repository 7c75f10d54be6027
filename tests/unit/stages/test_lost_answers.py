"""Writes whose answer is lost: the same apply ends with one of everything, and a secret held."""

from datetime import timedelta
from itertools import count

import pytest

from provision.errors import OutcomeUnknown
from provision.plan.changes import RemovePassword
from provision.plan.planner import Plan
from provision.stages.progress import Finished, Waiting
from provision.tenant.application import Password
from tests.unit.stages.world import KEY, NAME, NOW, World, assert_one_of_everything

CALLS = ("create_application", "create_service_principal", "create_grant")


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("took_effect", [True, False])
def test_a_new_registration_converges(world: World, call: str, took_effect: bool) -> None:
    world.tenant.lose_answer_of(call, took_effect=took_effect)

    applied = world.apply()

    assert applied.remaining.changes == ()
    assert_one_of_everything(world)


@pytest.mark.parametrize("took_effect", [True, False])
def test_every_answer_of_a_new_registration_may_be_lost(world: World, took_effect: bool) -> None:
    for call in (*CALLS, "add_password", "remove_password"):
        world.tenant.lose_answer_of(call, took_effect=took_effect)

    world.apply()

    assert_one_of_everything(world)


@pytest.mark.parametrize("took_effect", [True, False])
def test_a_secret_on_an_existing_application_converges(world: World, took_effect: bool) -> None:
    old = set_aside_the_secret(world)
    world.tenant.lose_answer_of("add_password", took_effect=took_effect)

    applied = world.apply()

    assert set(world.live) - {old} == {applied.registration.secret_key_id}
    assert set(world.live) - {old} <= world.held
    assert world.vault.unfinished_intents(KEY) == ()


def test_a_lost_secret_that_a_replica_shows_late_is_removed_by_the_same_apply(world: World) -> None:
    old = set_aside_the_secret(world)
    world.tenant.lag_after("add_password", 1)
    world.tenant.lose_answer_of("add_password", took_effect=True)

    applied = world.apply()

    assert applied.remaining.changes == ()
    assert set(world.live) - {old} == {applied.registration.secret_key_id}


@pytest.mark.parametrize("call", CALLS)
def test_a_lost_answer_and_a_lagging_replica_together_converge(world: World, call: str) -> None:
    world.tenant.lag_after(call, 3)
    world.tenant.lose_answer_of(call, took_effect=True)

    world.apply()

    assert_one_of_everything(world)


def test_a_secret_that_the_service_did_not_show_is_replaced(world: World) -> None:
    world.tenant.shows_new_secrets = False

    applied = world.apply()

    assert_one_of_everything(world)
    assert world.tenant.writes[:3] == ["create_application", "remove_password", "add_password"]
    assert applied.registration.secret_key_id in world.held


def test_says_that_it_looks_again(world: World) -> None:
    world.tenant.lose_answer_of("create_grant", took_effect=True)

    world.apply()

    reasons = [event.reason for event in world.events if isinstance(event, Waiting)]
    assert reasons == ["create_grant: the answer was lost: looking at what is there"]


def test_a_write_that_turns_out_to_be_done_is_reported_as_done(world: World) -> None:
    world.tenant.lose_answer_of("create_grant", took_effect=True)

    world.apply()

    proved = [event.evidence for event in world.events if isinstance(event, Finished)]
    assert "done: the answer was lost, and a look showed it" in proved


def test_a_service_that_loses_every_answer_is_given_up_after_waiting(world: World) -> None:
    for _ in range(20):
        world.tenant.lose_answer_of("create_service_principal", took_effect=False)

    with pytest.raises(OutcomeUnknown):
        world.apply()

    assert world.clock.monotonic() >= 30
    assert world.tenant.writes.count("create_service_principal") < 10


def test_a_confirmation_that_took_an_hour_does_not_hide_a_lost_secret(world: World) -> None:
    def confirm(_plan: Plan) -> bool:
        world.clock.sleep(3600)
        return True

    world.tenant.lose_answer_of("create_application", took_effect=True)

    world.apply(confirm=confirm)

    assert_one_of_everything(world)


def test_lost_secrets_that_keep_turning_up_are_reported_in_the_end(world: World) -> None:
    world.applied()
    world.vault.begin_intent(KEY, "mint", NAME, frozenset())
    numbers = count()

    def turn_up() -> None:
        lost = Password(f"lost-{next(numbers)}", NAME, NOW, NOW + timedelta(days=90))
        world.tenant.add_secret(NAME, lost)

    for _ in range(99):
        world.tenant.before("read", turn_up)

    applied = world.apply()

    assert {type(change) for change in applied.remaining.changes} == {RemovePassword}
    assert world.tenant.writes.count("remove_password") < 10


def set_aside_the_secret(world: World) -> str:
    """Make an application whose only secret has expired; return that secret's key id."""
    world.applied()
    (old,) = world.live
    world.clock.sleep(200 * 86400)
    return old
