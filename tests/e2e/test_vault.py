"""`provision vault` as it is typed: the key changes, and the next command finds everything."""

import json
import secrets
from base64 import b64encode

import pytest

from tests.canary import Canary
from tests.e2e.workplace import OWNER, Visit, Workplace


@pytest.fixture
def signed_in(work: Workplace) -> Workplace:
    """A machine whose vault holds a client secret and a mailbox's tokens."""
    work.done("apply", "--yes", "--through", "authorize", visit=Visit())
    return work


def new_key(work: Workplace) -> str:
    key = b64encode(secrets.token_bytes(32)).decode()
    work.environment["PROVISION_VAULT_NEW_KEY"] = key
    return key


def token(work: Workplace) -> str:
    ran = work.run("token", "-m", OWNER, shows_secrets=True)
    assert ran.code == 0, ran.err
    return ran.out


def test_the_key_of_the_environment_is_changed_and_the_mailbox_is_still_signed_in(signed_in):
    old, new = signed_in.environment["PROVISION_VAULT_KEY"], new_key(signed_in)
    before = token(signed_in)

    ran = signed_in.run("vault", "rotate-key", "--yes", "--output", "json")

    assert ran.code == 0
    told = json.loads(ran.out)
    assert (told["kind"], told["unreadable"], told["wasDoneBefore"]) == ("environment", [], False)
    assert told["secrets"] >= 2
    assert "set PROVISION_VAULT_KEY to the new key" in ran.err
    assert Canary({"old": old, "new": new}).leaks({"all": (ran.out + ran.err).encode()}) == []
    refused = signed_in.run("refresh")
    assert (refused.code, "its fingerprint is" in refused.err) == (1, True)
    signed_in.environment["PROVISION_VAULT_KEY"] = new
    del signed_in.environment["PROVISION_VAULT_NEW_KEY"]
    assert token(signed_in) == before
    signed_in.done("refresh")


def test_the_key_goes_into_a_file_and_the_environment_is_free_of_it(signed_in):
    ran = signed_in.run("vault", "rotate-key", "--to", "file", "--yes")

    assert (ran.code, "unset PROVISION_VAULT_KEY" in ran.err) == (0, True)
    del signed_in.environment["PROVISION_VAULT_KEY"]
    signed_in.done("refresh")
    (key,) = (signed_in.folder / "config" / "provision").glob("vault-*.key")
    assert key.stat().st_mode & 0o777 == 0o600


def test_it_asks_and_without_a_terminal_says_what_to_add(signed_in):
    ran = signed_in.run("vault", "rotate-key", "--to", "file")

    assert ran.code == 64
    assert "changing the vault's key needs an answer" in ran.err


def test_no_changes_nothing(signed_in):
    with signed_in.terminal("vault", "rotate-key", "--to", "file") as terminal:
        terminal.expect("Change the vault's key?")
        terminal.enter("n")
        assert terminal.end() == 1

    signed_in.done("refresh")


def test_a_switched_off_vault_has_no_key(work):
    work.environment["PROVISION_VAULT"] = "none"

    ran = work.run("vault", "rotate-key", "--yes")

    assert (ran.code, "PROVISION_VAULT: is `none`" in ran.err) == (64, True)
