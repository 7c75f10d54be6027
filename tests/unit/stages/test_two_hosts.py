"""Two hosts that mint a secret at the same moment: one of them gives way."""

from datetime import timedelta

import pytest

from provision.errors import RefusedError
from provision.plan.custody import Custody, UnfinishedMint
from provision.stages.secret_minting import OwnMint, rival
from provision.tenant.application import Password
from tests.unit.stages.world import NAME, NOW, World, client_key

OURS = Password("ours", NAME, NOW, NOW + timedelta(days=180))
OWN = OwnMint(OURS, frozenset({"before"}), NOW)


def secret(key_id: str, seconds: float) -> Password:
    start_at = NOW + timedelta(seconds=seconds)
    return Password(key_id, NAME, start_at, start_at + timedelta(days=180))


@pytest.fixture
def two_hosts(world: World) -> World:
    """Return a host whose secret has to be renewed, while another is about to do the same."""
    world.applied()
    world.clock.sleep(200 * 86400)
    return world


def other_mints(world: World, seconds: float, key_id: str = "theirs") -> None:
    start_at = world.clock.now() + timedelta(seconds=seconds)
    password = Password(key_id, NAME, start_at, start_at + timedelta(days=180))
    world.tenant.before("add_password", lambda: world.tenant.add_secret(NAME, password))


def test_the_later_one_is_revoked_and_forgotten(two_hosts: World) -> None:
    before = set(two_hosts.live)
    other_mints(two_hosts, -1)

    with pytest.raises(RefusedError):
        two_hosts.apply()

    assert set(two_hosts.live) == before | {"theirs"}
    assert two_hosts.vault.held_key_ids(client_key("client-2")) == before


def test_the_refusal_names_both_secrets_and_says_where_to_hand_off(two_hosts: World) -> None:
    other_mints(two_hosts, -1)

    with pytest.raises(
        RefusedError, match=r"theirs .* was first, so key-5, minted here"
    ) as refused:
        two_hosts.apply()

    assert "provision handoff" in refused.value.hint


def test_the_earlier_one_stays(two_hosts: World) -> None:
    other_mints(two_hosts, 1)

    applied = two_hosts.apply()

    assert applied.registration.secret_key_id in two_hosts.held
    assert {"theirs", applied.registration.secret_key_id} <= set(two_hosts.live)


def test_hosts_that_do_not_know_each_other_leave_one_secret_that_lives(
    two_hosts: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = World(tmp_path_factory.mktemp("other"), clock=two_hosts.clock, tenant=two_hosts.tenant)
    before = set(two_hosts.live)
    two_hosts.tenant.before("add_password", other.apply)

    with pytest.raises(RefusedError):
        two_hosts.apply()

    assert set(two_hosts.live) - before == other.held


def test_who_is_overtaken_on_the_way_gives_way_to_who_could_not_see_it(
    two_hosts: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = World(tmp_path_factory.mktemp("other"), clock=two_hosts.clock, tenant=two_hosts.tenant)
    before = set(two_hosts.live)

    def overtake() -> None:
        two_hosts.clock.sleep(5.0)
        other.apply()

    two_hosts.tenant.before("add_password", overtake)

    with pytest.raises(RefusedError, match="another host minted"):
        two_hosts.apply()

    assert set(two_hosts.live) - before == other.held


def test_who_is_overtaken_stays_where_the_other_gives_way(two_hosts: World) -> None:
    def overtake() -> None:
        two_hosts.clock.sleep(5.0)
        start_at = two_hosts.clock.now()
        theirs = Password("theirs", NAME, start_at, start_at + timedelta(days=180))
        two_hosts.tenant.add_secret(NAME, theirs)
        (application,) = two_hosts.tenant.content.applications
        two_hosts.clock.meanwhile.append(
            lambda: two_hosts.tenant.remove_password(application, "theirs")
        )

    two_hosts.tenant.before("add_password", overtake)

    applied = two_hosts.apply()

    assert applied.registration.secret_key_id in set(two_hosts.live) & two_hosts.held


def test_the_same_second_is_decided_by_the_key_id() -> None:
    assert OWN.is_younger_than(secret("a", 0))
    assert not OWN.is_younger_than(secret("z", 0))


def test_what_was_begun_after_ours_was_there_is_no_rival() -> None:
    assert rival(OWN, [OURS, secret("a", 1)], Custody()) is None


def test_the_oldest_of_several_is_named() -> None:
    rivals = [secret("b", -1), secret("a", -2), OURS]

    assert rival(OWN, rivals, Custody()) == secret("a", -2)


def test_a_secret_that_was_there_before_is_no_rival() -> None:
    assert rival(OWN, [OURS, secret("before", -9)], Custody()) is None


def test_a_secret_that_is_held_here_is_no_rival() -> None:
    custody = Custody(held_key_ids=frozenset({"ours", "held"}))

    assert rival(OWN, [OURS, secret("held", -9)], custody) is None


def test_a_secret_that_was_lost_here_is_no_rival() -> None:
    custody = Custody(unfinished=(UnfinishedMint(NAME, frozenset(), NOW),))

    assert rival(OWN, [OURS, secret("lost", -9)], custody) is None
