"""One cell of the matrix: a command, one of its requests, what happens to it, and what is left."""

import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from provision.clock import SystemClock
from tests.chaos.scenarios import Scenario
from tests.chaos.troubles import Sent, Trouble
from tests.e2e.levers import Levers
from tests.e2e.workplace import PATIENCE, Ran, Workplace

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_GRANT = re.compile(r"(?<=oauth2PermissionGrants/)[\w-]+")
_TENANT = re.compile(r"^/[^/]+(?=/(?:oauth2/)?v2\.0/)")
_POLL = 0.03
_REFUSED = (1, 64, 75)
_NAMED = re.compile(r"^provision: .+", re.MULTILINE)


@contextmanager
def workplace(levers: Levers) -> Iterator[Workplace]:
    """Give a machine for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder, pytest.MonkeyPatch.context() as p:
        yield Workplace(Path(folder), levers, p, [])


def requests_of(scenario: Scenario, levers: Levers) -> list[Sent]:
    """Run a command undisturbed; return what it asks.

    Raises:
        AssertionError: It failed, or left something wrong even so.
    """
    with workplace(levers) as work:
        command = scenario.begin(work)
        levers.forget_requests()
        ran = work.spawn(*command)
        found = levers.control("GET", "/requests")["requests"]
        assert ran.code == 0, ran.err
        assert scenario.problems(work, []) == []
    return [Sent(n, r["method"], _shown(r["path"])) for n, r in enumerate(found, 1)]


def problems_of(scenario: Scenario, sent: Sent, trouble: Trouble, levers: Levers) -> list[str]:
    """Disturb one request of a command; return what is wrong after the next run of it."""
    with workplace(levers) as work:
        command = scenario.begin(work)
        others = [work.elsewhere("other")] if trouble.then == "other host" else []
        for other in others:
            scenario.gives(work, other)
        begun = len(work.runs)
        levers.forget_requests()
        levers.control("PUT", "/faults", {"version": 1, "rules": trouble.rules(sent)})
        try:
            said = list(_disturbed(work, command, trouble, others))
        finally:
            levers.control("PUT", "/faults", {"use": "none"})
        # Whoever is killed is run again, and whoever failed.
        succeeded = any(ran.code == 0 for ran in work.runs[begun:])
        if scenario.is_repeatable or not succeeded:
            said += _again(command, work, others)
        return said + scenario.problems(work, others)


def _again(command: tuple[str, ...], work: Workplace, others: list[Workplace]) -> Iterator[str]:
    for place in (work, *others):
        ran = place.run(*command)
        if ran.code:
            yield f"the next run ends with {ran.code}: {ran.err.strip()}"


def _disturbed(
    work: Workplace, command: tuple[str, ...], trouble: Trouble, others: list[Workplace]
) -> Iterator[str]:
    if not trouble.then:
        yield from _unnamed(work.spawn(*command), trouble)
        yield from _missed(work.levers)
        return
    with work.start(*command) as running:
        if not _is_held(work.levers, running):
            yield f"it ended with {running.wait()} before the request"
            return
        if trouble.then == "kill":
            running.send_signal(signal.SIGKILL)
            running.communicate()
            _until_given_up(work.levers)
            return
        for other in others:
            yield from _unnamed(other.run(*command), trouble)
        work.levers.control("PUT", "/faults", {"use": "none"})
        out, err = running.communicate(timeout=PATIENCE)
        yield from _unnamed(work.note(Ran(running.returncode, out, err)), trouble)


def _is_held(levers: Levers, running: "subprocess.Popen[str]") -> bool:
    while not _held(levers):
        if running.poll() is not None:
            return False
        SystemClock().sleep(_POLL)
    return True


def _until_given_up(levers: Levers) -> None:
    while _held(levers):
        SystemClock().sleep(_POLL)


def _held(levers: Levers) -> bool:
    return any(r.get("held") for r in levers.control("GET", "/requests")["requests"])


def _missed(levers: Levers) -> Iterator[str]:
    """Tell of a fault that never struck: then nothing was tested."""
    rules = levers.control("GET", "/faults")["rules"]
    if not any(rule["struck"] for rule in rules):
        yield "the fault never struck"


def _unnamed(ran: Ran, trouble: Trouble) -> Iterator[str]:
    """Tell of an end that helps nobody: a traceback, a failure without a sentence and a hint."""
    if "Traceback" in ran.err:
        yield f"a traceback: {ran.err.strip().splitlines()[-1]}"
    if ran.code == 0:
        return
    if not trouble.may_fail:
        yield f"it ended with {ran.code}: {ran.err.strip()}"
    elif ran.code not in _REFUSED or not _NAMED.search(ran.err) or "→" not in ran.err:
        yield f"it ended with {ran.code} and did not say why: {ran.err.strip()}"


def _shown(path: str) -> str:
    bare = path.partition("?")[0]
    return _TENANT.sub("/*", _GRANT.sub("*", _GUID.sub("*", bare)))
