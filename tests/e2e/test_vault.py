"""`provision vault` as it is typed: the key changes, and the next command finds everything."""

import json
import secrets
import subprocess
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


PASSPHRASE = "correct horse battery staple"


def moved_to(work: Workplace, **settings: str) -> Workplace:
    """Return another machine with a vault and a key of its own."""
    other = work.elsewhere("laptop")
    other.environment["PROVISION_VAULT_KEY"] = b64encode(secrets.token_bytes(32)).decode()
    other.environment |= settings
    return other


def test_a_mailbox_moves_to_another_machine_without_signing_in_again(signed_in):
    signed_in.environment["PROVISION_EXPORT_PASSPHRASE"] = PASSPHRASE
    file = signed_in.file("moving.json")

    signed_in.done("vault", "export", str(file))

    assert file.stat().st_mode & 0o777 == 0o600
    everything = {"file": file.read_bytes()}
    assert Canary(signed_in.levers.secrets()).leaks(everything) == []
    other = moved_to(signed_in, PROVISION_EXPORT_PASSPHRASE=PASSPHRASE)
    told = json.loads(other.done("vault", "import", str(file), "--output", "json").out)
    whats = {each["what"] for each in told["taken"]}
    assert f"mailbox {OWNER}" in whats
    other.done("refresh")
    other.done("verify")
    again = json.loads(signed_in.done("vault", "import", str(file), "--output", "json").out)
    assert (again["taken"], again["kept"]) == ([], [])


def test_a_key_seals_an_export_and_a_passphrase_does_not_open_it(signed_in):
    key = b64encode(secrets.token_bytes(32)).decode()
    file = signed_in.file("moving.json")
    signed_in.environment["PROVISION_EXPORT_KEY"] = key
    signed_in.done("vault", "export", str(file))
    other = moved_to(signed_in)
    del other.environment["PROVISION_EXPORT_KEY"]

    asked = other.run("vault", "import", str(file))
    piped = other.run("vault", "import", str(file), "--passphrase-stdin", stdin=f"{PASSPHRASE}\n")

    assert (asked.code, "PROVISION_EXPORT_KEY is not set" in asked.err) == (64, True)
    assert piped.code == 64
    other.environment["PROVISION_EXPORT_KEY"] = key
    other.done("vault", "import", str(file))


def test_a_wrong_passphrase_and_a_changed_file_are_told_apart(signed_in):
    file = signed_in.file("moving.json")
    given = f"{PASSPHRASE}\n"
    out = signed_in.run("vault", "export", str(file), "--passphrase-stdin", stdin=given)
    assert out.code == 0
    text = file.read_text()

    wrong = signed_in.run("vault", "import", str(file), "--passphrase-stdin", stdin="x" * 12)
    file.write_text(text.replace('"sealed": "', '"sealed": "AAAA'))
    changed = signed_in.run("vault", "import", str(file), "--passphrase-stdin", stdin=given)

    assert (wrong.code, "the passphrase does not open it" in wrong.err) == (1, True)
    assert (changed.code, "is right, but the file was cut" in changed.err) == (1, True)
    assert PASSPHRASE not in wrong.err + changed.err + out.err + out.out


def test_an_export_is_refused_where_it_would_do_harm(signed_in):
    signed_in.environment["PROVISION_EXPORT_PASSPHRASE"] = PASSPHRASE
    signed_in.file("notes.txt").write_text("notes")
    subprocess.run(["git", "init", "-q", str(signed_in.file("repository"))], check=True)

    over = signed_in.run("vault", "export", str(signed_in.file("notes.txt")))
    committed = signed_in.run("vault", "export", str(signed_in.file("repository") / "x.json"))

    assert (over.code, "is something else than an export" in over.err) == (1, True)
    assert signed_in.file("notes.txt").read_text() == "notes"
    assert (committed.code, "git would commit this file" in committed.err) == (1, True)
    assert not (signed_in.file("repository") / "x.json").exists()


def test_a_short_passphrase_and_none_are_usage_errors(signed_in):
    file = str(signed_in.file("moving.json"))

    short = signed_in.run("vault", "export", file, "--passphrase-stdin", stdin="hunter2\n")
    nobody = signed_in.run("vault", "export", file)
    signed_in.environment["PROVISION_EXPORT_PASSPHRASE"] = "hunter2"
    weak = signed_in.run("vault", "export", file)

    assert (short.code, nobody.code, weak.code) == (64, 64, 64)
    assert "hunter2" not in short.err + weak.err
    assert not signed_in.file("moving.json").exists()


def test_the_passphrase_is_typed_twice_and_not_shown(signed_in):
    file = signed_in.file("moving.json")
    with signed_in.terminal("vault", "export", str(file)) as terminal:
        terminal.expect("Passphrase of the export:")
        terminal.enter(PASSPHRASE)
        terminal.expect("Once more:")
        terminal.enter(PASSPHRASE)
        assert terminal.end() == 0
        assert PASSPHRASE not in terminal.shown

    signed_in.environment["PROVISION_EXPORT_PASSPHRASE"] = PASSPHRASE
    signed_in.done("vault", "import", str(file))
