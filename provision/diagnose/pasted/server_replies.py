"""Replies of mail servers in a text, and what networks and programs say by themselves."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice
from typing import Final

from provision.diagnose.catalogue import (
    Entry,
    is_told_by,
    may_be_told_by,
    most_specific,
    occurs,
    read_entries,
)
from provision.diagnose.pasted.finding import Finding, Rank, Service
from provision.diagnose.reply import MAIL_FILES, NETWORK_FILE, find_reply

_ENHANCED: Final = re.compile(
    r"(?<![\d.:])([45]\d\d)[\s,:(b'\"-]{1,5}#?([45]\.\d{1,3}\.\d{1,3})(?![\d.])"
)
_SMTP: Final = re.compile(r"(?:^|[\s\"'(:>])([45]\d\d)[ -](?=[A-Z])")
_POP: Final = re.compile(r"(?:^|[\s\"'(])-ERR\b")
_IMAP: Final = re.compile(
    r"^[<>\s]*(?:[A-Z]: ?|b['\"])?((?:[A-Za-z]{0,8}\d{0,8}|\*) ?\b(NO|BAD|BYE)\b) \S"
)
_ALONE: Final = re.compile(r"\s*(?:([45]\d\d)[ -])?([45]\.\d{1,3}\.\d{1,3})\s*|\s*([45]\d\d)\s*")
_REPLY_CODES: Final = ("535", "550", "554", "530", "504", "501", "430", "432", "451", "421")
"""Before which an enhanced status may have stood, most likely first."""
_SPOKEN: Final = ("mail_login", "mail_smtp", "mail_smtp_limits")
"""Files whose words are unlike anything else, so that they count without a reply around them."""
_LETTERS: Final = 12
_LONGEST: Final = 600
"""Characters of a line that are looked at."""
_MOST_LINES: Final = 10
"""Of one reply; no server says more."""


def server_replies(text: str, taken: list[int]) -> list[Finding]:
    """Return replies, and where a line has none, what the network or a program says.

    Args:
        text: As a person reads it.
        taken: Places that are explained already: their lines are left alone, but for replies.
    """
    alone = _alone(text)
    if alone is not None:
        return [alone]
    chapters = _chapters(text.casefold())
    found, at = [], 0
    places = sorted(taken)
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        end = at + len(line)
        reply = _reply(lines, number, at)
        if reply is not None:
            found.append(reply)
        elif bisect_left(places, at) == bisect_left(places, end):
            found += _spoken(line[:_LONGEST], at, chapters)
        at = end
    return _without_echoes(found)


def _without_echoes(findings: list[Finding]) -> list[Finding]:
    """Leave out what a bare code means where the same code came with its reason, too."""
    reasons = {f.what for f in findings if f.rank < Rank.WORD}
    return [f for f in findings if f.rank != Rank.WORD or f.what not in reasons]


def _alone(text: str) -> Finding | None:
    match = _ALONE.fullmatch(text)
    if match is None:
        return None
    if match[3]:
        is_of_smtp = match[3] in _REPLY_CODES
        return _found(match[3], "mail", find_reply("smtp", match[3]), 0) if is_of_smtp else None
    codes = (match[1],) if match[1] else _REPLY_CODES
    entries = [find_reply("smtp", f"{code} {match[2]}") for code in codes]
    entry = next((e for e in entries if not e.is_fallback), entries[0])
    return _found(text.strip(), "mail", entry, 0)


def _reply(lines: list[str], number: int, at: int) -> Finding | None:
    line = lines[number][:_LONGEST]
    enhanced = _ENHANCED.search(line)
    if enhanced is not None:
        said = _whole_reply(lines, number, enhanced[1], line[enhanced.start() :])
        entry = find_reply("smtp", said.replace(f"{enhanced[1]}-", f"{enhanced[1]} "))
        return _found(f"{enhanced[1]} {enhanced[2]}", "mail", entry, at + enhanced.start())
    plain = _SMTP.search(line)
    if plain is not None:
        entry = find_reply("smtp", line[plain.start(1) :])
        if not entry.is_fallback and _is_of_mail(entry):
            return _found(plain[1], "mail", entry, at + plain.start())
    pop = _POP.search(line)
    if pop is not None:
        return _found("-ERR", "mail", find_reply("pop", line[pop.start() :]), at + pop.start())
    imap = _IMAP.search(line)
    if imap is not None:
        entry = find_reply("imap", line[imap.start(1) :])
        return _found(f"IMAP {imap[2]}", "mail", entry, at + imap.start(1))
    return None


def _whole_reply(lines: list[str], number: int, code: str, first: str) -> str:
    """Return a reply with its further lines; a hyphen behind the code says that there is one.

    Source:
        RFC 5321 section 4.2.1
    """
    said, goes_on = [first], first.startswith(f"{code}-")
    for line in islice(lines, number + 1, number + _MOST_LINES):
        further = re.match(rf"[<>\s]*(?:S: ?)?{code}([ -])", line) if goes_on else None
        if further is None:
            break
        said.append(line[further.end() : _LONGEST])
        goes_on = further[1] == "-"
    return " ".join(said)


def _chapters(folded: str) -> list[tuple[Service, list[Entry]]]:
    """Return the entries that lines may be told by, of all that the text has the words for."""
    names: tuple[tuple[Service, tuple[str, ...]], ...] = (
        ("mail", _SPOKEN), ("program", ("programs",)), ("network", (NETWORK_FILE,)),
    )  # fmt: skip
    return [
        (
            service,
            [e for e in read_entries(*files) if _is_distinct(e) and may_be_told_by(e, folded)],
        )
        for service, files in names
    ]


def _spoken(line: str, at: int, chapters: list[tuple[Service, list[Entry]]]) -> Iterator[Finding]:
    for service, entries in chapters:
        told = [e for e in entries if is_told_by(e, line)]
        if told:
            entry = most_specific(told)
            yield _found(_name(entry, line), service, entry, at)
            return


def _is_distinct(entry: Entry) -> bool:
    """Tell whether an entry's words are letters enough not to stand anywhere by chance."""
    if entry.is_fallback or (entry.protocols and any(f[0].isdigit() for f in entry.fragments)):
        return False
    return not entry.protocols or sum(map(len, entry.fragments)) >= _LETTERS


def _is_of_mail(entry: Entry) -> bool:
    return entry in read_entries(*MAIL_FILES)


def _name(entry: Entry, line: str) -> str:
    phrases = (*entry.fragments, *(p for p in entry.phrases if occurs(p, line)))
    return f"\u201c{phrases[0]}\u201d"


def _found(what: str, service: Service, entry: Entry, at: int) -> Finding:
    if not _is_of_mail(entry):
        service = "network" if entry in read_entries(NETWORK_FILE) else service
    ranks = {"network": Rank.SURROUNDINGS, "program": Rank.SURROUNDINGS}
    rank = ranks.get(service, Rank.NUMBER)
    if entry.is_fallback:
        rank = Rank.DEGRADED
    elif rank == Rank.NUMBER and not any(re.search("[A-Za-z]", f) for f in _words_of(entry)):
        rank = Rank.WORD
    return Finding(
        what, service, entry.kind, entry.advice, rank, at, is_known=not entry.is_fallback
    )


def _words_of(entry: Entry) -> tuple[str, ...]:
    return (*entry.fragments, *entry.phrases)
