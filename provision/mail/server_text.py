"""A server's words, fit to be shown: one line, visible characters, no token."""

import re
from typing import Final

from provision.mail.sasl import Login, encoded

_MOST: Final = 500
_SHARED: Final = 16
"""So many characters in common with a token are not chance."""
_RUN: Final = re.compile(rf"\S{{{_SHARED},}}")


def spoken(raw: bytes | str, login: Login) -> str:
    """Return what a server said, cut to a readable length; any piece of the token is masked."""
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    visible = "".join(c if c.isprintable() else " " for c in text)
    line = " ".join(_RUN.sub(lambda run: _masked(run[0], login), visible).split())
    return line if len(line) <= _MOST else f"{line[:_MOST]}…"


def _masked(run: str, login: Login) -> str:
    secrets = (login.token.reveal(), encoded(login))
    pieces = (run[i : i + _SHARED] for i in range(len(run) - _SHARED + 1))
    return "…" if any(piece in secret for piece in pieces for secret in secrets) else run
