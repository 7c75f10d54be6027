"""Renew many mailboxes side by side: a few at once, none skipped, one's trouble nobody else's."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from provision.clock import StoppableClock
from provision.cloud import cloud_key
from provision.errors import (
    Interrupted,
    ProvisionError,
    SignInRequired,
    TemporaryError,
    Unreachable,
)
from provision.stages.held_mailbox import require_memory
from provision.stages.refresh import Renewed, renew
from provision.stages.services import Services
from provision.vault.ledger import MailboxEntry
from provision.vault.port import SignedInMailbox, Vault

AT_ONCE: Final = 8
"""Mailboxes under way; two cores are busy with fewer, and memory does not grow with the fleet."""
TRIES: Final = 3
"""Times that a mailbox comes up in one round while its trouble may pass."""


@dataclass(frozen=True, slots=True)
class Member:
    """A mailbox that is signed in here, with the services of its cloud or why there are none."""

    entry: MailboxEntry
    """As the ledger had it when the round began."""
    services: Services | ProvisionError

    @property
    def signed_in(self) -> SignedInMailbox:
        """Return who signed in."""
        return self.entry.signed_in

    @property
    def is_lost(self) -> bool:
        """Tell whether it was known before that its owner has to sign in."""
        token = self.entry.token
        return token is None or token.suspect_reason is not None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one mailbox's refresh ended."""

    signed_in: SignedInMailbox
    renewed: Renewed | None
    failure: ProvisionError | None
    is_newly_lost: bool = False
    """Whether its owner has to sign in, and nothing had said so before."""


def members_of(
    vault: Vault, services_of: Callable[[str], Services], cloud: str | None = None
) -> tuple[Member, ...]:
    """Return every mailbox that is signed in here, in order of address.

    Args:
        vault: Asked once for all of them.
        services_of: Makes the services of a cloud, which are shared; its failure is that cloud's.
        cloud: The only one that counts, by its name or path; None: all.

    Raises:
        UsageError: The vault is switched off.
        VaultFailed: It cannot be read, or would not keep what a refresh brings.
    """
    require_memory(vault)
    entries = vault.ledger().mailboxes
    if cloud is not None:
        entries = tuple(e for e in entries if e.key.cloud == cloud_key(cloud))
    if entries:
        # A vault that opens for none of them is one failure, and nobody is asked in vain.
        vault.prepare()
    made: dict[str, Services | ProvisionError] = {}
    for name in dict.fromkeys(entry.key.cloud for entry in entries):
        try:
            made[name] = services_of(name)
        except ProvisionError as error:
            # Its sandbox may be gone; that is no reason to let the others die.
            made[name] = error
    return tuple(Member(entry, made[entry.key.cloud]) for entry in entries)


@dataclass
class _Breaker:
    """Gives a login host up for the rest of a round once nobody gets through."""

    in_a_row: int = 0
    error: Unreachable | None = None

    def note(self, failure: ProvisionError | None) -> None:
        if not isinstance(failure, Unreachable):
            self.in_a_row = 0
            return
        self.in_a_row += 1
        if self.in_a_row >= AT_ONCE:
            self.error = failure


@dataclass
class _Round:
    """One way through the fleet."""

    pool: ThreadPoolExecutor
    clock: StoppableClock
    waiting: deque[tuple[Member, int]]
    breakers: dict[str, _Breaker] = field(default_factory=dict)
    under_way: dict[Future[Outcome], tuple[Member, int]] = field(default_factory=dict)

    def run(self, ended: Callable[[Outcome], None]) -> None:
        """Tell of each mailbox's last outcome as it comes."""
        while self.waiting or self.under_way:
            while self.waiting and len(self.under_way) < AT_ONCE:
                member, tries = self.waiting.popleft()
                future = self.pool.submit(self._outcome, member, self._breaker(member).error)
                self.under_way[future] = (member, tries + 1)
            done, _ = wait(self.under_way, return_when=FIRST_COMPLETED)
            for future in done:
                member, tries = self.under_way.pop(future)
                outcome = future.result()
                if isinstance(outcome.failure, Interrupted):
                    self.waiting.clear()
                    continue
                breaker = self._breaker(member)
                breaker.note(outcome.failure)
                is_passing = isinstance(outcome.failure, TemporaryError)
                if is_passing and tries < TRIES and breaker.error is None:
                    # Once more, when the others have had their turn.
                    self.waiting.append((member, tries))
                else:
                    ended(outcome)

    def _outcome(self, member: Member, given_up: ProvisionError | None) -> Outcome:
        signed_in, services = member.signed_in, member.services
        if isinstance(services, ProvisionError) or given_up is not None:
            failure = services if isinstance(services, ProvisionError) else given_up
            return Outcome(signed_in, None, failure)
        try:
            # Raises once somebody said stop: a refresh that is answered at once waits for nothing.
            self.clock.sleep(0)
            return Outcome(signed_in, renew(signed_in, services), None)
        except ProvisionError as error:
            is_newly_lost = isinstance(error, SignInRequired) and not member.is_lost
            return Outcome(signed_in, None, error, is_newly_lost)

    def _breaker(self, member: Member) -> _Breaker:
        return self.breakers.setdefault(member.signed_in.key.cloud, _Breaker())


def refresh_fleet(
    members: Iterable[Member], clock: StoppableClock, ended: Callable[[Outcome], None]
) -> None:
    """Renew every mailbox; no failure stops the rest.

    Ctrl-C lets the refreshes that are under way finish, so that no token is lost, and begins no
    other.

    Args:
        members: In the order in which they come up first.
        clock: What their services wait on; once it is stopped, no other mailbox comes up.
        ended: Told each mailbox's outcome as it comes, in the caller's thread.
    """
    with _workers(clock) as pool:
        _Round(pool, clock, deque((member, 0) for member in members)).run(ended)


@contextmanager
def _workers(clock: StoppableClock) -> Iterator[ThreadPoolExecutor]:
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="refresh")
    try:
        yield pool
    except BaseException:  # Ctrl-C included: whoever waits for an answer keeps what it brings.
        clock.stop()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
