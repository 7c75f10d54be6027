"""`python -m tests.parity FILE…`: hold the sandbox against recordings of your own."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path

from provision.sandbox.process import RunningSandbox, running_sandbox
from tests.contract.sandbox_graph.client import SandboxClient
from tests.parity.formats import read_file
from tests.parity.person import sign_in_as_person
from tests.parity.recording import sessions
from tests.parity.replay import replay
from tests.parity.tally import Tally, listed

Running = AbstractContextManager[RunningSandbox] | AbstractContextManager[SandboxClient]

_OFF = 1
_UNREADABLE = 2


def main(arguments: Sequence[str] | None = None, sandbox: Running | None = None) -> int:
    """Replay files and print how many answers agree; 0 when nothing is unexplained.

    Args:
        arguments: As typed.
        sandbox: The one to ask; a new one without.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.parity", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=".jsonl or .yaml")
    parser.add_argument(
        "--as-person",
        action="store_true",
        help="a person made the recordings, and owns what they create; else an application did",
    )
    chosen = parser.parse_args(arguments)
    try:
        found = [session for path in chosen.files for session in sessions(read_file(path))]
    except (OSError, ValueError) as error:
        sys.stderr.write(f"cannot be read: {error}\n")
        return _UNREADABLE
    whole = Tally(listed())
    with sandbox or running_sandbox() as running, closing(SandboxClient(running.ready)) as client:
        client.sign_in()
        if chosen.as_person:
            sign_in_as_person(client)
        for session in found:
            whole.add(session, replay(client, session))
    sys.stdout.writelines(f"{line}\n" for line in whole.lines())
    return _OFF if whole.differing else 0


if __name__ == "__main__":
    sys.exit(main())
