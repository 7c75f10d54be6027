"""A shell reads back what was quoted for it."""

import subprocess
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provision.handoff.destinations import FilePlace
from provision.handoff.dotenv import DotenvSink
from provision.handoff.dotenv_syntax import quoted
from tests.unit.handoff.awkward import AWKWARD, VALUES
from tests.unit.handoff.values import make_handover, mode_of


def through_shell(values: list[str], folder: Path) -> list[str]:
    """Source a file as a program's start script would, and print what arrived."""
    file = folder / "values.env"
    text = "".join(f"V{index}={quoted(value)}\n" for index, value in enumerate(values))
    file.write_bytes(text.encode())
    shown = " ".join(f'"$V{index}"' for index in range(len(values)))
    script = f'set -a; . "$1"; printf "%s\\0" {shown}'
    answer = subprocess.run(
        ["/bin/sh", "-uc", script, "sh", str(file)], capture_output=True, check=True
    )
    return answer.stdout.decode().split("\0")[:-1]


def test_awkward_values_survive_the_shell(tmp_path: Path) -> None:
    assert through_shell(AWKWARD, tmp_path) == AWKWARD


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(VALUES, min_size=1, max_size=20))
def test_any_value_survives_the_shell(values: list[str], tmp_path: Path) -> None:
    assert through_shell(values, tmp_path) == values


def test_the_file_is_private_and_a_shell_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "mail.env"
    DotenvSink(FilePlace("mail.env", path)).keep(make_handover(secret="a$b`c\"d'e\\f g"))
    script = 'set -a; . "$1"; printf %s "$MAIL_OAUTH_CLIENT_SECRET"'
    answer = subprocess.run(
        ["/bin/sh", "-c", script, "sh", str(path)], capture_output=True, text=True, check=True
    )
    assert (mode_of(path), answer.stdout) == (0o600, "a$b`c\"d'e\\f g")
