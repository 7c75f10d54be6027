"""What becomes of each table when a vault moves, and how a move is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from provision.secret import Secret

Cell = str | int | float | Secret | None
Row = Mapping[str, Cell]
"""One row of a table by column; what is sealed in a vault is a `Secret` here."""
Tables = Mapping[str, tuple[Row, ...]]

Rule = Literal["mailbox", "secret", "newest", "halves", "missing", "stays"]


@dataclass(frozen=True, slots=True)
class Move:
    """How the rows of one table are merged into those of another vault."""

    rule: Rule
    words: str
    """What a row is, with gaps for the columns that tell it from others."""
    instant: str = ""
    """The column that says which of two rows is the newer one."""
    why: str = ""
    """Why rows stay where they are."""


MOVES: Final[Mapping[str, Move]] = {
    "meta": Move("stays", "", why="a vault's name and key are its own"),
    "client_secret": Move("secret", "client secret {key_id} of application {client_id}"),
    "mailbox": Move("mailbox", "sign-in of mailbox {address}"),
    "refresh_token": Move("mailbox", "refresh token of mailbox {address}"),
    "granted_scopes": Move("newest", "scopes of mailbox {address} for {resource}", instant="at"),
    "holder": Move("halves", "record of what {name} was given"),
    "remembered_ids": Move("missing", "ids of application {unique_name}"),
    "pending_sign_in": Move("missing", "sign-in that waits for mailbox {address}"),
    "access_token": Move("stays", "", why="the next refresh brings another"),
    # An intent explains a secret that nobody holds here. Elsewhere, somebody may hold it, and
    # `apply` would revoke it.
    "intent": Move(
        "stays",
        "mint of client secret {display_name!r} for application {unique_name}",
        why="only the machine that began a mint can tell how it ended: run `provision apply` there",
    ),
}
"""By table. A test holds it to the schema, so that no table is forgotten."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one row, or of the rows of one mailbox."""

    fate: Literal["taken", "kept", "left"]
    """Taken from the file; kept as it is here, which the file would have made older; left out."""
    what: str
    why: str = ""
    is_loss: bool = False
    """Whether it should have been moved and could not be."""
