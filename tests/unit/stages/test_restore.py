"""An application in the bin comes back by apply: itself, its service principal, its consent."""

from provision.plan.changes import CreateGrant, CreateServicePrincipal, Restore
from tests.fakes.levers import Content
from tests.unit.stages.world import MANIFEST, NAME, WIDER, World, assert_one_of_everything


def deleted(world: World) -> str:
    """Apply, let somebody delete the application, return its client id."""
    client_id = world.applied().client_id
    found = world.tenant.named(NAME)
    assert found is not None
    world.tenant.remove(found.object_id)
    world.forget()
    return client_id


def test_the_plan_restores_both_and_grants_again_what_the_deletion_took(world: World) -> None:
    deleted(world)

    plan = world.apply().first

    kinds = [type(change) for change in plan.changes]
    assert kinds == [Restore, Restore, CreateGrant]
    assert plan.restored is not None


def test_what_comes_back_is_the_same_application_with_its_secret(world: World) -> None:
    client_id = deleted(world)

    applied = world.apply()

    assert applied.registration.client_id == client_id
    assert applied.remaining.changes == ()
    assert_one_of_everything(world)


def test_settings_that_changed_since_are_written_after_the_restoration(world: World) -> None:
    deleted(world)

    world.apply(WIDER)

    assert world.tenant.writes == ["restore", "update_application", "restore", "create_grant"]


def test_a_service_principal_that_is_gone_for_good_is_made_anew(world: World) -> None:
    deleted(world)
    world.tenant.content.binned_principals.clear()

    plan = world.apply().first

    assert CreateServicePrincipal in [type(change) for change in plan.changes]


def test_a_lost_answer_to_a_restoration_is_looked_at_and_not_repeated(world: World) -> None:
    deleted(world)
    world.tenant.lose_answer_of("restore", took_effect=True)

    applied = world.apply()

    assert applied.remaining.changes == ()
    assert world.tenant.writes.count("restore") == 2


def test_a_restoration_that_was_lost_on_the_way_is_repeated(world: World) -> None:
    deleted(world)
    world.tenant.lose_answer_of("restore", took_effect=False)

    assert world.apply(MANIFEST).remaining.changes == ()
    assert_one_of_everything(world)


def test_what_was_restored_is_waited_for_while_a_replica_shows_it_nowhere(world: World) -> None:
    deleted(world)
    world.tenant.before("create_grant", lambda: world.tenant.show(Content(), reads=2))

    applied = world.apply()

    assert applied.remaining.changes == ()
    assert_one_of_everything(world)


def test_what_was_restored_is_waited_for_while_its_service_principal_is_missing(
    world: World,
) -> None:
    deleted(world)

    def hide() -> None:
        live = world.tenant.content
        world.tenant.show(Content(applications=dict(live.applications)), reads=2)

    world.tenant.before("create_grant", hide)

    applied = world.apply()

    assert applied.remaining.changes == ()
    assert_one_of_everything(world)
