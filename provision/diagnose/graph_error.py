"""What a Microsoft Graph error means: by code and message, else by HTTP status."""

from typing import Final

from provision.diagnose.advice import Advice
from provision.diagnose.catalogue import Entry, most_specific, read_entries

FILES: Final = ("graph", "graph_limits")
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
    entries = read_entries(*FILES)
    text = message.casefold()
    matching = [e for e in entries if _answers(e, status, code.casefold(), text)]
    kind = "temporary" if status >= _SERVER_FAULT else "request"
    fallbacks = (e for e in entries if _is_fallback(e) and e.kind == kind)
    return most_specific(matching or fallbacks).advice


def _answers(entry: Entry, status: int, code: str, text: str) -> bool:
    if _is_fallback(entry):
        return False
    return (
        (not entry.codes or code in {known.casefold() for known in entry.codes})
        and (not entry.statuses or status in entry.statuses)
        and all(fragment.casefold() in text for fragment in entry.fragments)
    )


def _is_fallback(entry: Entry) -> bool:
    return not (entry.codes or entry.statuses or entry.fragments)
