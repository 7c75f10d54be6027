"""Destroying: first the tenant, then what is held here, and every step can be the last."""

from collections.abc import Callable

import pytest

from provision.errors import NotPermitted, NotYetVisible, OutcomeUnknown, RefusedError, SinkFailed
from provision.stages.destroy import Destroyed, Doomed, destroy_application
from tests.fakes.levers import Content
from tests.unit.stages.world import KEY, MANIFEST, NAME, World, client_key, manifest


def destroy(
    world: World, confirm: Callable[[Doomed], bool] = lambda _: True, *, purge: bool = False,
    text: str = MANIFEST,
) -> Destroyed:  # fmt: skip
    return destroy_application(
        manifest(text), world.targets, world.services, world.admin, confirm, purge=purge
    )


def test_the_application_goes_and_so_does_all_that_is_held_for_it(world):
    world.with_sink()
    world.applied()

    destroy(world)

    assert world.tenant.named(NAME) is None
    assert world.held == frozenset()
    assert world.vault.remembered_ids(KEY) is None
    assert world.targets[0].sink.held_key_id() is None


def test_a_person_sees_what_would_go_and_can_say_no(world):
    world.applied()
    seen: list[Doomed] = []

    def say_no(doomed: Doomed) -> bool:
        seen.append(doomed)
        return False

    with pytest.raises(RefusedError, match="not confirmed"):
        destroy(world, say_no)

    assert (seen[0].unique_name, seen[0].grants, seen[0].is_in_bin) == (NAME, 1, False)
    assert world.tenant.writes == []


def test_nothing_is_forgotten_while_the_tenant_refuses(world):
    world.applied()
    world.tenant.refuse("delete_application", NotPermitted("deleting: Graph answered 403"))

    with pytest.raises(NotPermitted):
        destroy(world)

    assert set(world.live) == world.held != frozenset()


@pytest.mark.parametrize("took_effect", [True, False])
def test_a_lost_answer_is_gone_on_from(world, took_effect):
    client_id = world.applied().client_id
    world.tenant.lose_answer_of("delete_application", took_effect=took_effect)
    with pytest.raises(OutcomeUnknown):
        destroy(world)

    ended = destroy(world)

    assert ended.client_id == client_id
    assert world.tenant.named(NAME) is None
    assert world.held == frozenset()


def test_a_lagging_replica_is_waited_for(world):
    world.applied()
    world.tenant.lag_after("delete_application", 3)

    destroy(world)

    assert world.tenant.named(NAME) is None


def test_nothing_is_forgotten_while_a_replica_shows_it_for_ever(world):
    world.applied()
    world.tenant.lag_after("delete_application", 99)

    with pytest.raises(NotYetVisible, match="still shows it"):
        destroy(world)

    assert world.vault.remembered_ids(KEY) is not None


def test_purging_takes_the_service_principal_along(world):
    world.applied()

    ended = destroy(world, purge=True)

    assert ended.is_purged
    assert world.tenant.content.bin == {}
    assert world.tenant.content.binned_principals == {}


def test_a_sink_that_cannot_be_cleared_is_told_and_stops_nothing(world):
    path = world.with_sink("json", "mail.json")
    world.applied()
    path.write_text("somebody else's")

    ended = destroy(world)

    assert [type(failure) for failure in ended.failures] == [SinkFailed]
    assert world.tenant.named(NAME) is None
    assert world.vault.remembered_ids(KEY) is None


def test_values_of_another_application_in_a_sink_stay(world):
    path = world.with_sink("json", "mail.json")
    world.applied()
    path.write_text(path.read_text().replace("client-2", "another"))

    destroy(world)

    assert path.exists()


def test_there_may_be_nothing_to_destroy(world):
    assert destroy(world).client_id is None
    assert world.tenant.writes == []


def interrupt() -> None:
    raise KeyboardInterrupt


def test_a_purge_that_is_killed_between_its_two_writes_is_gone_on_from(world):
    path = world.with_sink()
    world.applied()
    world.tenant.before("purge", lambda: world.tenant.before("purge", interrupt))
    with pytest.raises(KeyboardInterrupt):
        destroy(world, purge=True)

    destroy(world, purge=True)

    assert (world.tenant.content.bin, world.tenant.content.binned_principals) == ({}, {})
    assert world.vault.remembered_ids(KEY) is None
    assert not path.exists() or "CLIENT_SECRET" not in path.read_text()


def test_what_is_held_of_an_application_that_is_gone_for_good_is_forgotten(world):
    path = world.with_sink()
    client_id = world.applied().client_id
    found = world.tenant.named(NAME)
    world.tenant.remove(found.object_id)
    world.tenant.purge(found.object_id)

    ended = destroy(world)

    assert ended.client_id is None
    assert world.vault.held_key_ids(client_key(client_id)) == frozenset()
    assert world.vault.remembered_ids(KEY) is None
    assert not path.exists() or "CLIENT_SECRET" not in path.read_text()


def test_nothing_is_forgotten_while_one_look_of_several_shows_the_application(world):
    client_id = world.applied().client_id
    held = world.held
    world.tenant.show(Content(), reads=2)

    with pytest.raises(NotYetVisible):
        destroy(world)

    assert world.vault.held_key_ids(client_key(client_id)) == held
