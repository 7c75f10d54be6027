"""How FETCH writes what it was asked for."""

import pytest

from provision.sandbox.exchange.imap_fetch import internal_date, render_nested
from tests.unit.sandbox_exchange.conftest import NOW


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, b"NIL"),
        ([], b"()"),
        (["a", 1, None], b'("a" 1 NIL)'),
        (['say "a\\b"'], b'("say \\"a\\\\b\\"")'),
        ([["a"], ["b"], "mixed", ["c"], ["d"]], b'(("a")("b") "mixed" ("c") ("d"))'),
        (["text", ("inline", None)], b'("text" ("inline" NIL))'),
    ],
)
def test_writes_nested_lists(value: object, expected: bytes) -> None:
    assert render_nested(value) == expected


def test_pads_the_day_of_an_internal_date() -> None:
    assert internal_date(NOW.timestamp()) == " 1-Mar-2026 12:00:00 +0000"
