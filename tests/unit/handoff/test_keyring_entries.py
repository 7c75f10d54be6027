"""Entries of a keyring: whole or as before, the key id last, and no keyring that keeps nothing."""

from types import ModuleType

import pytest
from keyring.backends import fail, null
from keyring.errors import KeyringLocked, PasswordDeleteError, PasswordSetError

from provision.errors import SinkFailed
from provision.handoff.keyring_entries import Entries, KeyringSink
from provision.vault.os_keyring import Backend, is_trustworthy, refusals
from tests.unit.handoff.values import make_handover, make_registration

OTHER_TENANT = make_registration(tenant_id="t-2")


class MemoryKeyring:
    """A keyring that fails when it is told to."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.fails_at = ""
        self.locks_at = ""
        self.is_locked = False
        self.forgets = False

    def get_password(self, service: str, username: str) -> str | None:
        self._unlocked()
        return self.kept.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self.is_locked |= username == self.locks_at
        self._unlocked()
        if username == self.fails_at:
            raise PasswordSetError("too long")
        self.kept |= {} if self.forgets else {username: password}

    def delete_password(self, service: str, username: str) -> None:
        self._unlocked()
        if self.kept.pop(username, None) is None and not self.forgets:
            raise PasswordDeleteError(username)

    def _unlocked(self) -> None:
        if self.is_locked:
            raise KeyringLocked


def sink_over(entries: Entries | None) -> KeyringSink:
    return KeyringSink("forms mail", lambda: entries, refusals)


def test_every_value_has_an_entry_named_like_its_variable() -> None:
    entries = MemoryKeyring()
    sink = sink_over(entries)
    sink.prepare()
    before = dict(entries.kept)
    sink.keep(make_handover())

    assert before == {}
    assert entries.kept["MAIL_OAUTH_CLIENT_SECRET"] == "s3~cr.et_"
    assert entries.kept["MAIL_OAUTH_REFRESH_TOKEN"] == "1.AXrefresh"
    assert entries.kept["MAIL_OAUTH_MAILBOX"] == "forms@contoso.com"
    assert len(entries.kept) == 8
    assert (sink.held_key_id(), sink.holds_secrets, sink.holder) == (
        "key-1",
        True,
        "keyring forms mail",
    )


def test_a_part_that_is_new_is_completed_by_what_is_there() -> None:
    entries = MemoryKeyring()
    sink = sink_over(entries)
    sink.keep(make_handover())
    sink.keep(make_handover(secret="another", key_id="key-2", token=None))

    assert entries.kept["MAIL_OAUTH_CLIENT_SECRET"] == "another"
    assert entries.kept["MAIL_OAUTH_REFRESH_TOKEN"] == "1.AXrefresh"
    assert sink.held_key_id() == "key-2"


def test_an_entry_that_is_no_longer_true_goes() -> None:
    entries = MemoryKeyring()
    sink = sink_over(entries)
    sink.keep(make_handover())
    sink.keep(make_handover(token=None, authority="https://login.microsoftonline.com/t-1"))

    assert "MAIL_OAUTH_REFRESH_TOKEN" not in entries.kept


@pytest.mark.parametrize(
    "name", ["MAIL_OAUTH_REFRESH_TOKEN", "MAIL_OAUTH_CLIENT_SECRET", "MAIL_OAUTH_TENANT_ID"]
)
def test_a_keyring_that_fails_in_the_middle_keeps_what_it_had(name: str) -> None:
    entries = MemoryKeyring()
    sink = sink_over(entries)
    sink.keep(make_handover())
    before = dict(entries.kept)
    entries.fails_at = name

    with pytest.raises(SinkFailed, match=r"refused \(PasswordSetError\)"):
        sink.keep(
            make_handover(
                secret="another", key_id="key-2", token="1.another", registration=OTHER_TENANT
            )
        )

    entries.fails_at = ""
    assert (sink.held_key_id(), entries.kept) == ("key-1", before)


def test_a_keyring_that_is_locked_in_the_middle_no_longer_vouches_for_a_key() -> None:
    entries = MemoryKeyring()
    sink = sink_over(entries)
    sink.keep(make_handover())
    entries.locks_at = "MAIL_OAUTH_CLIENT_SECRET"

    with pytest.raises(SinkFailed, match=r"refused \(KeyringLocked\)"):
        sink.keep(make_handover(secret="another", key_id="key-2"))

    entries.is_locked = False
    assert sink.held_key_id() is None


def test_a_locked_keyring_is_found_out_beforehand() -> None:
    entries = MemoryKeyring()
    entries.is_locked = True

    with pytest.raises(SinkFailed, match=r"keyring refused \(KeyringLocked\)") as refused:
        sink_over(entries).prepare()

    assert refused.value.hint == "unlock the keyring and try again"


def test_a_keyring_that_gives_nothing_back_is_refused() -> None:
    entries = MemoryKeyring()
    entries.forgets = True

    with pytest.raises(SinkFailed, match="does not give back"):
        sink_over(entries).prepare()


def test_a_machine_without_a_keyring_is_refused() -> None:
    with pytest.raises(SinkFailed, match="has no keyring that keeps secrets"):
        sink_over(None).prepare()


@pytest.mark.parametrize("module", [fail, null])
def test_the_librarys_backends_that_keep_nothing_are_no_keyring(module: ModuleType) -> None:
    backend: Backend = module.Keyring()

    assert not is_trustworthy(backend)


def test_an_application_that_is_no_more_leaves_no_entry() -> None:
    entries = MemoryKeyring()
    sink = sink_over(entries)
    sink.keep(make_handover())

    assert (sink.clear("c-2"), sink.clear("c-1"), entries.kept) == (False, True, {})
