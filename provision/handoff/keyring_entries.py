"""Hand-off to the operating system's keyring: one entry for each value."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, Protocol

from provision.errors import SinkFailed
from provision.handoff.port import Handover
from provision.handoff.stored_values import Holding, combined
from provision.handoff.variables import CLIENT_SECRET_KEY_ID, KEYS, holding_of, variables

MAILBOX: Final = "MAIL_OAUTH_MAILBOX"
_PROBE: Final = "MAIL_OAUTH_PROBE"
# The key id comes last: it stands beside a client secret only when everything is there.
_NAMES: Final = (MAILBOX, *(k for k in KEYS if k != CLIENT_SECRET_KEY_ID), CLIENT_SECRET_KEY_ID)


class Entries(Protocol):
    """What this sink needs of a backend of the keyring library."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return what is kept."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Remove it."""
        ...


class KeyringSink:
    """Entries of one service, named like the dotenv variables."""

    name = "keyring"
    holds_secrets = True

    def __init__(
        self,
        service: str,
        find: Callable[[], Entries | None],
        refusals: Callable[[], tuple[type[Exception], ...]],
    ) -> None:
        """Take the service, and how to find this machine's keyring; nothing is asked yet.

        Args:
            service: Under which the entries are found.
            find: Returns a keyring that keeps secrets, or None when there is none.
            refusals: Returns what keyrings raise.
        """
        self._service = service
        self._find = find
        self._refusals = refusals

    @property
    def holder(self) -> str:
        """Return `keyring` and the service."""
        return f"{self.name} {self._service}"

    def prepare(self) -> None:
        """Prove with an entry that is removed again that the keyring takes and gives back.

        Raises:
            SinkFailed: There is none worth the name, or it is locked.
        """
        entries = self._entries()
        written = secrets.token_hex(8)
        with self._translated():
            entries.set_password(self._service, _PROBE, written)
            found = entries.get_password(self._service, _PROBE)
            entries.delete_password(self._service, _PROBE)
        if found != written:
            raise SinkFailed(
                f"keyring {self._service}: this machine's keyring does not give back what it was "
                "given",
                hint="name another sink in the manifest's `handoff`",
            )
        self._read(entries)

    def keep(self, handover: Handover) -> None:
        """Write every entry, or leave all of them as they were.

        Raises:
            SinkFailed: The keyring refused.
        """
        entries = self._entries()
        before = self._read(entries)
        holding = combined(handover, _holding(before))
        values = variables(holding)
        if holding.mailbox:
            values[MAILBOX] = holding.mailbox
        try:
            with self._translated():
                self._write(entries, before, values)
        except BaseException:
            # Ctrl-C included: half of an old and half of a new sign-in would open nothing.
            self._put_back(entries, before)
            raise

    def clear(self, client_id: str) -> bool:
        """Remove the entries if they are this application's."""
        entries = self._entries()
        before = self._read(entries)
        if _holding(before).client_id != client_id:
            return False
        with self._translated():
            self._write(entries, before, {})
        return True

    def held_key_id(self) -> str | None:
        """Return the key id stored beside the client secret."""
        return _holding(self._read(self._entries())).key_id

    def _entries(self) -> Entries:
        found = self._find()
        if found is None:
            raise SinkFailed(
                f"keyring {self._service}: this machine has no keyring that keeps secrets",
                hint="sign in to a desktop session, or name another sink: a server has mostly none",
            )
        return found

    def _read(self, entries: Entries) -> dict[str, str]:
        with self._translated():
            found = {name: entries.get_password(self._service, name) for name in _NAMES}
        return {name: value for name, value in found.items() if value}

    def _write(
        self, entries: Entries, before: Mapping[str, str], values: Mapping[str, str]
    ) -> None:
        """Make the entries hold these values, the key id last and away while others change."""
        changed = [name for name in _NAMES if before.get(name) != values.get(name)]
        if changed and before.get(CLIENT_SECRET_KEY_ID):
            entries.delete_password(self._service, CLIENT_SECRET_KEY_ID)
            changed = [*(n for n in changed if n != CLIENT_SECRET_KEY_ID), CLIENT_SECRET_KEY_ID]
            before = {k: v for k, v in before.items() if k != CLIENT_SECRET_KEY_ID}
        for name in changed:
            if name in values:
                entries.set_password(self._service, name, values[name])
            elif name in before:
                entries.delete_password(self._service, name)

    def _put_back(self, entries: Entries, before: Mapping[str, str]) -> None:
        """Give every entry its old value as far as the keyring lets us."""
        is_whole = True
        for name in _NAMES:
            if name == CLIENT_SECRET_KEY_ID and not is_whole:
                # Without its key id, the next apply knows that something is amiss.
                return
            try:
                self._restore(entries, name, before.get(name))
            except self._refusals():
                is_whole = False

    def _restore(self, entries: Entries, name: str, value: str | None) -> None:
        if entries.get_password(self._service, name) == value:
            return
        if value is None:
            entries.delete_password(self._service, name)
        else:
            entries.set_password(self._service, name, value)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except self._refusals() as error:
            raise SinkFailed(
                f"keyring {self._service}: the operating system's keyring refused "
                f"({type(error).__name__})",
                hint="unlock the keyring and try again",
            ) from error


def _holding(values: Mapping[str, str]) -> Holding:
    return holding_of(values, values.get(MAILBOX))
