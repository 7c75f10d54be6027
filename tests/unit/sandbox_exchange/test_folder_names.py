"""Names of folders, and LIST's patterns."""

import pytest

from provision.sandbox.exchange.folder_names import is_allowed, matches


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("*", "a/b", True),
        ("%", "a", True),
        ("%", "a/b", False),
        ("a/%", "a/b", True),
        ("%/b", "a/b", True),
        ("in*", "INBOX", True),
        ("inbox", "INBOX", True),
        ("a*b*c", "axxbyyc", True),
        ("a*b*c", "axxbyy", False),
        ("", "a", False),
        ("*%" * 500, "Deleted Items", True),
        ("%a" * 500, "a" * 200, False),
    ],
)
def test_matches_as_list_does(pattern: str, name: str, expected: bool) -> None:
    assert matches(pattern, name) is expected


@pytest.mark.parametrize("name", ["Work", "Work/2026", "Entwürfe", "a b", "a.b"])
def test_allows_ordinary_names(name: str) -> None:
    assert is_allowed(name)


@pytest.mark.parametrize(
    "name",
    ["", "/", "a//b", "/a", "..", ".", "../x", "a/..", "a*", "a%", "a\x00", "a\r\nb", "x" * 201],
)
def test_allows_nothing_that_a_pattern_or_a_disk_would_take_for_something_else(name: str) -> None:
    assert not is_allowed(name)
