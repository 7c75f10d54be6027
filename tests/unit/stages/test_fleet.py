"""A fleet of mailboxes: none skipped, none stopping another, and a dead host given up."""

from dataclasses import replace

import pytest

from provision.clock import StoppableClock
from provision.errors import Interrupted, ProvisionError, SignInRequired, Unreachable, UsageError
from provision.oauth.http_response import Answer
from provision.stages.fleet import AT_ONCE, TRIES, Member, Outcome, refresh_fleet
from provision.vault.port import SignedInMailbox
from tests.fakes.entra import refusal
from tests.unit.stages.world import World

MANY = 3 * AT_ONCE
BUSY = Answer(503, {"retry-after": "500"}, b"")
DEAD = refusal("invalid_grant", 700082)


def fleet(world: World, size: int) -> list[SignedInMailbox]:
    """Sign in one mailbox, and let the others be like it."""
    first = world.signed_in()
    token = world.vault.refresh_token(first.key)
    assert token is not None
    found = []
    for number in range(size):
        key = replace(first.key, address=f"forms{number:03}@contoso.com")
        found.append(replace(first, key=key))
        world.vault.keep_sign_in(found[-1], token.token)
    return found


def refreshed(world: World, members: list[Member]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    refresh_fleet(members, StoppableClock(), outcomes.append)
    return outcomes


def members(world: World, boxes: list[SignedInMailbox]) -> list[Member]:
    """Return members as the ledger has them at this moment."""
    entries = {entry.key: entry for entry in world.vault.ledger().mailboxes}
    return [Member(entries[box.key], world.services) for box in boxes]


def test_every_mailbox_is_renewed_once(world: World) -> None:
    boxes = fleet(world, MANY)

    outcomes = refreshed(world, members(world, boxes))

    assert sorted(o.signed_in.key.address for o in outcomes) == [b.key.address for b in boxes]
    assert {o.renewed.generation for o in outcomes if o.renewed} == {2}
    assert len(world.entra.forms) == MANY


def test_one_dead_token_stops_nobody(world: World) -> None:
    boxes = fleet(world, MANY)
    world.entra.refusals.append(DEAD)

    outcomes = refreshed(world, members(world, boxes))

    lost = [o for o in outcomes if o.failure]
    assert len(outcomes) == MANY
    assert [type(o.failure) for o in lost] == [SignInRequired]
    assert lost[0].is_newly_lost


def test_what_was_known_to_be_lost_is_no_news(world: World) -> None:
    (box,) = fleet(world, 1)
    world.entra.refusals.extend([DEAD, DEAD])

    first, second = (refreshed(world, members(world, [box]))[0] for _ in range(2))

    assert (first.is_newly_lost, second.is_newly_lost) == (True, False)


def test_a_mailbox_whose_token_is_gone_is_known_to_be_lost(world: World) -> None:
    (member,) = members(world, fleet(world, 1))

    assert not member.is_lost
    assert replace(member, entry=replace(member.entry, token=None)).is_lost


def test_a_passing_trouble_comes_up_again_after_the_others(world: World) -> None:
    boxes = fleet(world, MANY)
    world.entra.refusals.append(BUSY)

    outcomes = refreshed(world, members(world, boxes))

    assert len(outcomes) == MANY
    assert all(o.failure is None for o in outcomes)
    assert len(world.entra.forms) == MANY + 1


def test_a_trouble_that_does_not_pass_is_told_in_the_end(world: World) -> None:
    (box,) = fleet(world, 1)
    world.entra.refusals.extend([BUSY] * TRIES)

    (outcome,) = refreshed(world, members(world, [box]))

    assert outcome.failure is not None
    assert len(world.entra.forms) == TRIES


def test_a_host_that_nobody_reaches_is_given_up_for_the_round(world: World) -> None:
    boxes = fleet(world, 10 * AT_ONCE)
    tried: list[str] = []

    def unreachable() -> None:
        tried.append("")
        raise Unreachable("connecting to login.microsoftonline.com: no connection")

    world.entra.during.extend([unreachable] * 100_000)

    outcomes = refreshed(world, members(world, boxes))

    assert len(outcomes) == len(boxes)
    assert {type(o.failure) for o in outcomes} == {Unreachable}
    # Each of those that were under way asks until its patience ends; nobody else begins.
    most = 60 * AT_ONCE * TRIES
    assert len(tried) < most


def test_a_cloud_that_is_gone_fails_its_own_mailboxes_alone(world: World) -> None:
    here, gone = fleet(world, 2)
    error: ProvisionError = UsageError("cloud sandbox.json: cannot be read")

    lost, kept = members(world, [gone, here])
    outcomes = refreshed(world, [replace(lost, services=error), kept])

    assert {o.signed_in.key.address: o.failure for o in outcomes} == {
        here.key.address: None,
        gone.key.address: error,
    }


def test_who_is_stopped_finishes_what_is_under_way_and_begins_no_other(world: World) -> None:
    boxes = fleet(world, MANY)
    clock = StoppableClock()
    world.entra.during.append(clock.stop)
    outcomes: list[Outcome] = []

    refresh_fleet(members(world, boxes), clock, outcomes.append)

    assert 1 <= len(outcomes) <= AT_ONCE
    assert {o.failure for o in outcomes} == {None}


def test_who_is_stopped_while_a_mailbox_waits_waits_no_longer(world: World) -> None:
    boxes = fleet(world, MANY)
    clock = StoppableClock()

    def stopped_and_asked_to_wait() -> None:
        clock.stop()
        clock.sleep(3600)

    world.entra.during.extend([stopped_and_asked_to_wait] * MANY)

    refresh_fleet(members(world, boxes), clock, lambda _: pytest.fail("nobody ended"))


def test_nothing_is_begun_after_a_stop_although_nobody_has_to_wait(world: World) -> None:
    boxes = fleet(world, MANY)
    clock = StoppableClock()
    clock.stop()

    refresh_fleet(members(world, boxes), clock, lambda _: pytest.fail("nobody ended"))

    assert world.entra.forms == []


def test_a_stopped_clock_ends_every_wait() -> None:
    clock = StoppableClock()
    clock.stop()

    with pytest.raises(Interrupted):
        clock.sleep(3600)
