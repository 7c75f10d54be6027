"""Refresh: one at a time for a mailbox; who waits shares, and nobody waits for ever."""

from dataclasses import replace
from pathlib import Path

import pytest

from provision.secret import Secret
from provision.stages.progress import Waiting
from provision.stages.refresh import access_token, renew
from provision.stages.token_purpose import Wanted, mail_wanted
from provision.vault.port import MailboxKey, RefreshToken, SignedInMailbox
from tests.unit.stages.world import World

MAIL = "https://outlook.office.com"


@pytest.fixture
def mailbox(world: World) -> SignedInMailbox:
    return world.signed_in()


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Return a host whose vault outlives the process."""
    return World(tmp_path).with_file()


def wanted(world: World, mailbox: SignedInMailbox) -> Wanted:
    return mail_wanted(mailbox, world.services.cloud)


def newest(world: World, mailbox: SignedInMailbox) -> RefreshToken:
    found = world.vault.refresh_token(mailbox.key)
    assert found is not None
    return found


def ask(world: World, mailbox: SignedInMailbox) -> Secret:
    return access_token(mailbox, wanted(world, mailbox), world.services).token


def lock_of(key: MailboxKey) -> tuple[str, ...]:
    return ("refresh", key.cloud, key.tenant_id, key.client_id, key.address)


@pytest.mark.parametrize("rotates", [True, False])
def test_who_waited_for_another_refresh_shares_its_result(
    world: World, mailbox: SignedInMailbox, rotates: bool
) -> None:
    world.entra.rotates = rotates
    other = World(world.root, clock=world.clock, tenant=world.tenant).with_file()
    other.entra.rotates = rotates
    theirs = other.vault.lock(*lock_of(mailbox.key))
    theirs.__enter__()

    def other_finishes() -> None:
        theirs.__exit__(None, None, None)
        renew(mailbox, other.services)

    world.clock.meanwhile.append(other_finishes)

    renewed = renew(mailbox, world.services)

    assert renewed.was_done_by_another
    assert renewed.generation == newest(world, mailbox).generation
    assert world.entra.forms == []


def test_who_waited_for_an_access_token_takes_the_fresh_one(
    world: World, mailbox: SignedInMailbox
) -> None:
    other = World(world.root, clock=world.clock, tenant=world.tenant).with_file()
    theirs = other.vault.lock(*lock_of(mailbox.key))
    theirs.__enter__()
    got: list[Secret] = []

    def other_finishes() -> None:
        theirs.__exit__(None, None, None)
        got.append(ask(other, mailbox))

    world.clock.meanwhile.append(other_finishes)

    assert ask(world, mailbox) == got[0]
    assert world.entra.forms == []


def test_a_waiter_refreshes_itself_when_the_other_one_failed(
    world: World, mailbox: SignedInMailbox
) -> None:
    theirs = world.another_vault().lock(*lock_of(mailbox.key))
    theirs.__enter__()
    world.clock.meanwhile.append(lambda: theirs.__exit__(None, None, None))

    assert not renew(mailbox, world.services).was_done_by_another
    assert len(world.entra.forms) == 1


def test_one_refresh_at_a_time(world: World, mailbox: SignedInMailbox) -> None:
    is_free: list[bool] = []

    def look() -> None:
        with world.another_vault().lock(*lock_of(mailbox.key), timeout=0) as held:
            is_free.append(held)

    world.entra.during.append(look)

    renew(mailbox, world.services)

    assert is_free == [False]


def test_a_lock_that_is_never_released_does_not_stop_a_refresh(
    world: World, mailbox: SignedInMailbox
) -> None:
    with world.another_vault().lock(*lock_of(mailbox.key)):
        renewed = renew(mailbox, world.services)

    assert renewed.generation == 2
    assert [type(event) for event in world.events] == [Waiting]
    assert world.clock.monotonic() >= 30


def test_a_refresh_past_the_lock_does_not_put_an_older_token_on_top(
    world: World, mailbox: SignedInMailbox
) -> None:
    world.entra.rotates = False
    newer = Secret("of another process")
    world.entra.during.append(
        lambda: world.vault.keep_refresh_token(mailbox.key, newer, world.clock.now())
    )

    renew(mailbox, world.services)

    assert newest(world, mailbox).token == newer


def test_two_mailboxes_do_not_wait_for_each_other(world: World, mailbox: SignedInMailbox) -> None:
    key = replace(mailbox.key, address="other@contoso.com")
    with world.another_vault().lock(*lock_of(key)):
        renew(mailbox, world.services)

    assert world.clock.monotonic() == 0
