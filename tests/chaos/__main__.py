"""`python -m tests.chaos`: every request of every command, through everything that can happen."""

import argparse
import os
import sys
import time
from collections.abc import Sequence

from tests.chaos.matrix import Matrix
from tests.chaos.running import Choice, drive
from tests.chaos.troubles import TROUBLES


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the matrix; 0 when nothing was left wrong anywhere."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, 4))
    parser.add_argument("--command", default="", help="only commands whose name contains this")
    parser.add_argument("--trouble", default="", help="only columns whose name contains this")
    parser.add_argument("--request", type=int, default=0, help="only the request of that number")
    asked = parser.parse_args(arguments)
    started = time.monotonic()
    matrix = Matrix(tuple(t.name for t in TROUBLES if asked.trouble in t.name))
    drive(matrix, Choice(asked.command, asked.trouble, asked.request), asked.jobs)
    sys.stdout.writelines(f"{line}\n" for line in matrix.lines())
    sys.stdout.write(f"{time.monotonic() - started:.0f} s in {asked.jobs} processes\n")
    return 1 if matrix.failed else 0


if __name__ == "__main__":
    sys.exit(main())
