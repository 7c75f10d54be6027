"""Who holds a secret: proved before it is made, and what follows when somebody fails."""

from pathlib import Path

import pytest

from provision.errors import PolicyRefused, SinkFailed, UsageError, VaultFailed
from provision.handoff.sinks import make_sink
from provision.stages.secret_custody import Target
from provision.vault.none import NoVault
from provision.vault.port import ClientKey
from tests.unit.stages.world import KEY, NAME, InterruptedSink, World, client_key
from tests.unit.vault.samples import OTHER_KEY, sqlite_vault


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Return a host whose vault outlives the process."""
    return World(tmp_path).with_file()


def taken_by_a_directory(path: Path) -> None:
    """Make a file impossible to write, whoever runs the test."""
    path.mkdir()
    (path / "x").touch()


def breaks_while_minting(world: World, path: Path) -> None:
    world.tenant.before("create_application", lambda: taken_by_a_directory(path))


def mended(path: Path) -> None:
    (path / "x").unlink()
    path.rmdir()


def test_a_sink_that_cannot_be_written_is_found_before_anything_is_read(world: World) -> None:
    taken_by_a_directory(world.with_sink())

    with pytest.raises(SinkFailed, match=r"mail\.env"):
        world.apply()

    assert world.tenant.calls == []


def test_a_vault_that_cannot_keep_is_found_before_anything_is_written(world: World) -> None:
    (world.root / "data").mkdir(mode=0o700)
    (world.root / "data" / "vault.db").write_bytes(b"not a database, and not empty" * 99)
    (world.root / "data" / "vault.db").chmod(0o600)

    with pytest.raises(VaultFailed):
        world.apply()

    assert world.tenant.writes == []


def test_a_key_that_does_not_open_the_vault_is_found_before_anything_is_written(
    world: World,
) -> None:
    world.vault.prepare()
    world.vault = sqlite_vault(world.root, given=OTHER_KEY, at=world.clock)

    with pytest.raises(VaultFailed, match="does not open it"):
        world.apply()

    assert world.tenant.writes == []


def test_a_change_that_needs_no_secret_needs_no_key(world: World) -> None:
    world.applied()
    world.tenant.content.grants.clear()
    world.vault = sqlite_vault(world.root, given=OTHER_KEY, at=world.clock)

    applied = world.apply()

    assert applied.remaining.changes == ()
    assert world.tenant.writes == ["create_grant"]


def test_the_vault_and_every_sink_hold_the_new_secret(world: World) -> None:
    dotenv = world.with_sink()
    worksheet = world.with_sink("json", "mail.json")

    key_id = str(world.apply().registration.secret_key_id)

    assert key_id in world.held
    assert f"MAIL_OAUTH_CLIENT_SECRET_KEY_ID='{key_id}'" in dotenv.read_text()
    assert key_id in worksheet.read_text()


def test_a_sink_that_cannot_keep_a_secret_is_given_none_while_minting(world: World) -> None:
    written: list[str] = []
    sink = make_sink("dotenv", "-", writer=written.append)
    world.targets.append(Target(sink, None))

    world.apply()

    assert written == []


def test_a_vault_that_breaks_while_minting_leaves_no_secret_alive(world: World) -> None:
    env = world.with_sink()
    vault = world.root / "data" / "vault.db"
    world.tenant.before("create_application", lambda: vault.write_bytes(b"no vault" * 999))

    with pytest.raises(VaultFailed):
        world.apply()

    assert world.live == {}
    assert not env.exists()


def test_a_sink_that_breaks_while_minting_revokes_nothing(world: World) -> None:
    breaks_while_minting(world, world.with_sink())

    applied = world.apply()

    assert [type(failure) for failure in applied.failures] == [SinkFailed]
    assert applied.remaining.changes == ()
    assert set(world.live) == world.held


def test_the_next_apply_brings_a_sink_that_broke_up_to_date(world: World) -> None:
    env = world.with_sink()
    breaks_while_minting(world, env)
    key_id = world.apply().registration.secret_key_id
    mended(env)
    world.forget()

    applied = world.apply()

    assert world.tenant.writes == []
    assert applied.failures == ()
    assert str(key_id) in env.read_text()


def test_a_sink_that_is_mended_in_the_same_run_is_no_failure(world: World) -> None:
    env = world.with_sink()
    breaks_while_minting(world, env)
    world.tenant.before("create_grant", lambda: mended(env))

    applied = world.apply()

    assert applied.failures == ()
    assert env.exists()


def test_a_sink_that_failed_is_reported_beside_drift(world: World) -> None:
    breaks_while_minting(world, world.with_sink())
    world.tenant.before("read", lambda: None)
    world.tenant.before("read", lambda: world.tenant.change("aem-mail", display_name="theirs"))

    applied = world.apply()

    assert applied.remaining.changes
    assert [type(failure) for failure in applied.failures] == [SinkFailed]


def test_a_sink_that_lost_its_file_gets_the_secret_again(world: World) -> None:
    env = world.with_sink()
    world.applied()
    env.unlink()

    world.apply()

    assert env.exists()


def test_a_sink_that_is_up_to_date_is_not_written(world: World) -> None:
    env = world.with_sink()
    world.applied()
    before = env.stat().st_ino

    world.apply()

    assert env.stat().st_ino == before


def test_ctrl_c_while_keeping_leaves_no_secret_alive(world: World) -> None:
    world.targets.append(Target(InterruptedSink(), None))

    with pytest.raises(KeyboardInterrupt):
        world.apply()

    assert world.live == {}
    assert world.vault.held_key_ids(_client(world)) == frozenset()


def test_the_apply_after_ctrl_c_ends_with_one_secret(world: World) -> None:
    world.targets.append(Target(InterruptedSink(), None))
    with pytest.raises(KeyboardInterrupt):
        world.apply()
    world.targets.clear()

    world.apply()

    assert set(world.live) == world.held
    assert len(world.live) == 1
    assert world.vault.unfinished_intents(KEY) == ()


def test_a_secret_that_a_policy_refuses_leaves_nothing_open(world: World) -> None:
    world.tenant.refuse("create_application", PolicyRefused("creating: the tenant allows none"))

    with pytest.raises(PolicyRefused):
        world.apply()

    assert world.tenant.content.applications == {}
    assert world.vault.unfinished_intents(KEY) == ()


def test_a_secret_that_lives_elsewhere_is_shown_and_not_removed(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = World(tmp_path_factory.mktemp("elsewhere"), tenant=world.tenant)
    key_id = elsewhere.applied().secret_key_id

    applied = world.apply()

    assert applied.registration.secret_key_id == key_id
    assert world.tenant.writes == []
    assert any(str(key_id) in n.text for n in applied.first.notices if n.kind == "secret")


def test_without_a_vault_and_without_a_sink_nothing_is_made(world: World) -> None:
    world.without_vault()

    with pytest.raises(UsageError, match="PROVISION_VAULT"):
        world.apply()

    assert world.tenant.calls == []


def test_without_a_vault_the_sinks_hold_the_secret(world: World) -> None:
    env = world.without_vault().with_sink()

    applied = world.apply()

    assert applied.failures == ()
    assert str(applied.registration.secret_key_id) in env.read_text()


def test_without_a_vault_and_with_every_sink_broken_the_secret_is_revoked(world: World) -> None:
    breaks_while_minting(world, world.without_vault().with_sink())

    with pytest.raises(SinkFailed):
        world.apply()

    assert world.live == {}
    assert world.vault.held_key_ids(_client(world)) == frozenset()


def test_without_a_vault_one_sink_is_enough_and_the_others_are_named(world: World) -> None:
    broken = world.without_vault().with_sink()
    world.with_sink("json", "mail.json")
    breaks_while_minting(world, broken)

    applied = world.apply()

    assert [str(broken) in failure.message for failure in applied.failures] == [True]
    assert len(world.live) == 1


def test_without_a_vault_a_second_run_writes_nothing(world: World) -> None:
    world.without_vault().with_sink()
    world.applied()
    world.vault = NoVault(world.clock, world.root / "locks")

    world.apply()

    assert world.tenant.writes == []


def _client(world: World) -> ClientKey:
    found = world.tenant.named(NAME)
    assert found is not None
    return client_key(found.client_id)
