"""Entra's refusals in a text: AADSTS numbers, OAuth words, suberrors."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Final

from provision.diagnose.entra import (
    explain_entra,
    known_class,
    known_number,
    known_suberror,
    known_words,
)
from provision.diagnose.pasted.finding import Finding, Rank

_NUMBERS: Final = (
    re.compile(r"(?<![A-Za-z0-9])AADSTS[ :-]?(\d{4,9})(?!\d)", re.IGNORECASE),
    re.compile(r"\berror\?code=(\d{4,9})(?!\d)"),
    # `error_codes` of a body; `errorCode` of a sign-in log; the portal's "Sign-in error code".
    re.compile(r"\berror[ _]?codes?[\"']?\s*[:=]?\s*[\"'\[(]*(\d{5,9})(?!\d)", re.IGNORECASE),
)
_LIST: Final = re.compile(r"\berror_codes[\"']?\s*[:=]\s*\[([\d,\s]+)\]")
_BARE: Final = re.compile(r"\s*\d{4,9}(?:[\s,;]+\d{4,9})*\s*")
_DIGITS: Final = re.compile(r"(\d+)")
_GENERAL: Final = 70002
"""Stands before the number that says more, in older answers."""
_SUBERROR: Final = re.compile(r"\bsuberror[\"']?\s*[:=]\s*[\"']?(\w+)")
_REACH: Final = 1500
"""Characters within which a word and a number are parts of one answer."""
_DESCRIPTION: Final = 400


def entra_answers(text: str) -> list[Finding]:
    """Return what Entra says in a text: numbers, else the words that stand without one."""
    numbers = _numbers(text)
    if len(numbers) > 1:
        numbers.pop(_GENERAL, None)
    places = list(numbers.values())
    words = [(m[1].lower(), m.start()) for m in _words().finditer(text)]
    found = [_number(code, at, text, words) for code, at in numbers.items()]
    lonely = [(word, at) for word, at in words if not _is_near(at, places)]
    found += [_word(word, at) for word, at in lonely]
    explained = [f.position for f in found if f.rank == Rank.NUMBER]
    return found + list(_suberrors(text, explained))


def _numbers(text: str) -> dict[int, int]:
    """Return every number and where it stands, before its own description where it has one."""
    found: dict[int, int] = {}
    for pattern in (_DIGITS,) if _BARE.fullmatch(text) else _NUMBERS:
        for match in pattern.finditer(text):
            found.setdefault(int(match[1]), match.start())
    for listed in _LIST.finditer(text):
        for number in re.findall(r"\d{4,9}", listed[1]):
            found.setdefault(int(number), listed.start())
    return found


def _number(code: int, at: int, text: str, words: list[tuple[str, int]]) -> Finding:
    what = f"AADSTS{code}"
    before = 0 if text[at : at + 6].upper() == "AADSTS" else _DESCRIPTION
    entry = known_number(code, text[max(0, at - before) : at + _DESCRIPTION])
    if entry is not None:
        return Finding(what, "entra", entry.kind, entry.advice, Rank.NUMBER, at)
    near = [word for word, place in words if abs(place - at) < _REACH]
    family = known_class(near[0]) if near else None
    advice = explain_entra(code, near[0] if near else "")
    said = f"{what} is not in this catalogue."
    if family is not None:
        said = f"{what} is not in this catalogue; as an `{near[0]}` it means: {advice.meaning}"
    advice = replace(advice, meaning=said)
    kind = family.kind if family is not None else "request"
    return Finding(what, "entra", kind, advice, Rank.DEGRADED, at, is_known=False)


def _word(word: str, at: int) -> Finding:
    entry = known_class(word)
    if entry is None:
        raise KeyError(word)
    return Finding(word, "entra", entry.kind, entry.advice, Rank.WORD, at)


def _suberrors(text: str, explained: list[int]) -> Iterator[Finding]:
    for match in _SUBERROR.finditer(text):
        entry = known_suberror(match[1])
        if entry is not None and not _is_near(match.start(), explained):
            what = f"suberror {match[1].lower()}"
            yield Finding(what, "entra", entry.kind, entry.advice, Rank.WORD, match.start())


def _is_near(at: int, places: list[int]) -> bool:
    return any(abs(at - place) < _REACH for place in places)


@cache
def _words() -> re.Pattern[str]:
    alternatives = "|".join(sorted(known_words(), key=len, reverse=True))
    return re.compile(
        rf"(?<![\w.-])(?<!suberror=)(?<!suberror\":\")({alternatives})(?![\w-])", re.IGNORECASE
    )
