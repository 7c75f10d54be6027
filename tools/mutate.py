"""Change the code a little and see whether the unit tests notice: `make mutate`, offline.

mutmut makes every mutant of the packages below and runs, for each, the tests that reach it. All of
them take an hour, so a sample of each package is run, drawn with a seed. Exit code 1: a package is
under the bar.
"""

import argparse
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
MUTANTS = ROOT / "mutants"
PACKAGES = ("plan", "oauth", "vault")
BAR = 80
"""Percent of the mutants that have to be killed, in each package."""
SAMPLE = 150
"""Mutants of a package: about ten minutes for all of them on two cores."""
SEED = 20
NOT_RUN = None
LEFT_OUT = 34
"""What mutmut writes of a mutant that is not to be run."""
LAST_WORDS = 2000
KILLED = frozenset({1, 3})
"""A test failed."""
TIMED_OUT = frozenset({24, -24, 36, 152, 255})
"""Tests that never end notice, too."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print killed and total of each package; 1 when one is under the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=SAMPLE, help="0: every mutant")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--survivors", action="store_true", help="print what was not noticed")
    asked = parser.parse_args(arguments)
    # A pattern that nothing matches: the mutants are made, and none is run.
    _mutmut("nothing")
    chosen = {name: _drawn(_mutants(name), asked) for name in PACKAGES}
    for package, names in chosen.items():
        _leave_out_all_but(package, frozenset(names))
    _mutmut()
    if unrun := [n for p, names in chosen.items() for n in names if _mutants(p)[n] is NOT_RUN]:
        sys.exit(f"{len(unrun)} mutants were not run: do the unit tests pass as they are?")
    missed = 0
    for package, names in chosen.items():
        found = _mutants(package)
        ends = Counter(_end(found[name]) for name in names)
        percent = 100 * (ends["killed"] + ends["timed out"]) / max(len(names), 1)
        missed += percent < BAR
        print(
            f"{package:6} {ends['killed'] + ends['timed out']:4} of {len(names)} killed "
            f"({len(found)} mutants in all), {percent:.0f} %, bar {BAR} %"
            f"{'' if percent >= BAR else '  MISSED'}"
        )
        if asked.survivors:
            print(
                *(f"  {name}" for name in sorted(names) if _end(found[name]) == "lived"), sep="\n"
            )
    print(f"Sample of {asked.sample or 'all'} a package, seed {asked.seed}.")
    return 1 if missed else 0


def _drawn(found: dict[str, int | None], asked: argparse.Namespace) -> list[str]:
    names = sorted(found)
    if not asked.sample or asked.sample >= len(names):
        return names
    return random.Random(asked.seed).sample(names, asked.sample)  # noqa: S311  (repeatable)


def _mutants(package: str) -> dict[str, int | None]:
    """Return how the tests of each mutant ended, by its name."""
    return dict(_results(MUTANTS / "provision" / package))


def _leave_out_all_but(package: str, names: frozenset[str]) -> None:
    # mutmut takes names, too, but then hands pytest each test's id, and not every id can be said.
    for path in (MUTANTS / "provision" / package).glob("*.meta"):
        found = json.loads(path.read_text(encoding="utf-8"))
        codes = found["exit_code_by_key"]
        found["exit_code_by_key"] = {n: NOT_RUN if n in names else LEFT_OUT for n in codes}
        path.write_text(json.dumps(found, indent=4), encoding="utf-8")


def _results(folder: Path) -> Iterator[tuple[str, int | None]]:
    for path in sorted(folder.glob("*.meta")):
        yield from json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"].items()


def _end(code: int | None) -> str:
    if code in KILLED:
        return "killed"
    return "timed out" if code in TIMED_OUT else "lived"


def _mutmut(*names: str) -> None:
    program = Path(sys.executable).with_name("mutmut")
    done = subprocess.run(
        [program, "run", *names], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if not any(MUTANTS.glob("provision/*/*.meta")):
        sys.exit(f"mutmut: {(done.stdout + done.stderr)[-LAST_WORDS:]}")


if __name__ == "__main__":
    sys.exit(main())
