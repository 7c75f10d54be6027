"""What an Entra error means: by AADSTS number, else by the OAuth class of the error."""

from dataclasses import replace
from functools import cache
from typing import Final

from provision.diagnose.advice import Advice
from provision.diagnose.catalogue import Entry, read_entries

CODE_FILES: Final = (
    "entra_request",
    "entra_registration",
    "entra_authority",
    "entra_consent",
    "entra_sign_in",
    "entra_policy",
)
CLASS_FILE: Final = "entra_classes"
_ANY: Final = "*"


def explain_entra(code: int | None, error: str) -> Advice:
    """Explain a refusal by Entra's authorize or token endpoint.

    Microsoft asks programs to branch on `error` and never on the number, so this only chooses
    words: nothing may be decided by it.

    Args:
        code: The first of `error_codes`, or None when the answer had none.
        error: The `error` member, such as `invalid_grant`; may be empty.

    Returns:
        The advice for the number; for an unknown number that of the class, with Microsoft's page
        for the number as its source.

    Source:
        https://learn.microsoft.com/entra/identity-platform/reference-error-codes
    """
    known = _by_code().get(str(code)) if code is not None else None
    if known is not None:
        return known.advice
    classes = _by_class()
    advice = classes.get(error.strip().lower(), classes[_ANY]).advice
    if code is None:
        return advice
    return replace(advice, source=f"https://login.microsoftonline.com/error?code={code}")


@cache
def _by_code() -> dict[str, Entry]:
    return {code: entry for entry in read_entries(*CODE_FILES) for code in entry.codes}


@cache
def _by_class() -> dict[str, Entry]:
    return {code: entry for entry in read_entries(CLASS_FILE) for code in entry.codes}
