"""`python -m provision.sandbox`: the sandbox without the rest of the command line."""

import argparse
import sys
from pathlib import Path

from provision.clock import SystemClock
from provision.errors import ProvisionError
from provision.sandbox.options import DEFAULT_DOMAIN, SandboxOptions


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="provision.sandbox", description=__doc__)
    parser.add_argument("--ready-file", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--imap-port", type=int, default=0)
    parser.add_argument("--pop-port", type=int, default=0)
    parser.add_argument("--smtp-port", type=int, default=0)
    parser.add_argument("--faults", default="default")
    parser.add_argument("--latency", type=float, default=0.0, dest="latency_ms")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--state", type=Path)
    parser.add_argument("--microsoft-names", action="store_true")
    parser.add_argument("--domain", default=DEFAULT_DOMAIN)
    parser.add_argument("--user", action="append", default=[], dest="users")
    return parser


def _announce(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def main() -> int:
    """Serve until interrupted; return the exit code."""
    given = vars(_parser().parse_args())
    options = SandboxOptions(**given | {"users": tuple(given["users"])})
    from provision.sandbox.run import serve  # noqa: PLC0415  (--help needs no web server)

    try:
        serve(options, SystemClock(), _announce)
    except ProvisionError as error:
        _announce(f"{error.message}" + (f"\n{error.hint}" if error.hint else ""))
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
