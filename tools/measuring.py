"""Run a program and weigh it: wall time, processor time, peak memory; ask a server many times."""

import http.client
import os
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

CONNECTIONS = 4


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of a program took."""

    wall: float
    cpu: float
    """Seconds, user and system."""
    megabytes: float
    """Peak resident memory."""


class RunFailed(Exception):
    """A measured program did not do what it was run for."""


def run(
    argv: Sequence[str], environ: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Cost:
    """Run a program to its end, its output thrown away.

    Raises:
        RunFailed: It ended with another code than 0.
    """
    with tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        child = subprocess.Popen(
            argv,
            env=None if environ is None else dict(environ),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            errors.seek(0)
            raise RunFailed(f"{argv[0]} ended with {child.returncode}: {errors.read().decode()}")
    kilobyte = 1 if sys.platform == "darwin" else 1024
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * kilobyte / 1e6)


def median(times: int, measure: Callable[[], Cost]) -> Cost:
    """Return the median of several runs, each figure for itself."""
    costs = [measure() for _ in range(times)]
    return Cost(
        statistics.median(c.wall for c in costs),
        statistics.median(c.cpu for c in costs),
        statistics.median(c.megabytes for c in costs),
    )


def paired(
    times: int, one: Callable[[], Cost], other: Callable[[], Cost]
) -> tuple[Cost, Cost, float]:
    """Return the medians of two programs run in turn, and the median ratio of their wall times.

    Taking turns lets whatever else the machine does fall on both.
    """
    pairs = [(one(), other()) for _ in range(times)]
    firsts, seconds = iter([p[0] for p in pairs]), iter([p[1] for p in pairs])
    ratio = statistics.median(a.wall / b.wall for a, b in pairs)
    return median(times, lambda: next(firsts)), median(times, lambda: next(seconds)), ratio


def resident_megabytes(pid: int) -> float:
    """Return a running process's peak resident memory, where the system tells."""
    status = Path(f"/proc/{pid}/status")
    for line in status.read_text().splitlines() if status.exists() else ():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    return float("nan")


def requests_a_second(url: str, ca_bundle: str, token: str, total: int) -> float:
    """Ask a server the same over a few connections that stay open; return answers a second."""
    parts = urlsplit(url)
    context = ssl.create_default_context(cafile=ca_bundle)
    connections = [
        http.client.HTTPSConnection(parts.hostname or "", parts.port, context=context)
        for _ in range(CONNECTIONS)
    ]
    headers = {"authorization": f"Bearer {token}"}
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path

    def ask(connection: http.client.HTTPSConnection, times: int) -> None:
        for _ in range(times):
            connection.request("GET", target, headers=headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != http.HTTPStatus.OK:
                raise RunFailed(f"{parts.path} answered {answer.status}")

    for connection in connections:
        ask(connection, 5)
    threads = [threading.Thread(target=ask, args=(c, total // CONNECTIONS)) for c in connections]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return total / (time.perf_counter() - started)


def main() -> int:
    """Ask a server from a process of its own: URL, CA file, number; the token comes by stdin."""
    url, ca_bundle, total = sys.argv[1:4]
    token = sys.stdin.readline().strip()
    print(f"{requests_a_second(url, ca_bundle, token, int(total)):.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
