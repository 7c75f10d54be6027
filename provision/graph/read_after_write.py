"""What later reads must show, because Graph said that it was done: evidence to wait for.

Only presence is expected: a setting may have been changed by somebody else since, and that is
drift to be reported, not a delay to be waited for.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from provision.errors import AlreadyExists
from provision.tenant.port import Snapshot
from provision.tenant.service_principal import GrantRequest

Shown = Callable[[str, Snapshot], bool | None]
"""Whether a read of the application with this unique name shows it; None: it is about another."""


class Expectations:
    """Objects that were made moments ago and may not have reached the replica that answers."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._fresh: set[str] = set()
        self._expected: dict[str, Shown] = {}

    def note_fresh(self, *ids: str) -> None:
        """Remember the ids of something just created."""
        with self._lock:
            self._fresh.update(ids)

    def is_fresh(self, *ids: str) -> bool:
        """Tell whether any of these was created here."""
        with self._lock:
            return not self._fresh.isdisjoint(ids)

    def expect(self, what: str, is_shown: Shown) -> None:
        """Remember what reads must show."""
        with self._lock:
            self._expected[what] = is_shown

    @contextmanager
    def expecting(self, what: str, is_shown: Shown) -> Iterator[None]:
        """Expect later reads to show what was created in the block, or was there already."""
        try:
            yield
        except AlreadyExists:
            self.expect(what, is_shown)
            raise
        self.expect(what, is_shown)

    def forget(self, what: str, *ids: str) -> None:
        """Expect that no longer, and take its ids for old ones."""
        with self._lock:
            self._expected.pop(what, None)
            self._fresh.difference_update(ids)

    def expects(self, what: str) -> bool:
        """Tell whether reads are waited for until they show this."""
        with self._lock:
            return what in self._expected

    def forget_all(self) -> None:
        """Expect nothing: what was made here is gone."""
        with self._lock:
            self._expected.clear()
            self._fresh.clear()

    def missing(self, unique_name: str, snapshot: Snapshot) -> tuple[str, ...]:
        """Return what should be there and is not."""
        with self._lock:
            expected = dict(self._expected)
        return tuple(w for w, shown in expected.items() if shown(unique_name, snapshot) is False)

    def settle(self, unique_name: str, snapshot: Snapshot) -> None:
        """Forget what a read has answered, whether it was shown or waited for in vain."""
        with self._lock:
            self._expected = {
                what: shown
                for what, shown in self._expected.items()
                if shown(unique_name, snapshot) is None
            }


def application_shown(unique_name: str) -> Shown:
    """Expect an application."""
    return lambda name, read: None if name != unique_name else read.application is not None


def password_shown(object_id: str, key_id: str) -> Shown:
    """Expect a client secret on its application."""

    def shown(_name: str, read: Snapshot) -> bool | None:
        if read.application is None or read.application.object_id != object_id:
            return None
        return any(password.key_id == key_id for password in read.application.passwords)

    return shown


def service_principal_shown(client_id: str) -> Shown:
    """Expect an application's presence in the tenant."""

    def shown(_name: str, read: Snapshot) -> bool | None:
        if read.application is None or read.application.client_id != client_id:
            return None
        return read.service_principal is not None

    return shown


def grant_shown(request: GrantRequest) -> Shown:
    """Expect consent for this client, resource and principal, with whatever scopes."""

    def shown(_name: str, read: Snapshot) -> bool | None:
        principal = read.service_principal
        if principal is None or principal.object_id != request.client_object_id:
            return None
        return "grants" in read.unknown or any(
            grant.resource_object_id == request.resource_object_id
            and grant.principal_object_id == request.principal_object_id
            for grant in read.grants
        )

    return shown


def scopes_shown(grant_id: str, scopes: frozenset[str]) -> Shown:
    """Expect at least these scopes on a grant that exists."""

    def shown(_name: str, read: Snapshot) -> bool | None:
        found = [grant for grant in read.grants if grant.grant_id == grant_id]
        return found[0].scopes >= scopes if found else None

    return shown
