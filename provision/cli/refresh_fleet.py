"""`provision refresh --all`: every mailbox that is signed in here, once or in rounds."""

import json
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from provision.cli import console, exits
from provision.cli.options import Output
from provision.clock import StoppableClock
from provision.errors import ProvisionError, SignInRequired
from provision.stages.fleet import Member, Outcome, refresh_fleet
from provision.stages.progress import Finished, Report, Started
from provision.stages.rounds import rounds
from provision.stages.sign_in_hook import Nagging

if TYPE_CHECKING:
    from provision.cli.progress_view import Watch
    from provision.stages.sign_in_hook import SignInHook

OpenFleet = Callable[[Report, StoppableClock], AbstractContextManager[tuple[Member, ...]]]
_FEW = 20
"""A fleet of no more shows its progress by its results."""


@dataclass
class _Tally:
    """How far a round is."""

    total: int
    results: list[dict[str, object]] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    lost: list[Outcome] = field(default_factory=list)

    @property
    def failed(self) -> int:
        return sum(code != exits.DONE for code in self.codes)

    @property
    def so_far(self) -> str:
        failed = f", {self.failed} failed" if self.failed else ""
        return f"{len(self.codes):,} of {self.total:,} mailboxes{failed}"


def once(fleet: OpenFleet, watch: "Watch", output: Output, hook: "SignInHook | None") -> int:
    """Renew every mailbox and print each result."""
    clock = StoppableClock()
    tally = _round(fleet, watch, clock)
    if output is Output.JSON:
        console.out_json({"refreshed": tally.results})
    else:
        for result in tally.results:
            console.out(f"{result['mailbox']}: {result['result']}")
    if not tally.codes:
        console.err("no mailbox is signed in here", "warn")
        console.err("  → check PROVISION_VAULT: provision authorize signs in to its vault", "warn")
    nagging = None if hook is None else Nagging(hook, clock)
    return exits.worst((*tally.codes, _tell(nagging, tally.lost)))


def for_years(
    fleet: OpenFleet,
    watch: "Watch",
    output: Output,
    hook: "SignInHook | None",
    every: timedelta,
) -> int:
    """Renew every mailbox in rounds until somebody says stop; print a line a round.

    Returns:
        DONE: whoever ends a service did not ask how its last round went, which a line has said.
    """
    clock = StoppableClock()
    nagging = None if hook is None else Nagging(hook, clock)
    with _stopped_by_sigterm(clock):
        for number in rounds(every, clock, random.random):
            tally = _round(fleet, watch, clock)
            _tell(nagging, tally.lost)
            said = {
                "round": number,
                "endedAt": clock.now().isoformat(timespec="seconds"),
                "mailboxes": tally.total,
                "renewed": len(tally.codes) - tally.failed,
                "failed": tally.failed,
                "signInNeeded": [one.signed_in.key.address for one in tally.lost],
            }
            if output is Output.JSON:
                console.out(json.dumps(said))
            else:
                console.out(f"{said['endedAt']} round {number}: {_summary(tally)}")
    return exits.DONE


def _round(fleet: OpenFleet, watch: "Watch", clock: StoppableClock) -> _Tally:
    with fleet(watch, clock) as members:
        tally = _Tally(len(members))
        mark = max(1, len(members) // 10)

        def ended(outcome: Outcome) -> None:
            _note(outcome, tally)
            done = len(tally.codes)
            if tally.total > _FEW and (done % mark == 0 or done == tally.total):
                watch(Finished("refresh", tally.so_far))
            if done < tally.total:
                watch(Started("refresh", tally.so_far))

        refresh_fleet(members, clock, ended)
    tally.results.sort(key=lambda result: str(result["mailbox"]))
    return tally


def _note(outcome: Outcome, tally: _Tally) -> None:
    address, error, renewed = outcome.signed_in.key.address, outcome.failure, outcome.renewed
    if error is not None:
        console.failure(error, address)
        tally.codes.append(exits.code_for(error))
        tally.results.append({"mailbox": address, "ok": False, "result": error.message})
        if isinstance(error, SignInRequired):
            tally.lost.append(outcome)
    elif renewed is not None:
        tally.codes.append(exits.DONE)
        tally.results.append({"mailbox": address, "ok": True, "result": renewed.in_words})


def _tell(nagging: Nagging | None, lost: list[Outcome]) -> int:
    if nagging is None:
        return exits.DONE
    try:
        nagging.tell(lost)
    except ProvisionError as error:
        console.failure(error)
        return exits.code_for(error)
    return exits.DONE


def _summary(tally: _Tally) -> str:
    lost = f", {len(tally.lost)} to sign in again" if tally.lost else ""
    return f"{tally.so_far}{lost}"


@contextmanager
def _stopped_by_sigterm(clock: StoppableClock) -> Iterator[None]:
    """Let a service manager end the rounds: what is under way finishes, nothing else begins."""
    before = signal.signal(signal.SIGTERM, lambda *_: clock.stop())
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
