"""The script of docs/guides/python.md does the whole job as it stands."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.workplace import OWNER, Ran, Workplace

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "python.md"
LONGEST = 20
VISIT = """\
import sys
from pathlib import Path
from provision.sandbox.ready import read_ready
from provision.sandbox.visitor import Visitor

ready = read_ready(Path({ready_file!r}))
Visitor(ready.ca_bundle).visit(sys.argv[1], {owner!r}, ready.password_of({owner!r}))
"""


def script() -> str:
    """Return the guide's one block of Python."""
    blocks = re.findall(
        r"^```python\n(.*?)^```", GUIDE.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    assert len(blocks) == 1
    return str(blocks[0])


def run_script(work: Workplace) -> Ran:
    """Run the guide's script where a browser stands by that fills in forms."""
    visit = work.file("visit.py")
    visit.write_text(VISIT.format(ready_file=str(work.levers.ready_file), owner=OWNER))
    work.environment["BROWSER"] = f"{sys.executable} {visit} %s"
    finished = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", script()],
        capture_output=True, text=True, check=False, timeout=60,
        cwd=work.folder, env=work.process_environment(),
    )  # fmt: skip
    return work.note(Ran(finished.returncode, finished.stdout, finished.stderr))


@pytest.fixture
def guided(work: Workplace) -> Workplace:
    work.write_manifest("handoff: [{to: dotenv, path: mail.env}]\n")
    return work


def test_the_script_takes_a_manifest_to_a_mailbox_that_lets_us_in(guided):
    ran = run_script(guided)

    assert (ran.code, ran.err) == (0, "")
    assert "3 changes to make" in ran.out
    assert f"{OWNER} lets us in: True" in ran.out
    assert "MAIL_OAUTH_REFRESH_TOKEN=" in guided.file("mail.env").read_text()


def test_the_script_finds_nothing_to_do_the_second_time(guided):
    run_script(guided)

    ran = run_script(guided)

    assert "0 changes to make" in ran.out
    assert "Sign in as" not in ran.out


def test_the_script_is_about_twenty_lines_long():
    assert len([line for line in script().splitlines() if line.strip()]) <= LONGEST
