"""Nothing is written by somebody who certainly may not do all of it."""

import pytest

from provision.errors import NotPermitted
from provision.plan.planner import Plan
from provision.stages.destroy import destroy_application
from provision.stages.progress import Remarked
from provision.stages.rotate import RotationWish, rotate_secret
from tests.fakes.callers import application, person
from tests.unit.stages.world import World, manifest

READER = application("Application.Read.All", "Directory.Read.All")


def never_asked(_plan: Plan) -> bool:
    raise AssertionError


def test_apply_refuses_before_the_first_write_and_before_any_question(world: World):
    world.tenant.called_by = application("Application.ReadWrite.All")

    with pytest.raises(NotPermitted, match="may not grant consent"):
        world.apply(confirm=never_asked)

    assert world.tenant.writes == []


def test_a_plan_without_changes_needs_no_right_to_change_anything(world: World):
    world.applied()
    world.tenant.called_by = READER

    assert world.apply().remaining.changes == ()


def test_apply_remarks_what_a_person_s_token_does_not_show(world: World):
    world.tenant.called_by = person("Directory.AccessAsUser.All")

    world.apply()

    remarks = [event.text for event in world.events if isinstance(event, Remarked)]
    assert any("may grant consent" in text for text in remarks)


def test_rotate_refuses_before_a_secret_exists(world: World):
    world.applied()
    world.tenant.called_by = READER
    wish = RotationWish(is_forced=True)

    with pytest.raises(NotPermitted, match="change an application and its secrets"):
        rotate_secret(manifest(), [], world.services, world.admin, wish, lambda _: True)
    assert world.tenant.writes == []


def test_destroy_refuses_before_anything_is_deleted(world: World):
    world.applied()
    world.tenant.called_by = READER

    with pytest.raises(NotPermitted, match="delete an application"):
        destroy_application(manifest(), [], world.services, world.admin, lambda _: True)
    assert world.tenant.writes == []


def test_a_refusal_half_way_leaves_what_a_later_apply_completes(world: World):
    world.tenant.refuse("create_grant", NotPermitted("granting: Graph answered 403"))

    with pytest.raises(NotPermitted, match="Graph answered 403"):
        world.apply()

    assert world.apply().remaining.changes == ()
    assert len(world.live) == 1
