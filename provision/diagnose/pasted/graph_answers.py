"""Graph's refusals in a text, whichever program wrapped them: code, message, HTTP status."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from provision.diagnose.catalogue import (
    Entry,
    is_told_by,
    may_be_told_by,
    most_specific,
    read_entries,
)
from provision.diagnose.graph_error import FILES, explain_graph, known_codes, known_refusal
from provision.diagnose.pasted.finding import Finding, Rank

_CODE: Final = re.compile(
    r"(?<![A-Za-z])(?:error)?code[\"']?\s*[:=]\s*[\"']?([A-Za-z]+(?:_[A-Za-z]+)*)(?![\w-])",
    re.IGNORECASE,
)
_OWN_PLACE: Final = re.compile(
    # A body of Graph; ours ("Graph answered 403 X"); Terraform ("with error: X: …").
    r"\"error\"\s*:\s*\{\s*\"code\"\s*:\s*\"([A-Za-z]+(?:_[A-Za-z]+)*)\""
    r"|Graph answered \d{3} ([A-Za-z]+(?:_[A-Za-z]+)*)"
    r"|with (?:OData )?error: ([A-Za-z]+(?:_[A-Za-z]+)*):"
)
_STATUS: Final = re.compile(
    r"(?:\bstatus(?:[ _-]?code)?[\"']?\s*[:=]?\s*|\bHTTP(?:/[\d.]+)?[ :]+(?:Error )?|answered "
    r"|(?=[45]\d\d (?:Bad|Conflict|Forbidden|Gateway|Gone|Internal|Not|Service|Too|Unauth))"
    r"|\bCode:\s*|\bunexpected status |\A\s*(?=[45]\d\d\s*\Z))[\"'(]?([45]\d\d)(?!\d)",
    re.IGNORECASE,
)
_REACH: Final = 300
"""Characters within which a status, or a message before its code, belongs to the code."""
_MESSAGE: Final = 700
_LONGEST_CODE: Final = 48


def graph_answers(text: str) -> list[Finding]:
    """Return what Graph refuses in a text; a code that the catalogue lacks counts in its place."""
    places = list(_codes(text))
    ends = [*(at for at, _ in places), len(text)][1:]
    found = [
        _refusal(code, at, text, min(end, at + _MESSAGE))
        for (at, code), end in zip(places, ends, strict=True)
    ]
    near = [at for at, _ in places]
    found += [f for f in _phrases(text) if not any(abs(f.position - at) < _MESSAGE for at in near)]
    return found


def http_statuses(text: str) -> list[Finding]:
    """Return what nothing but an HTTP status says."""
    found = []
    for match in _STATUS.finditer(text):
        status = int(match[1])
        entry = known_refusal(status, "", "")
        advice = entry.advice if entry is not None else explain_graph(status, "", "")
        kind = entry.kind if entry is not None else "temporary"
        found.append(
            Finding(
                f"HTTP {status}", "graph", kind, advice, Rank.WORD, match.start(),
                is_known=entry is not None,
            )
        )  # fmt: skip
    return found


def _codes(text: str) -> Iterator[tuple[int, str]]:
    """Yield places and codes: known ones wherever they stand, others where only a code can."""
    found = {match.start(1): match[1] for match in _known().finditer(text)}
    for match in _CODE.finditer(text):
        if match[1].casefold() in known_codes():
            found[match.start(1)] = match[1]
    for match in _OWN_PLACE.finditer(text):
        code = str(match[match.lastindex or 0])
        if len(code) <= _LONGEST_CODE:
            found[match.start(match.lastindex or 0)] = code
    yield from sorted(found.items())


def _refusal(code: str, at: int, text: str, end: int) -> Finding:
    status = _status(text, at)
    entry = known_refusal(status, code, text[at:end])
    if entry is not None and not entry.fragments:
        before = known_refusal(status, code, text[max(0, at - _REACH) : end])
        entry = before if before is not None else entry
    if entry is None:
        advice = explain_graph(status, code, "")
        kind = "temporary" if status >= 500 else "request"  # noqa: PLR2004  (server faults)
        return Finding(code, "graph", kind, advice, Rank.DEGRADED, at, is_known=False)
    is_known = bool(entry.codes or entry.fragments)
    rank = Rank.NUMBER if is_known else Rank.DEGRADED
    return Finding(code, "graph", entry.kind, entry.advice, rank, at, is_known=is_known)


def _status(text: str, at: int) -> int:
    """Return the HTTP status that stands nearest; 0 when there is none about."""
    start = max(0, at - _REACH)
    near = [
        (abs(start + match.start() - at), int(match[1]))
        for match in _STATUS.finditer(text, start, at + _REACH)
    ]
    return min(near)[1] if near else 0


def _phrases(text: str) -> Iterator[Finding]:
    """Yield refusals of which a program printed the message alone, such as Azure CLI does."""
    entries = [e for e in read_entries(*FILES) if e.phrases or e.fragments]
    folded = text.casefold()
    told = [e for e in entries if _may_be_said(e, folded)]
    at = 0
    for line in text.splitlines(keepends=True) if told else ():
        here = [e for e in told if _is_said(e, line)]
        if here:
            entry = most_specific(here)
            what = min(entry.codes, default="Graph")
            yield Finding(what, "graph", entry.kind, entry.advice, Rank.NUMBER, at)
        at += len(line)


def _may_be_said(entry: Entry, folded: str) -> bool:
    return (
        may_be_told_by(entry, folded)
        if entry.fragments or not entry.codes
        else is_said(entry, folded)
    )


def _is_said(entry: Entry, text: str) -> bool:
    return is_told_by(entry, text) if entry.fragments or not entry.codes else is_said(entry, text)


def is_said(entry: Entry, text: str) -> bool:
    """Tell whether one of an entry's phrases occurs."""
    lower = text.casefold()
    return any(phrase.casefold() in lower for phrase in entry.phrases)


@cache
def _known() -> re.Pattern[str]:
    """Match the codes that are no ordinary words: those with an underscore or several capitals."""
    names = {code for e in read_entries(*FILES) for code in e.codes}
    odd = [n for n in names if "_" in n or len(re.findall("[A-Z]", n)) > 1]
    return re.compile(rf"(?<![\w.-])({'|'.join(sorted(odd, key=len, reverse=True))})(?![\w-])")
