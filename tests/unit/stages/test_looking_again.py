"""A process that plans moments after another one applied: a replica may not have heard of it."""

from dataclasses import replace

import pytest

from provision.plan.changes import AddPassword, CreateApplication, CreateGrant, UpdateApplication
from provision.stages.plan import Seen, patient_look
from provision.stages.progress import Waiting
from tests.unit.stages.world import KEY, NAME, WIDER, World, manifest


def look_again(world: World, text: str = "") -> Seen:
    wanted = manifest(text) if text else manifest()
    return patient_look(wanted, world.services, world.admin)


def reads(world: World) -> int:
    return world.tenant.calls.count("read")


def applied_unseen(world: World, count: int) -> None:
    """Apply, and let that many reads come from a replica that has heard of nothing."""
    before = world.tenant.content.copied()
    world.applied()
    world.tenant.show_first([before] * count)
    world.forget()


def test_an_application_that_was_made_moments_ago_is_not_planned_again(world: World) -> None:
    applied_unseen(world, 3)

    assert look_again(world).plan.changes == ()


def test_says_what_it_waits_for(world: World) -> None:
    applied_unseen(world, 1)

    look_again(world)

    (told,) = [event.reason for event in world.events if isinstance(event, Waiting)]
    assert told == "the tenant to show application client-2, which was made before"


def test_an_application_that_stays_missing_is_planned_again(world: World) -> None:
    world.applied()
    world.tenant.content.applications.clear()
    world.forget()

    seen = look_again(world)

    assert isinstance(seen.plan.changes[0], CreateApplication)
    assert reads(world) == 5


def test_an_application_in_the_bin_was_deleted(world: World) -> None:
    world.applied()
    (object_id,) = world.tenant.content.applications
    world.tenant.remove(object_id)
    world.forget()

    look_again(world)

    assert reads(world) == 1


def test_nothing_is_doubted_where_nothing_is_remembered(world: World) -> None:
    look_again(world)

    assert reads(world) == 1


def test_a_grant_that_was_made_moments_ago_is_not_planned_again(world: World) -> None:
    world.applied()
    content = world.tenant.content.copied()
    content.grants.clear()
    world.tenant.show_first([content] * 2)
    world.forget()

    assert look_again(world).plan.changes == ()


def test_a_secret_that_was_made_moments_ago_is_not_minted_again(world: World) -> None:
    world.applied()
    content = world.tenant.content.copied()
    ((object_id, application),) = content.applications.items()
    content.applications[object_id] = replace(application, passwords=frozenset())
    world.tenant.show_first([content] * 2)
    world.forget()

    assert look_again(world).plan.changes == ()


@pytest.mark.parametrize("change", [AddPassword, CreateGrant])
def test_what_was_written_long_ago_is_missing_indeed(
    world: World, change: type[AddPassword | CreateGrant]
) -> None:
    world.applied()
    world.clock.sleep(180)
    ((object_id, application),) = world.tenant.content.applications.items()
    world.tenant.content.applications[object_id] = replace(application, passwords=frozenset())
    world.tenant.content.grants.clear()
    world.forget()

    seen = look_again(world)

    assert change in map(type, seen.plan.changes)
    assert reads(world) == 1


def test_drift_of_another_kind_than_what_was_written_is_shown_at_once(world: World) -> None:
    world.applied()
    world.tenant.change(NAME, display_name="theirs")
    world.forget()

    seen = look_again(world)

    assert isinstance(seen.plan.changes[0], UpdateApplication)
    assert reads(world) == 1


def test_an_update_that_a_replica_has_not_heard_of_is_waited_for(world: World) -> None:
    world.applied()
    before = world.tenant.content.copied()
    world.apply(WIDER)
    world.tenant.show_first([before])
    world.forget()

    assert look_again(world, WIDER).plan.changes == ()


def test_looks_that_never_agree_end_at_a_deadline(world: World) -> None:
    world.applied()
    full = world.tenant.content.copied()
    empty, bare = full.copied(), full.copied()
    empty.applications.clear()
    bare.principals.clear()
    bare.grants.clear()
    world.tenant.show_first([empty, bare] * 99)
    began = world.clock.monotonic()

    look_again(world)

    assert world.clock.monotonic() - began <= 63


def test_an_apply_without_changes_does_not_forget_what_was_written(world: World) -> None:
    world.applied()
    first = world.vault.remembered_ids(KEY)
    world.apply()

    assert first is not None
    assert "CreateApplication" in first.written
    assert world.vault.remembered_ids(KEY) == first


def test_what_was_written_is_remembered_by_a_file(host: World) -> None:
    host.applied()

    again = host.another_vault().remembered_ids(KEY)

    assert again == host.with_file().vault.remembered_ids(KEY)
