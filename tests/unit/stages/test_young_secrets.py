"""A refresh while servers do not know a new client secret: it waits, or uses the one before."""

from dataclasses import replace
from datetime import timedelta

import pytest

from provision.errors import ClientRefused
from provision.secret import Secret
from provision.stages.progress import Waiting
from provision.stages.refresh import renew
from provision.vault.port import HeldSecret, SignedInMailbox
from tests.fakes.entra import refusal
from tests.unit.stages.world import NAME, World, client_key

NOT_KNOWN = {
    "secret": refusal("invalid_client", 7000215, 401),
    "application": refusal("unauthorized_client", 700016),
}


@pytest.fixture
def mailbox(world: World) -> SignedInMailbox:
    return world.signed_in()


def minted(world: World, mailbox: SignedInMailbox) -> HeldSecret:
    """Let the vault know that the client secret was minted this moment."""
    key = client_key(mailbox.key.client_id)
    held = world.vault.secret(key)
    assert held is not None
    young = replace(held, start_at=world.clock.now())
    world.vault.keep_secret(key, young)
    return young


def rotated(world: World, mailbox: SignedInMailbox) -> None:
    """Let the vault hold a newer client secret, which no server has heard of."""
    end_at = world.clock.now() + timedelta(days=365)
    newer = HeldSecret("key-new", NAME, end_at, Secret("new"), world.clock.now())
    world.vault.keep_secret(client_key(mailbox.key.client_id), newer)


def used(world: World) -> list[str]:
    return [form["client_secret"] for form in world.entra.forms]


@pytest.mark.parametrize("what", NOT_KNOWN)
def test_a_young_secret_is_waited_for(world: World, mailbox: SignedInMailbox, what: str) -> None:
    minted(world, mailbox)
    world.entra.refusals.extend([NOT_KNOWN[what]] * 5)

    renew(mailbox, world.services)

    assert len(world.entra.forms) == 6
    assert any(isinstance(event, Waiting) for event in world.events)


@pytest.mark.parametrize("what", NOT_KNOWN)
def test_an_old_secret_is_refused_at_once(
    world: World, mailbox: SignedInMailbox, what: str
) -> None:
    minted(world, mailbox)
    world.clock.sleep(181)
    world.entra.refusals.append(NOT_KNOWN[what])

    with pytest.raises(ClientRefused):
        renew(mailbox, world.services)

    assert len(world.entra.forms) == 1


def test_the_wait_ends_when_the_secret_is_no_longer_young(
    world: World, mailbox: SignedInMailbox
) -> None:
    minted(world, mailbox)
    world.clock.sleep(100)
    world.entra.refusals.extend([NOT_KNOWN["secret"]] * 99)
    began = world.clock.monotonic()

    with pytest.raises(ClientRefused):
        renew(mailbox, world.services)

    assert 50 < world.clock.monotonic() - began <= 80


def test_a_secret_whose_age_nobody_recorded_is_not_waited_for(
    world: World, mailbox: SignedInMailbox
) -> None:
    world.entra.refusals.append(NOT_KNOWN["secret"])

    with pytest.raises(ClientRefused):
        renew(mailbox, world.services)


def test_a_young_secret_that_is_refused_for_another_reason_is_not_waited_for(
    world: World, mailbox: SignedInMailbox
) -> None:
    minted(world, mailbox)
    world.entra.refusals.append(refusal("invalid_client", 7000222, 401))

    with pytest.raises(ClientRefused):
        renew(mailbox, world.services)


def test_a_rotation_does_not_interrupt_a_refresh(world: World, mailbox: SignedInMailbox) -> None:
    old = minted(world, mailbox).secret.reveal()
    rotated(world, mailbox)
    began = world.clock.monotonic()

    renew(mailbox, world.services)

    assert used(world) == ["new", old]
    assert world.clock.monotonic() == began


def test_says_that_the_secret_before_is_used(world: World, mailbox: SignedInMailbox) -> None:
    held = minted(world, mailbox)
    rotated(world, mailbox)

    renew(mailbox, world.services)

    (told,) = [event.reason for event in world.events if isinstance(event, Waiting)]
    assert told == f"client secret key-new is not known everywhere: using {held.key_id}"


def test_an_expired_secret_is_not_fallen_back_to(world: World, mailbox: SignedInMailbox) -> None:
    held = minted(world, mailbox)
    expired = replace(held, end_at=world.clock.now())
    world.vault.keep_secret(client_key(mailbox.key.client_id), expired)
    rotated(world, mailbox)
    world.clock.sleep(200)

    with pytest.raises(ClientRefused):
        renew(mailbox, world.services)

    assert used(world) == ["new"]


def test_when_no_secret_is_taken_the_newest_is_waited_for(
    world: World, mailbox: SignedInMailbox
) -> None:
    minted(world, mailbox)
    rotated(world, mailbox)
    world.entra.refusals.extend([NOT_KNOWN["secret"]] * 99)

    with pytest.raises(ClientRefused):
        renew(mailbox, world.services)

    assert set(used(world)[2:]) == {"new"}
    assert world.clock.monotonic() > 150


def test_a_secret_that_somebody_typed_is_not_waited_for(
    world: World, mailbox: SignedInMailbox
) -> None:
    minted(world, mailbox)
    world.supplied_secret = Secret("brought along")

    with pytest.raises(ClientRefused):
        renew(mailbox, world.services)

    assert used(world) == ["brought along"]
