"""Print speed and size against their bars; nothing fails here, and nothing is asserted."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench_compared import SDK_IMPORTS, compared_rows
from bench_compared import TIMES as COMPARED_TIMES
from bench_fleet import fleet_rows
from bench_job import MAILBOX, PROVISION, Job, bench_job, up_to_last_write
from measuring import median, paired, resident_megabytes, run

TIMES = 5
PAIRS = 9
REQUESTS = "2000"
FEWEST = 300
MEASURING = str(Path(__file__).with_name("measuring.py"))
AZ, M365 = 1.87, 3.15
"""Seconds with login, measured elsewhere: az at 0 ms a request, m365 at 150 ms, the better ones
there. They are the yardstick where neither is installed.
"""
BARE_TYPER = """\
import typer
app = typer.Typer()
@app.command()
def hello(name: str = "you", loud: bool = False) -> None:
    "Greet somebody."
@app.command()
def bye(name: str = "you") -> None:
    "Take leave."
app()
"""
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Row:
    """One bar, what was measured, and whether it is met; None where there is no bar."""

    what: str
    bar: str
    measured: str
    is_met: bool | None = None


def at_most(what: str, bar: str, limit: float, value: float, measured: str) -> Row:
    """Hold a value against its upper bound."""
    return Row(what, bar, measured, value <= limit)


def help_rows() -> Iterator[Row]:
    """Compare our help with that of a program that does nothing, in turn."""
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE_TYPER, encoding="utf-8")
        ours, other, ratio = paired(
            PAIRS,
            lambda: run([PROVISION, "--help"]),
            lambda: run([sys.executable, str(bare), "--help"]),
        )
    said = f"{ratio:.2f} x ({ours.wall:.3f} s, bare typer {other.wall:.3f} s)"
    yield at_most("provision --help", "<= 1.3 x bare typer", 1.3, ratio, said)


def plan_rows(job: Job) -> Iterator[Row]:
    """Weigh a plan that finds nothing to do."""
    cost = median(TIMES, lambda: job.provision("plan", "--no-progress"))
    yield at_most("no-change plan: CPU", "<= 0.9 s", 0.9, cost.cpu, f"{cost.cpu:.2f} s")
    memory = cost.megabytes
    yield at_most("no-change plan: memory", "<= 90 MB", 90, memory, _mb(memory))


def request_rows(job: Job) -> Iterator[Row]:
    """Count what Graph is asked, for a new registration and for none."""
    job.requests()
    job.fresh("bench-counted", vault="counted").provision("apply", "--yes", "--no-progress")
    first, later = up_to_last_write(job.requests())
    said = f"{first} (re-plan: {later} more)"
    yield at_most("Graph requests: new registration", "4, never over 5", 4, first, said)
    job.fresh("bench-counted", vault="counted").provision("plan", "--no-progress")
    warm = len(job.requests())
    yield at_most("Graph requests: no change, warm", "1", 1, warm, str(warm))
    job.fresh("bench-counted", vault="empty").provision("plan", "--no-progress")
    cold = len(job.requests())
    yield at_most("Graph requests: no change, cold", "2", 2, cold, str(cold))


def registration_rows(job: Job, latency_ms: int, share: float, elsewhere: float) -> Iterator[Row]:
    """Set ours beside the others, a new registration first: sign-in, writes and re-plan."""
    yield from (Row(*row) for row in compared_rows(job, latency_ms, share, elsewhere))


def import_rows() -> Iterator[Row]:
    """Weigh what no command that talks to Graph can do without."""
    cost = median(TIMES, lambda: run([sys.executable, "-c", SDK_IMPORTS]))
    said = f"{cost.wall:.2f} s (CPU {cost.cpu:.2f} s, {_mb(cost.megabytes)})"
    yield Row("  importing msgraph, azure.identity alone", "", said)


def token_rows(job: Job) -> Iterator[Row]:
    """Time a token that needs no network."""
    job.sign_in()
    cost = median(TIMES, lambda: job.provision("token", "--mailbox", MAILBOX))
    said = f"{cost.wall:.3f} s ({_mb(cost.megabytes)})"
    yield at_most("provision token, cached, key file", "<= 0.25 s", 0.25, cost.wall, said)
    with_keyring, without, _ = paired(
        TIMES,
        lambda: run([sys.executable, "-c", "import keyring; keyring.get_keyring()"]),
        lambda: run([sys.executable, "-c", ""]),
    )
    said = f"+ {with_keyring.wall - without.wall:.3f} s"
    yield Row("  a key in the keyring: finding the keyring", "", said)


def sandbox_rows(job: Job) -> Iterator[Row]:
    """Weigh the sandbox: its start, its memory after the job, its answers."""
    ready = statistics.median([job.seconds_to_ready, *(_start() for _ in range(2))])
    yield at_most("sandbox: start to ready", "<= 2 s", 2, ready, f"{ready:.2f} s")
    memory = resident_megabytes(job.sandbox.pid)
    yield at_most("sandbox: memory after a job", "<= 120 MB", 120, memory, _mb(memory))
    rate = _rate(job)
    said = f"{rate:.0f} a second"
    yield Row("sandbox: simple Graph requests", ">= 300 a second", said, rate >= FEWEST)


def _start() -> float:
    with bench_job() as job:
        return job.seconds_to_ready


def _rate(job: Job) -> float:
    ready = job.sandbox.ready
    asked = subprocess.run(
        [sys.executable, MEASURING, f"{ready.graph}/v1.0/organization", ready.ca_bundle, REQUESTS],
        input=f"{job.graph_token()}\n",
        capture_output=True,
        text=True,
        check=True,
    )
    return float(asked.stdout)


def suite_rows() -> Iterator[Row]:
    """Time the tests."""
    for what, bar, folder in (("make test", 180, "tests"), ("  unit part", 5, "tests/unit")):
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", folder],
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
        took = time.perf_counter() - started
        said = f"{took:.1f} s" + (f", exit {done.returncode}" if done.returncode else "")
        yield Row(what, f"<= {bar} s", said, took <= bar and not done.returncode)


def rows(*, with_suite: bool) -> Iterator[Row]:
    """Measure everything, one row after the other."""
    yield from help_rows()
    with bench_job() as job:
        # Unmeasured: it makes the vault and its key, and fills the file cache.
        job.provision("apply", "--yes", "--no-progress")
        yield from plan_rows(job)
        yield from request_rows(job)
        yield from token_rows(job)
        yield from (Row(*row) for row in fleet_rows(job))
        yield from import_rows()
        yield from sandbox_rows(job)
        yield from registration_rows(job, 0, 0.5, AZ)
    with bench_job(latency_ms=150) as job:
        job.provision("apply", "--yes", "--no-progress")
        yield from registration_rows(job, 150, 0.6, M365)
    if with_suite:
        yield from suite_rows()


def _mb(megabytes: float) -> str:
    return f"{megabytes:.0f} MB"


def main() -> int:
    """Print a line for each bar as soon as it is measured."""
    print(f"{'what':44} {'bar':26} measured")
    for row in rows(with_suite="--all" in sys.argv[1:]):
        sign = {True: "ok", False: "MISSED", None: ""}[row.is_met]
        print(f"{row.what:44} {row.bar:26} {row.measured:44} {sign}".rstrip(), flush=True)
    print(f"\nMedians of {TIMES} runs, of {COMPARED_TIMES} in turn beside the others.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
