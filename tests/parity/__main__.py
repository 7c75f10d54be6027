"""`python -m tests.parity FILE…`: hold the sandbox against recordings of your own."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from provision.sandbox.process import running_sandbox
from tests.contract.sandbox_graph.client import SandboxClient
from tests.parity.formats import read_file
from tests.parity.recording import sessions
from tests.parity.replay import replay
from tests.parity.tally import Tally, listed

_OFF = 1
_UNREADABLE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Replay files and print how many answers agree; 0 when nothing is unexplained."""
    parser = argparse.ArgumentParser(prog="python -m tests.parity", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help=".jsonl or .yaml")
    files = parser.parse_args(arguments).files
    try:
        found = [session for path in files for session in sessions(read_file(path))]
    except (OSError, ValueError) as error:
        sys.stderr.write(f"cannot be read: {error}\n")
        return _UNREADABLE
    whole = Tally(listed())
    with running_sandbox() as sandbox:
        client = SandboxClient(sandbox.ready)
        client.sign_in()
        for session in found:
            whole.add(session, replay(client, session))
        client.close()
    sys.stdout.writelines(f"{line}\n" for line in whole.lines())
    return _OFF if whole.differing else 0


if __name__ == "__main__":
    sys.exit(main())
