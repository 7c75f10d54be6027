"""Quoted values come back from `sh` and from our own reader."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provision.errors import SinkFailed
from provision.handoff.dotenv_syntax import parse_statements, quoted

VALUES = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=60
)
AWKWARD = [
    "plain",
    "with space",
    "it's",
    'say "hi"',
    "$HOME and ${HOME}",
    "`id` $(id)",
    "back\\slash",
    "two\\\\slashes\\",
    "it's $5 `x` \\",
    "line\nbreak",
    "carriage\rreturn",
    "# no comment",
    "~root",
    "a=b&c;d|e<f>g*h?i[j]!k",
    "M.C5xx_BAY.0.U.-Cv*abc!def$ghi",
    "ünïcödé 鍵",
]


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


def read_back(values: list[str]) -> list[str]:
    text = "".join(f"V{index}={quoted(value)}\n" for index, value in enumerate(values))
    return [statement.value for _, statement in parse_statements(text)]


def test_awkward_values_survive_the_shell(tmp_path: Path) -> None:
    assert through_shell(AWKWARD, tmp_path) == AWKWARD


def test_awkward_values_survive_our_reader() -> None:
    assert read_back(AWKWARD) == AWKWARD


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(values=st.lists(VALUES, min_size=1, max_size=20))
def test_any_value_survives_the_shell(values: list[str], tmp_path: Path) -> None:
    assert through_shell(values, tmp_path) == values


@settings(max_examples=100, deadline=None)
@given(values=st.lists(VALUES, min_size=1, max_size=5))
def test_any_value_survives_our_reader(values: list[str]) -> None:
    assert read_back(values) == values


@settings(max_examples=100, deadline=None)
@given(text=st.text(st.sampled_from("AB=_'\"\\ #\n\r$x")))
def test_no_text_is_lost_between_statements(text: str) -> None:
    assert "".join(statement.text for _, statement in parse_statements(text)) == text


@pytest.mark.parametrize("value", ["plain", "with space", "$x", "a\nb", 'say "hi"'])
def test_what_every_reader_understands_is_in_single_quotes(value: str) -> None:
    assert quoted(value) == f"'{value}'"


def test_an_apostrophe_goes_into_double_quotes() -> None:
    assert quoted("it's") == '"it\'s"'


def test_a_nul_cannot_be_handed_over() -> None:
    with pytest.raises(SinkFailed, match="NUL"):
        quoted("a\0b")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("KEY=value\n", "value"),
        ("KEY=value # why\n", "value"),
        ("KEY=a#b\n", "a#b"),
        ("export KEY='a b'\n", "a b"),
        ('  KEY="a \\"b\\" \\$c"\n', 'a "b" $c'),
        ("KEY='it'\\''s'\r\n", "it's"),
        ("KEY=", ""),
    ],
)
def test_hand_written_assignments_are_understood(line: str, value: str) -> None:
    [(_, statement)] = parse_statements(line)
    assert (statement.key, statement.value) == ("KEY", value)


def test_statements_are_numbered_by_their_first_line() -> None:
    numbers = [number for number, _ in parse_statements("A='1\n2'\nB=3\n# c\n")]
    assert numbers == [1, 3, 4]
