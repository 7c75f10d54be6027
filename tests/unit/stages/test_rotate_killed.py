"""A rotation that is killed at any step is gone on from."""

import pytest

from provision.stages.rotate import RotationWish
from tests.unit.stages.rotating import DAY, NOW_PLEASE, key_in_file, rotate
from tests.unit.stages.world import KEY


def test_a_retirement_that_is_killed_once_it_took_effect_is_gone_on_from(applied):
    (old,) = applied.live
    rotate(applied, NOW_PLEASE)
    applied.tenant.remove_password(next(iter(applied.tenant.content.applications)), old)
    assert old in applied.held

    done = rotate(applied, RotationWish(retire=(old,)))

    assert done.retired == (old,)
    assert set(applied.live) == applied.held


def interrupt() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("call", ["add_password", "remove_password"])
def test_a_run_that_is_killed_at_a_write_is_gone_on_from(applied, call):
    rotate(applied, NOW_PLEASE)
    applied.clock.sleep((8 * DAY).total_seconds())
    applied.tenant.before(call, interrupt)
    with pytest.raises(KeyboardInterrupt):
        rotate(applied, NOW_PLEASE)

    done = rotate(applied, NOW_PLEASE)

    assert done.registration.secret_key_id == key_in_file(applied)
    assert set(applied.live) == applied.held
    assert applied.vault.unfinished_intents(KEY) == ()


def test_a_run_that_is_killed_while_it_proves_is_gone_on_from(applied):
    (old,) = applied.live
    applied.entra.during.append(interrupt)
    with pytest.raises(KeyboardInterrupt):
        rotate(applied, NOW_PLEASE)
    assert key_in_file(applied) == old

    done = rotate(applied)

    assert len(applied.live) == 2
    assert key_in_file(applied) == done.registration.secret_key_id != old
