"""Rotation: one secret serves at every moment, and a crash at any step is gone on from."""

from datetime import timedelta

import pytest

from provision.errors import (
    ClientRefused,
    NotFound,
    OutcomeUnknown,
    RefusedError,
    SinkFailed,
)
from provision.secret import Secret
from provision.stages.rotate import RotationWish
from provision.tenant.application import Password
from tests.fakes.entra import refusal
from tests.unit.stages.rotating import DAY, NOW_PLEASE, key_in_file, rotate
from tests.unit.stages.world import KEY, MANIFEST, NAME, NOW, World


def test_refuses_where_the_manifest_wants_no_secret(world):
    world.registered()
    text = MANIFEST.replace("{uniqueName: aem-mail}", "{uniqueName: aem-mail, secret: none}")

    with pytest.raises(RefusedError, match="secret: none"):
        rotate(world, text=text)


def test_nothing_is_due_and_nothing_happens(applied):
    before = set(applied.live)

    done = rotate(applied, confirm=lambda _: pytest.fail("asked"))

    assert set(applied.live) == before
    assert (done.retired, done.later, done.failures) == ((), (), ())
    assert applied.entra.forms == []


def test_a_secret_that_ends_soon_gets_a_successor_and_stays_through_the_overlap(applied):
    (old,) = applied.live
    applied.clock.sleep(timedelta(days=151).total_seconds())

    done = rotate(applied)

    (new,) = set(applied.live) - {old}
    assert set(applied.live) == {old, new}
    assert done.registration.secret_key_id == key_in_file(applied) == new
    assert [s.password.key_id for s in done.later] == [old]
    assert done.later[0].retires_at == applied.live[new].start_at + 7 * DAY


def test_the_old_one_goes_when_the_overlap_is_over_and_not_before(applied):
    (old,) = applied.live
    rotate(applied, NOW_PLEASE)
    applied.clock.sleep((7 * DAY - timedelta(seconds=1)).total_seconds())
    assert rotate(applied).retired == ()
    applied.clock.sleep(1)

    done = rotate(applied)

    assert done.retired == (old,)
    assert set(applied.live) == {key_in_file(applied)} == applied.held


def test_the_new_one_is_proved_before_a_sink_gets_it(applied):
    (old,) = applied.live
    seen = []
    applied.entra.during.append(lambda: seen.append(key_in_file(applied)))

    rotate(applied, NOW_PLEASE)

    assert seen == [old]
    assert [form["grant_type"] for form in applied.entra.forms] == ["client_credentials"] * 3


def test_a_secret_that_is_not_known_everywhere_yet_is_waited_for(applied):
    applied.entra.refusals += [refusal("invalid_client", 7000215, 401)] * 4

    done = rotate(applied, NOW_PLEASE)

    assert key_in_file(applied) == done.registration.secret_key_id


def test_a_secret_that_never_works_is_handed_to_nobody_and_costs_nobody_the_old_one(applied):
    (old,) = applied.live
    applied.entra.refusals += [refusal("invalid_client", 7000215, 401)] * 99

    with pytest.raises(ClientRefused, match="proving the client secret"):
        rotate(applied, NOW_PLEASE)

    assert old in applied.live
    assert key_in_file(applied) == old


def test_the_run_after_one_that_could_not_prove_goes_on_with_the_same_secret(applied):
    (old,) = applied.live
    applied.entra.refusals += [refusal("invalid_client", 7000215, 401)] * 99
    with pytest.raises(ClientRefused):
        rotate(applied, NOW_PLEASE)
    applied.entra.refusals.clear()

    done = rotate(applied)

    assert len(applied.live) == 2
    assert key_in_file(applied) == done.registration.secret_key_id != old


def test_a_sink_that_cannot_be_written_keeps_the_old_secret_alive(applied):
    (old,) = applied.live
    applied.clock.sleep(timedelta(days=151).total_seconds())
    rotate(applied)
    applied.clock.sleep((8 * DAY).total_seconds())
    (applied.root / "mail.env").unlink()
    (applied.root / "mail.env").mkdir()

    with pytest.raises(SinkFailed):
        rotate(applied)

    assert old in applied.live


def test_a_lost_answer_leaves_exactly_one_new_secret_which_somebody_holds(applied):
    (old,) = applied.live
    applied.tenant.lose_answer_of("add_password", took_effect=True)

    done = rotate(applied, NOW_PLEASE)

    assert set(applied.live) == {old, done.registration.secret_key_id}
    assert set(applied.live) == applied.held
    assert applied.vault.unfinished_intents(KEY) == ()


def test_answers_that_keep_getting_lost_end_in_a_sentence(applied):
    losses = [applied.tenant.lose_answer_of("add_password", took_effect=True) for _ in range(9)]
    assert len(losses) == 9

    with pytest.raises(OutcomeUnknown, match="keep getting lost"):
        rotate(applied, NOW_PLEASE)


def test_a_rotation_that_is_not_confirmed_changes_nothing(applied):
    with pytest.raises(RefusedError, match="not confirmed"):
        rotate(applied, NOW_PLEASE, lambda _: False)

    assert len(applied.live) == 1


def test_an_expired_secret_is_cleared_away(applied):
    (old,) = applied.live
    applied.clock.sleep(timedelta(days=200).total_seconds())

    done = rotate(applied)

    assert set(applied.live) == {done.registration.secret_key_id}
    assert old not in applied.held


def test_a_strangers_secret_is_left_alone(applied):
    stranger = Password("theirs", NAME, NOW - 9 * DAY, NOW + 900 * DAY)
    applied.tenant.add_secret(NAME, stranger)
    applied.clock.sleep(timedelta(days=200).total_seconds())

    done = rotate(applied)

    assert "theirs" in applied.live
    assert (done.registration.secret_key_id, done.failures) == ("theirs", ())


def test_a_person_may_retire_a_strangers_secret(applied):
    stranger = Password("theirs", "other", NOW - 9 * DAY, NOW + 900 * DAY)
    applied.tenant.add_secret(NAME, stranger)

    done = rotate(applied, RotationWish(retire=("theirs",)))

    assert done.retired == ("theirs",)
    assert "theirs" not in applied.live


def test_nobody_retires_the_secret_that_serves(applied):
    (serving,) = applied.live

    with pytest.raises(RefusedError, match="the one that serves"):
        rotate(applied, RotationWish(retire=(serving,)))


def test_a_key_id_that_is_not_there_is_told_with_those_that_are(applied):
    (serving,) = applied.live

    with pytest.raises(NotFound) as told:
        rotate(applied, RotationWish(retire=("nobody",)))

    assert serving in told.value.hint


def test_there_is_nothing_to_rotate_before_the_first_apply(world):
    with pytest.raises(NotFound):
        rotate(world)


# The two secrets of a personal audience


def test_a_personal_audience_never_has_more_than_two_and_ends_with_one(world):
    world.applied(MANIFEST)

    counts = [secrets_after(world, days) for days in (151, 8, 151, 8, 151, 8)]

    assert counts == [2, 1, 2, 1, 2, 1]
    assert set(world.live) == world.held


def secrets_after(world: World, days: int) -> int:
    world.clock.sleep((days * DAY).total_seconds())
    rotate(world, text=MANIFEST)
    return len(world.live)


def test_a_third_secret_is_refused_with_both_named_when_neither_may_go(world):
    world.applied(MANIFEST)
    world.tenant.add_secret(NAME, Password("theirs", "other", NOW, NOW + 900 * DAY))

    with pytest.raises(RefusedError, match="allows 2 client secrets") as told:
        rotate(world, NOW_PLEASE, text=MANIFEST)

    assert "theirs" in told.value.message
    assert "--retire" in told.value.hint
    assert len(world.live) == 2


def test_what_a_person_retires_makes_room_for_a_new_secret(world):
    world.applied(MANIFEST)
    (old,) = world.live
    world.tenant.add_secret(NAME, Password("theirs", "other", NOW, NOW + 900 * DAY))

    done = rotate(world, RotationWish(is_forced=True, retire=("theirs",)), text=MANIFEST)

    assert done.retired == ("theirs",)
    assert set(world.live) == {old, done.registration.secret_key_id}


def test_the_secret_that_serves_works_at_the_token_endpoint(applied):
    done = rotate(applied, NOW_PLEASE)

    sent = {Secret(form["client_secret"]) for form in applied.entra.forms}
    assert sent == {applied.tenant.secrets[done.registration.secret_key_id]}
