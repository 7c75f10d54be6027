"""Ours beside az and m365 on one sandbox: requests, time, processor, memory, and the ratios.

They take turns, so that whatever else the machine does falls on all of them.
"""

import statistics
import sys
from collections.abc import Callable, Iterator
from itertools import count

from bench_job import Job
from bench_others import CLIENTS, Other, Weight, others, weigh
from measuring import run

TIMES = 3
SDK_IMPORTS = "import msgraph, azure.identity"
KINDS = ("new registration", "no change", "rotation")
NAMES = ("az", "m365")
OURS = "provision"
_FIGURES: tuple[tuple[str, Callable[[Weight], float], str], ...] = (
    ("requests", lambda w: w.requests, ".0f"),
    ("wall", lambda w: w.wall, ".2f"),
    ("CPU", lambda w: w.cpu, ".2f"),
    ("memory", lambda w: w.megabytes, ".0f"),
)
WHY = {
    "new registration": "ours reads before its first write and plans again after its last; "
    "theirs compare nothing",
    "no change": "theirs only shows the application; comparing it is left to whoever reads it",
    "rotation": "theirs only makes a secret and prints it; ours waits out the second of the old "
    "one, keeps the new one, proves it at the token endpoint, hands it over and reads it back",
}
"""Where we may be behind, and why."""
ComparedRow = tuple[str, str, str, bool | None]


def compared_rows(
    job: Job, latency_ms: int, share: float, elsewhere: float
) -> Iterator[ComparedRow]:
    """Measure each job with each program; a row for each figure, ahead or not.

    Args:
        job: A job whose sandbox takes `latency_ms` for a request.
        latency_ms: Said in the rows.
        share: The bar of a new registration, as a part of what the better of the others takes.
        elsewhere: Seconds that the better one took on another machine, where none is installed.
    """
    with others(job) as programs:
        for kind in KINDS:
            does = {OURS: _ours(job, kind)}
            does |= {p.name: act for p in programs if (act := _theirs(p, kind))}
            theirs = _in_turn(does)
            ours = theirs.pop(OURS)
            if kind == "new registration":
                yield _bar(f"{kind}, {latency_ms} ms a request", ours, theirs, share, elsewhere)
            yield from _figures(f"{kind}, {latency_ms} ms", kind, ours, theirs)
        for name in NAMES:
            if not (CLIENTS / name).exists():
                yield f"  {name}", "", "not installed; type: make clients", None
        for program in programs:
            if program.rotate is None:
                yield f"  {program.name}: rotation", "", "it has no command for a secret", None


def _bar(
    what: str, ours: Weight, theirs: dict[str, Weight], share: float, elsewhere: float
) -> ComparedRow:
    seconds = {name: weight.wall for name, weight in theirs.items()}
    better = min(seconds, key=seconds.__getitem__) if seconds else "another machine's"
    limit = seconds.get(better, elsewhere)
    said = f"{ours.wall:.2f} s ({ours.wall / limit:.2f} x {better}, {limit:.2f} s)"
    return what, f"<= {share} x better of others", said, ours.wall <= share * limit


def _figures(
    what: str, kind: str, ours: Weight, theirs: dict[str, Weight]
) -> Iterator[ComparedRow]:
    behind = set()
    for figure, of, form in _FIGURES:
        mine = of(ours)
        others_said = "".join(
            f", {name} {of(w):{form}} ({mine / of(w):.2f} x)" for name, w in theirs.items()
        )
        is_ahead = all(mine <= of(w) for w in theirs.values()) if theirs else None
        behind |= {figure} if is_ahead is False else set()
        yield f"{what}: {figure}", "ahead of the others", f"{mine:{form}}{others_said}", is_ahead
    if "memory" in behind:
        alone = run([sys.executable, "-c", SDK_IMPORTS]).megabytes
        said = f"importing msgraph and azure.identity alone takes {alone:.0f} MB"
        yield "  why behind in memory", "", said, None
    if behind - {"memory"} and kind in WHY:
        yield "  why behind", "", WHY[kind], None


def _in_turn(does: dict[str, Callable[[], Weight]]) -> dict[str, Weight]:
    rounds = [{name: measure() for name, measure in does.items()} for _ in range(TIMES)]
    return {name: _median([turn[name] for turn in rounds]) for name in does}


def _median(found: list[Weight]) -> Weight:
    return Weight(
        statistics.median(w.wall for w in found),
        statistics.median(w.cpu for w in found),
        statistics.median(w.megabytes for w in found),
        round(statistics.median(w.requests for w in found)),
    )


def _ours(job: Job, kind: str) -> Callable[[], Weight]:
    numbers = count()

    def measure() -> Weight:
        fresh = job.fresh(f"ours-{kind.replace(' ', '-')}-{next(numbers)}", vault="compared")
        apply = ("apply", "--yes", "--no-progress")
        match kind:
            case "new registration":
                return weigh(job, lambda: [fresh.provision(*apply)])
            case "no change":
                fresh.provision(*apply)
                return weigh(job, lambda: [fresh.provision(*apply)])
            case _:
                fresh.provision(*apply)
                words = ("rotate", "--now", "--yes", "--no-progress")
                return weigh(job, lambda: [fresh.provision(*words)])

    return measure


def _theirs(program: Other, kind: str) -> Callable[[], Weight] | None:
    numbers = count()
    does = {"no change": program.look, "rotation": program.rotate}

    def measure() -> Weight:
        program.typed(*program.sign_out)
        if kind == "new registration":
            name = f"{program.name}-{kind.replace(' ', '-')}-{next(numbers)}"
            return weigh(program.job, lambda: program.register(program, name), program)
        act = does[kind] or program.look
        # Another application each time: one with personal accounts holds two secrets.
        known = f"{program.name}-{KINDS[0].replace(' ', '-')}-{next(numbers)}"
        program.client_id(known)
        return weigh(program.job, lambda: act(program, known), program)

    return None if kind == "rotation" and program.rotate is None else measure
