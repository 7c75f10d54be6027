"""Hand-off: each mailbox refreshed once, every target written, and who has what written down."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from provision.errors import SignInRequired, SinkFailed, UsageError
from provision.handoff.destinations import FilePlace
from provision.handoff.mail_copies import Around
from provision.handoff.mail_programs import COPIES
from provision.handoff.sinks import make_sink
from provision.secret import Secret
from provision.stages.handoff import HandedOver, hand_off
from provision.stages.progress import Failed, Finished
from provision.stages.secret_custody import Target
from provision.stages.vault_keys import mailbox_key
from provision.tenant.registration import Registration
from provision.vault.port import GivenSecret, GivenToken, HeldSecret, Holder, HolderKey
from tests.unit.stages.world import FORMS, NOW, World, client_key


@pytest.fixture
def signed_in(world: World) -> Registration:
    """Return the registration of a mailbox whose owner has signed in."""
    key = world.signed_in().key
    (key_id,) = world.live
    return registration_with(key.client_id, key_id)


def registration_with(client_id: str, key_id: str | None) -> Registration:
    return Registration(
        cloud="global",
        tenant_id="99999999-aaaa-4bbb-8ccc-dddddddddddd",
        client_id=client_id,
        unique_name="aem-mail",
        redirect_uris=("http://localhost",),
        scopes=("offline_access",),
        sign_in_audience="AzureADMultipleOrgs",
        secret_key_id=key_id,
    )


def run(world: World, registration: Registration) -> tuple[HandedOver, ...]:
    return hand_off(registration, world.targets, world.services)


def values(path: Path) -> dict[str, str]:
    """Return the variables of a dotenv file."""
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    return {name: value.strip("'") for name, _, value in (line.partition("=") for line in lines)}


def test_gives_the_newest_generation(world: World, signed_in: Registration) -> None:
    env = world.with_sink()

    (handed,) = run(world, signed_in)

    assert values(env)["MAIL_OAUTH_REFRESH_TOKEN"] == "refresh-1"
    assert (handed.holder, handed.mailbox, handed.generation) == (
        "dotenv mail.env",
        FORMS.address,
        2,
    )


def test_gives_the_secret_with_its_key_id(world: World, signed_in: Registration) -> None:
    env = world.with_sink()

    run(world, signed_in)

    assert values(env)["MAIL_OAUTH_CLIENT_SECRET_KEY_ID"] == signed_in.secret_key_id
    assert values(env)["MAIL_OAUTH_CLIENT_SECRET"] == f"value of {signed_in.secret_key_id}"


def test_refreshes_each_mailbox_once_however_many_targets_it_has(
    world: World, signed_in: Registration
) -> None:
    world.with_sink()
    world.with_sink("json", "mail.json")

    run(world, signed_in)

    assert len(world.entra.forms) == 1


def test_writes_down_which_generation_each_holder_has(
    world: World, signed_in: Registration
) -> None:
    world.with_sink()
    world.with_sink("json", "mail.json")

    run(world, signed_in)

    client = mailbox_key(signed_in, FORMS.address).client
    token = GivenToken(2, NOW, NOW)
    held = world.vault.secret(client)
    assert held is not None
    secret = GivenSecret(held.key_id, held.end_at, NOW)
    assert world.vault.holders(client) == tuple(
        Holder(HolderKey(client, FORMS.address, name), False, token, secret)
        for name in ("dotenv mail.env", "json mail.json")
    )


def test_writes_down_when_the_copy_was_issued_and_not_when_it_was_given(
    world: World, signed_in: Registration
) -> None:
    world.clock.sleep(3600)
    world.with_sink()

    world.apply()

    (holder,) = world.vault.ledger().holders
    assert holder.token == GivenToken(1, NOW, NOW + timedelta(hours=1))


def test_who_gets_the_secret_before_anybody_signed_in_is_a_holder(world: World) -> None:
    world.with_sink()

    world.apply()

    (holder,) = world.vault.ledger().holders
    (key_id,) = world.live
    assert (holder.token, holder.secret and holder.secret.key_id) == (None, key_id)


def test_a_target_that_keeps_no_secret_is_no_holder(world: World, signed_in: Registration) -> None:
    written: list[str] = []
    world.targets.append(Target(make_sink("dotenv", "-", writer=written.append), FORMS))

    (handed,) = run(world, signed_in)

    assert handed.failure is None
    assert "refresh-1" in written[0]
    assert world.vault.ledger().holders == ()


def test_a_target_without_a_mailbox_refreshes_nothing(
    world: World, signed_in: Registration
) -> None:
    world.with_sink()
    world.targets[0] = replace(world.targets[0], mailbox=None)

    (handed,) = run(world, signed_in)

    assert (handed.mailbox, handed.generation) == (None, None)
    assert world.entra.forms == []
    assert world.events[-1] == Finished("handoff", "dotenv mail.env")


def test_one_target_that_fails_does_not_stop_the_others(
    world: World, signed_in: Registration
) -> None:
    broken = world.with_sink()
    env = world.with_sink("dotenv", "second.env")
    world.entra.during.append(lambda: (broken / "x").mkdir(parents=True))

    first, second = run(world, signed_in)

    assert isinstance(first.failure, SinkFailed)
    assert second.failure is None
    assert env.exists()
    assert [e.stage for e in world.events if isinstance(e, Failed)] == ["handoff"]


def test_a_target_that_failed_is_no_holder(world: World, signed_in: Registration) -> None:
    broken = world.with_sink()
    world.entra.during.append(lambda: (broken / "x").mkdir(parents=True))

    run(world, signed_in)

    assert world.vault.ledger().holders == ()


def test_a_target_that_cannot_be_written_is_found_before_the_refresh(
    world: World, signed_in: Registration
) -> None:
    (world.with_sink() / "x").mkdir(parents=True)

    with pytest.raises(SinkFailed):
        run(world, signed_in)

    assert world.entra.forms == []


def test_a_mailbox_that_nobody_signed_in_for_stops_before_anything_is_written(
    world: World, registration: Registration
) -> None:
    env = world.with_sink()

    with pytest.raises(SignInRequired):
        run(world, registration)

    assert not env.exists()


def test_a_supplied_secret_wins(world: World, signed_in: Registration) -> None:
    world.supplied_secret = Secret("brought along")
    env = world.with_sink()
    world.targets[0] = replace(world.targets[0], mailbox=None)

    run(world, signed_in)

    assert values(env)["MAIL_OAUTH_CLIENT_SECRET"] == "brought along"


def test_a_supplied_secret_is_not_said_to_be_the_one_that_is_held(
    world: World, signed_in: Registration
) -> None:
    world.supplied_secret = Secret("brought along")
    env = world.with_sink()
    world.targets[0] = replace(world.targets[0], mailbox=None)

    run(world, signed_in)

    assert "MAIL_OAUTH_CLIENT_SECRET_KEY_ID" not in values(env)


def test_a_supplied_secret_is_the_one_of_the_registration_where_none_is_held(
    world: World,
) -> None:
    world.supplied_secret = Secret("brought along")
    env = world.with_sink()
    world.targets[0] = replace(world.targets[0], mailbox=None)

    run(world, registration_with("client-9", "key-9"))

    assert values(env)["MAIL_OAUTH_CLIENT_SECRET_KEY_ID"] == "key-9"


def test_a_supplied_secret_needs_no_registered_one(world: World) -> None:
    world.supplied_secret = Secret("brought along")
    env = world.with_sink()
    world.targets[0] = replace(world.targets[0], mailbox=None)

    run(world, registration_with("client-9", None))

    assert values(env)["MAIL_OAUTH_CLIENT_SECRET"] == "brought along"


def test_without_a_secret_the_rest_is_handed_over(world: World) -> None:
    env = world.with_sink()
    world.targets[0] = replace(world.targets[0], mailbox=None)

    run(world, registration_with("client-9", None))

    assert values(env)["MAIL_OAUTH_CLIENT_ID"] == "client-9"
    assert "MAIL_OAUTH_CLIENT_SECRET" not in values(env)


def test_another_secret_that_is_held_goes_under_its_own_key_id(world: World) -> None:
    held = HeldSecret("key-8", "aem-mail", NOW.replace(year=2027), Secret("of key-8"))
    world.vault.keep_secret(client_key("client-9"), held)
    env = world.with_sink()
    world.targets[0] = replace(world.targets[0], mailbox=None)

    run(world, registration_with("client-9", "key-9"))

    assert values(env)["MAIL_OAUTH_CLIENT_SECRET_KEY_ID"] == "key-8"
    assert values(env)["MAIL_OAUTH_CLIENT_SECRET"] == "of key-8"


def test_a_secret_that_lives_elsewhere_is_missed_before_anything_is_written(world: World) -> None:
    env = world.with_sink()
    world.targets[0] = replace(world.targets[0], mailbox=None)

    with pytest.raises(UsageError, match="not held here"):
        run(world, registration_with("client-9", "key-9"))

    assert not env.exists()


def test_a_program_that_refreshes_by_itself_is_written_down_as_storing_successors(
    world: World, signed_in: Registration
) -> None:
    sink = COPIES["mutt-oauth2"](FilePlace("tokens", world.root / "tokens"), Around("desk-7"))

    hand_off(signed_in, (Target(sink, FORMS),), world.services)

    (holder,) = world.vault.ledger().holders
    assert holder.key.name == "mutt-oauth2 tokens on host desk-7"
    assert (holder.keeps_successors, holder.token and holder.token.generation) == (True, 2)
