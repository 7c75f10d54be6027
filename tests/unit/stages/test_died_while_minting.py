"""A run that died between mint and keep: the next apply knows what was lost, and mends it."""

from datetime import timedelta
from pathlib import Path

import pytest

from provision.tenant.application import Password
from tests.unit.stages.world import KEY, NAME, NOW, World, assert_one_of_everything


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Return a host whose vault outlives the process."""
    return World(tmp_path).with_file()


@pytest.mark.parametrize("took_effect", [True, False])
def test_a_run_that_ended_between_mint_and_keep_is_mended(world: World, took_effect: bool) -> None:
    die_while_minting(world, took_effect=took_effect)

    world.apply()

    assert_one_of_everything(world)


def test_the_secret_of_a_run_that_died_is_shown_as_lost_before_it_is_removed(world: World) -> None:
    die_while_minting(world, took_effect=True)
    (lost,) = world.live
    world.clock.sleep(3 * 86400)

    applied = world.apply()

    assert lost not in world.live
    assert lost in repr(applied.first.changes)


def test_a_secret_that_somebody_made_after_a_run_died_is_left_alone(world: World) -> None:
    die_while_minting(world, took_effect=False)
    theirs = Password("theirs", NAME, NOW + timedelta(hours=1), NOW + timedelta(days=90))
    world.tenant.add_secret(NAME, theirs)
    world.clock.sleep(7200)

    applied = world.apply()

    assert set(world.live) == {"theirs"}
    assert applied.registration.secret_key_id == "theirs"


def test_an_intent_that_explains_nothing_after_a_day_is_closed(world: World) -> None:
    world.applied()
    world.vault.begin_intent(KEY, "mint", NAME, frozenset())
    world.tenant.add_secret(NAME, Password("theirs", "theirs", NOW, NOW + timedelta(days=90)))
    world.apply()
    assert len(world.vault.unfinished_intents(KEY)) == 1
    world.clock.sleep(86401)

    world.apply()

    assert world.vault.unfinished_intents(KEY) == ()


def die_while_minting(world: World, *, took_effect: bool) -> None:
    """Leave what a process leaves that was killed after the request for a secret was sent."""
    world.applied()
    found = world.tenant.named(NAME)
    assert found is not None
    (old,) = world.live
    world.tenant.remove_password(found.object_id, old)
    world.vault.begin_intent(KEY, "mint", NAME, frozenset())
    if took_effect:
        lost = Password("lost", NAME, world.clock.now(), world.clock.now() + timedelta(days=180))
        world.tenant.add_secret(NAME, lost)
    world.forget()
