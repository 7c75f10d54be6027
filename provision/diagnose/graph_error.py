"""What a Microsoft Graph error means: by code and message, else by HTTP status."""

from typing import Final

from provision.diagnose.advice import Advice
from provision.diagnose.catalogue import Entry, most_specific, read_entries

FILES: Final = ("graph", "graph_requests", "graph_limits")
_SERVER_FAULT: Final = 500


def explain_graph(status: int, code: str, message: str) -> Advice:
    """Explain a refusal by Microsoft Graph.

    Several conditions share `Request_BadRequest`, so the message tells them apart.

    Args:
        status: The HTTP status, or that of one part of a batch.
        code: `error.code`; may be empty.
        message: `error.message`; may be empty.

    Source:
        https://learn.microsoft.com/graph/errors
    """
    known = known_refusal(status, code, message)
    if known is not None:
        return known.advice
    kind = "temporary" if status >= _SERVER_FAULT else "request"
    return next(e for e in read_entries(*FILES) if e.is_fallback and e.kind == kind).advice


def known_refusal(status: int, code: str, message: str) -> Entry | None:
    """Return the entry of a refusal; None when neither code, message nor status has one."""
    name, text = code.casefold(), message.casefold()
    matching = [e for e in read_entries(*FILES) if _answers(e, status, name, text)]
    return most_specific(matching) if matching else None


def known_codes() -> frozenset[str]:
    """Return every error code that the catalogue has, in small letters."""
    return frozenset(code.casefold() for e in read_entries(*FILES) for code in e.codes)


def _answers(entry: Entry, status: int, code: str, text: str) -> bool:
    if entry.is_fallback:
        return False
    return (
        (not entry.codes or code in {known.casefold() for known in entry.codes})
        and (not entry.statuses or status in entry.statuses)
        and all(fragment.casefold() in text for fragment in entry.fragments)
    )
