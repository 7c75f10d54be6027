"""Sets of message numbers."""

import pytest

from provision.sandbox.exchange.number_set import NumberSet, NumberSetInvalid


@pytest.mark.parametrize(
    ("written", "last", "expected"),
    [
        (b"2", 5, [2]),
        (b"2:4", 5, [2, 3, 4]),
        (b"4:2", 5, [2, 3, 4]),
        (b"*", 5, [5]),
        (b"4:*", 5, [4, 5]),
        (b"7:*", 5, [5]),
        (b"*:4", 5, [4, 5]),
        (b"1,3,2:3,5", 5, [1, 2, 3, 5]),
        (b"1:9999999999", 5, [1, 2, 3, 4, 5]),
    ],
)
def test_contains_what_was_written(written: bytes, last: int, expected: list[int]) -> None:
    contains = NumberSet.parse(written).within(last)
    assert [number for number in range(1, last + 1) if contains(number)] == expected


@pytest.mark.parametrize(
    "written", [b"", b"0", b"1,", b"1::2", b"-1", b"1:0", b"a", b"1 2", b"9" * 5000, b"\xff"]
)
def test_refuses_what_is_no_set(written: bytes) -> None:
    with pytest.raises(NumberSetInvalid):
        NumberSet.parse(written)


def test_reads_a_hundred_thousand_numbers_at_once() -> None:
    numbers = NumberSet.parse(b",".join(b"%d" % n for n in range(1, 200_000, 2)))
    contains = numbers.within(200_000)
    assert [contains(number) for number in (1, 2, 99_999, 100_000)] == [True, False, True, False]
