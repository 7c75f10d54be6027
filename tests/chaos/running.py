"""Drive the cells side by side: processes that have a sandbox each."""

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.queues import Queue
from pathlib import Path

from provision.sandbox.process import running_sandbox
from tests.chaos.driving import problems_of, requests_of
from tests.chaos.matrix import Cell, Matrix, Row
from tests.chaos.scenarios import SCENARIOS, Scenario
from tests.chaos.troubles import TROUBLES, Sent
from tests.e2e.levers import Levers

_levers: list[Levers] = []
"""Of the sandbox that this process has for itself."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which part of the matrix is wanted."""

    command: str = ""
    trouble: str = ""
    request: int = 0
    """0: all."""


def drive(matrix: Matrix, choice: Choice, jobs: int) -> None:
    """Fill a matrix, and say on standard error what went wrong."""
    with ExitStack() as stack:
        pool = _pool(stack, jobs)
        wanted = [n for n, s in enumerate(SCENARIOS) if choice.command in s.name]
        pending: list[tuple[Row, str, Future[list[str]]]] = []
        for number, asked in zip(wanted, pool.map(_requests, wanted), strict=True):
            scenario = SCENARIOS[number]
            for sent, trouble in _cells(asked, choice):
                row, name = Row(scenario.name, sent), TROUBLES[trouble].name
                matrix.put(row, name, Cell("·", ()))
                if TROUBLES[trouble].applies(sent, created_by(scenario, asked)):
                    task = pool.submit(_problems, number, sent, trouble)
                    pending.append((row, name, task))
        for row, name, future in pending:
            problems = tuple(future.result())
            matrix.put(row, name, Cell("✗" if problems else "✓", problems))
            lines = (f"{row.scenario} {row.shown}, {name}: {problem}\n" for problem in problems)
            sys.stderr.writelines(lines)
            sys.stderr.flush()


def created_by(scenario: Scenario, asked: Sequence[Sent]) -> int:
    """Return the number of the request that makes the application; 0 when it was there before."""
    if not scenario.makes_application:
        return 0
    return next(s.number for s in asked if (s.method, s.path) == ("POST", "/v1.0/applications"))


def _cells(asked: Sequence[Sent], choice: Choice) -> Iterator[tuple[Sent, int]]:
    chosen = [n for n, trouble in enumerate(TROUBLES) if choice.trouble in trouble.name]
    for sent in asked:
        if choice.request in (0, sent.number):
            yield from ((sent, trouble) for trouble in chosen)


def _pool(stack: ExitStack, jobs: int) -> ProcessPoolExecutor:
    context = get_context("spawn")
    places: Queue[Path] = context.Queue()
    for _ in range(jobs):
        places.put(stack.enter_context(running_sandbox()).ready_file)
    return stack.enter_context(ProcessPoolExecutor(jobs, context, _take_place, (places,)))


def _take_place(places: "Queue[Path]") -> None:
    ready_file = places.get(timeout=60)
    _levers.append(Levers(ready_file, ready_file.parent))


def _requests(number: int) -> list[Sent]:
    return requests_of(SCENARIOS[number], _levers[0])


def _problems(number: int, sent: Sent, trouble: int) -> list[str]:
    try:
        return problems_of(SCENARIOS[number], sent, TROUBLES[trouble], _levers[0])
    except Exception as error:  # noqa: BLE001  (a cell that cannot be driven is a problem too)
        return [f"{type(error).__name__}: {error}"]
