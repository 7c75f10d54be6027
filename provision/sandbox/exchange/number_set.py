"""A set of message numbers as IMAP writes it: `1,3:5,9:*`.

Twisted's own sorts itself anew at each number it is given, which a client can make take minutes.
"""

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

_RANGE: Final = re.compile(rb"(\*|[1-9]\d{0,9})(?::(\*|[1-9]\d{0,9}))?")


class NumberSetInvalid(ValueError):
    """That is no set of message numbers."""


@dataclass(frozen=True, slots=True)
class NumberSet:
    """Ranges whose ends may be `*`, which is None here, in any order and overlap."""

    ranges: tuple[tuple[int | None, int | None], ...]

    @classmethod
    def parse(cls, text: bytes) -> Self:
        """Return the set that was written down.

        Raises:
            NumberSetInvalid: It is malformed.
        """
        matches = [_RANGE.fullmatch(part) for part in text.split(b",")]
        if not all(matches):
            raise NumberSetInvalid("a word stands where message numbers belong")
        return cls(tuple((_end(m[1]), _end(m[2] or m[1])) for m in matches if m))

    def within(self, last: int) -> Callable[[int], bool]:
        """Return the test whether a number is in the set, `*` being the last number in use."""
        ends = ((last if a is None else a, last if b is None else b) for a, b in self.ranges)
        spans: list[tuple[int, int]] = []
        for low, high in sorted((min(pair), max(pair)) for pair in ends):
            if spans and low <= spans[-1][1]:
                spans[-1] = spans[-1][0], max(high, spans[-1][1])
            else:
                spans.append((low, high))
        starts = [low for low, _ in spans]

        def contains(number: int) -> bool:
            place = bisect_right(starts, number) - 1
            return place >= 0 and number <= spans[place][1]

        return contains


def _end(text: bytes) -> int | None:
    return None if text == b"*" else int(text)
