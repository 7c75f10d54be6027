"""A rotation as the tests type it."""

from collections.abc import Callable
from datetime import timedelta

from provision.plan.rotation import Rotation
from provision.stages.rotate import Rotated, RotationWish, rotate_secret
from tests.unit.stages.world import MANIFEST, World, manifest

DAY = timedelta(days=1)
WORK_ONLY = MANIFEST.replace(
    "{uniqueName: aem-mail}", "{uniqueName: aem-mail, signInAudience: AzureADMultipleOrgs}"
)
NOW_PLEASE = RotationWish(is_forced=True)


def rotate(
    world: World,
    wish: RotationWish = RotationWish(),  # noqa: B008  (frozen)
    confirm: Callable[[Rotation], bool] = lambda _: True,
    text: str = WORK_ONLY,
) -> Rotated:
    return rotate_secret(manifest(text), world.targets, world.services, world.admin, wish, confirm)


def key_in_file(world: World) -> str | None:
    return world.targets[0].sink.held_key_id()
