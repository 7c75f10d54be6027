"""Which known word was probably meant."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Final

_SLIPS: Final = 2
"""Two slips of the finger still count as the same word."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that resembles `word` most, or None when none does.

    Case, hyphens and underscores do not count.
    """
    by_folded = {_folded(candidate): candidate for candidate in known}
    found = get_close_matches(_folded(word), list(by_folded), n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


def misspelt(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that `word` is at most two slips away from, whatever its case.

    Stricter than `nearest`: for lists that are known to be incomplete, where a stranger may be
    right.
    """
    folded = word.casefold()
    best: tuple[int, str] | None = None
    for candidate in known:
        other = candidate.casefold()
        if abs(len(other) - len(folded)) > _SLIPS or len(set(other) ^ set(folded)) > 2 * _SLIPS:
            continue
        slips = _distance(folded, other)
        if slips <= _SLIPS and (best is None or slips < best[0]):
            best = (slips, candidate)
    return best[1] if best else None


def _folded(word: str) -> str:
    return word.replace("_", "").replace("-", "").casefold()


def _distance(left: Sequence[str], right: Sequence[str]) -> int:
    """Count insertions, deletions, substitutions and swaps of neighbours (optimal alignment)."""
    before_last: list[int] = []
    last = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before_last[j - 2] + 1)
            row.append(cost)
        before_last, last = last, row
    return last[-1]
