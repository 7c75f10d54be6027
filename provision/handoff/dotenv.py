"""Hand-off format `dotenv`: seven variables, beside whatever else the file holds."""

import re
from collections.abc import Iterator
from typing import Final

from provision.errors import SinkFailed
from provision.handoff.destinations import Place
from provision.handoff.dotenv_syntax import Statement, parse_statements, quoted
from provision.handoff.port import Handover
from provision.handoff.stored_values import Holding, combined
from provision.handoff.variables import KEYS, holding_of, variables

_OURS: Final = re.compile(rf"\s*(?:export\s+)?(?:{'|'.join(KEYS)})\s*=")
_CAPTION: Final = re.compile(r"# MAIL_OAUTH values(?: of (\S+))?, written by provision\s*")


class DotenvSink:
    """Variables for a shell or for a program that reads `.env` files."""

    name = "dotenv"

    def __init__(self, place: Place) -> None:
        self._place = place

    @property
    def holder(self) -> str:
        """Return `dotenv` and the file."""
        return f"{self.name} {self._place.label}"

    @property
    def holds_secrets(self) -> bool:
        """Tell that a file does, and a stream does not."""
        return self._place.is_kept

    def prepare(self) -> None:
        """Prove that the file can be replaced, and that what is in it can be kept.

        Raises:
            SinkFailed: It cannot.
        """
        self._place.prepare()
        self._stored()

    def keep(self, handover: Handover) -> None:
        """Replace our variables; every other line stays as it is.

        Raises:
            SinkFailed: The file cannot be written, or one of our variables in it not be read.
        """
        statements, stored = self._stored()
        holding = combined(handover, stored)
        self._place.write("".join(_rewritten(statements, holding)))

    def clear(self, client_id: str) -> bool:
        """Remove our variables if they are this application's; every other line stays."""
        statements, stored = self._stored()
        if stored.client_id != client_id:
            return False
        self._place.write("".join(s.text for s in statements if not _is_ours(s)))
        return True

    def held_key_id(self) -> str | None:
        """Return the key id stored beside the client secret."""
        return self._stored()[1].key_id

    def _stored(self) -> tuple[tuple[Statement, ...], Holding]:
        statements = parse_statements(self._place.read() or "")
        for number, statement in statements:
            if statement.key is None and _OURS.match(statement.text):
                raise SinkFailed(
                    f"{self._place.label}: line {number} sets one of our variables in a way that "
                    "cannot be read",
                    hint="remove that line; provision writes it again",
                )
        found = tuple(statement for _, statement in statements)
        return found, _holding(found)


def _is_ours(statement: Statement) -> bool:
    return statement.key in KEYS or bool(_CAPTION.fullmatch(statement.text))


def _holding(statements: tuple[Statement, ...]) -> Holding:
    """Read our variables; as in a shell, the last one of a name counts."""
    values = {s.key: s.value for s in statements if s.key is not None and s.key in KEYS}
    captions = (_CAPTION.fullmatch(s.text) for s in statements if s.key is None)
    mailboxes = [caption[1] for caption in captions if caption is not None]
    return holding_of(values, mailboxes[-1] if mailboxes else None)


def _rewritten(statements: tuple[Statement, ...], holding: Holding) -> Iterator[str]:
    """Put new values where the old ones stood, drop repeated ones, append what was missing."""
    lines = dict(_assignments(holding))
    caption = _caption(holding)
    for statement in statements:
        if statement.key in KEYS:
            yield from _taken(lines, str(statement.key), statement.prefix)
        elif _CAPTION.fullmatch(statement.text):
            yield caption
            caption = ""
        else:
            yield statement.text
    if lines:
        is_open = bool(statements) and not statements[-1].text.endswith("\n")
        yield ("\n" if is_open else "") + caption
    yield from lines.values()


def _taken(lines: dict[str, str], key: str, prefix: str) -> Iterator[str]:
    if key in lines:
        yield prefix + lines.pop(key)


def _caption(holding: Holding) -> str:
    owner = "" if holding.mailbox is None else f" of {holding.mailbox}"
    return f"# MAIL_OAUTH values{owner}, written by provision\n"


def _assignments(holding: Holding) -> Iterator[tuple[str, str]]:
    for key, value in variables(holding).items():
        yield key, f"{key}={quoted(value)}\n"


def document(holding: Holding) -> str:
    """Return a whole file with nothing but our variables."""
    return "".join(_rewritten((), holding))
