"""A text without its credentials: those that are known, and whatever looks like one."""

import re
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Final

from provision.diagnose.pasted.credential_forms import PUBLIC, recognise
from provision.diagnose.pasted.credentials import candidates
from provision.secret import Secret

_LONG: Final = re.compile(r"[A-Za-z0-9_~.+/-]{39,}[A-Za-z0-9_~+/=-]={0,2}")
"""So many characters without a space may be anything; what they are is lost rather than shown."""
_KEY: Final = re.compile(
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [^-]*-----|\Z)", re.DOTALL
)
_PIECES: Final = re.compile(r"[/._=-]+")
_WORD: Final = re.compile(r"[A-Z]?[a-z]{0,20}\d{0,4}|[A-Z0-9]{1,12}")


def redacted(text: str, known: Iterable[Secret], now: datetime) -> str:
    """Return a text in which every credential is a mark with its length and digest.

    The digest is the first 8 hexadecimal digits of the SHA-256, to compare two copies by.

    Args:
        text: Such as a log, or JSON.
        known: Values that must not be shown, whatever they look like.
        now: The present.
    """
    values = {secret.reveal() for secret in known if secret}
    values |= set(_KEY.findall(text))
    for _, value, label in candidates(text):
        found = recognise(value, label, now)
        if found is not None and found.kind not in PUBLIC:
            values.add(value)
    values |= {value for value in _LONG.findall(text) if not _is_readable(value)}
    # The longest first: a shorter one may be a piece of it.
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, _mark(value))
    return text


def _is_readable(value: str) -> bool:
    """Tell a path, an address or a file's name from what nobody can read."""
    return all(_WORD.fullmatch(piece) for piece in _PIECES.split(value))


def _mark(value: str) -> str:
    digest = sha256(value.encode()).hexdigest()[:8]
    return f"[redacted: {len(value)} characters, sha256 {digest}]"
