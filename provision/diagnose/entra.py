"""What an Entra error means: by AADSTS number, else by the OAuth class of the error."""

from collections import defaultdict
from dataclasses import replace
from functools import cache
from typing import Final

from provision.diagnose.advice import Advice
from provision.diagnose.catalogue import Entry, is_told_by, most_specific, read_entries

CODE_FILES: Final = (
    "entra_request",
    "entra_registration",
    "entra_authority",
    "entra_consent",
    "entra_sign_in",
    "entra_policy",
)
CLASS_FILE: Final = "entra_classes"
SUBERROR_FILE: Final = "entra_suberrors"
_ANY: Final = "*"


def explain_entra(code: int | None, error: str, description: str = "") -> Advice:
    """Explain a refusal by Entra's authorize or token endpoint.

    Microsoft asks programs to branch on `error` and never on the number, so this only chooses
    words: nothing may be decided by it.

    Args:
        code: The first of `error_codes`, or None when the answer had none.
        error: The `error` member, such as `invalid_grant`; may be empty.
        description: `error_description`, for the few numbers that mean several things.

    Returns:
        The advice for the number; for an unknown number that of the class, with Microsoft's page
        for the number as its source.

    Source:
        https://learn.microsoft.com/entra/identity-platform/reference-error-codes
    """
    known = known_number(code, description) if code is not None else None
    if known is not None:
        return known.advice
    advice = (known_class(error) or _by_code(CLASS_FILE)[_ANY][0]).advice
    if code is None:
        return advice
    return replace(advice, source=f"https://login.microsoftonline.com/error?code={code}")


def known_number(code: int, description: str = "") -> Entry | None:
    """Return the entry of an AADSTS number; None when the catalogue does not have it."""
    candidates = _by_code(*CODE_FILES).get(str(code), [])
    told = [e for e in candidates if not e.fragments or is_told_by(e, description)]
    return most_specific(told) if told else None


def known_class(error: str) -> Entry | None:
    """Return the entry of an OAuth `error`; None when the catalogue does not have it."""
    word = error.strip().lower()
    return _by_code(CLASS_FILE)[word][0] if word in _by_code(CLASS_FILE) and word != _ANY else None


def known_suberror(suberror: str) -> Entry | None:
    """Return the entry of a `suberror`; None when the catalogue does not have it."""
    return next(iter(_by_code(SUBERROR_FILE).get(suberror.strip().lower(), [])), None)


def known_words() -> frozenset[str]:
    """Return every OAuth `error` that the catalogue has."""
    return frozenset(_by_code(CLASS_FILE)) - {_ANY}


@cache
def _by_code(*names: str) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in read_entries(*names):
        for code in entry.codes:
            found[code].append(entry)
    return dict(found)
