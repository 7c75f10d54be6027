"""Quoted values come back from our own reader, and hand-written ones are understood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provision.errors import SinkFailed
from provision.handoff.dotenv_syntax import parse_statements, quoted
from tests.unit.handoff.awkward import AWKWARD, VALUES


def read_back(values: list[str]) -> list[str]:
    text = "".join(f"V{index}={quoted(value)}\n" for index, value in enumerate(values))
    return [statement.value for _, statement in parse_statements(text)]


def test_awkward_values_survive_our_reader() -> None:
    assert read_back(AWKWARD) == AWKWARD


@given(values=st.lists(VALUES, min_size=1, max_size=5))
def test_any_value_survives_our_reader(values: list[str]) -> None:
    assert read_back(values) == values


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
