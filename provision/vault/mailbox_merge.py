"""Which refresh token a mailbox has when two vaults know it: the one that was issued last."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from provision.vault.moving import Cell, Moved, Row

MailboxId = tuple[Cell, ...]
"""Cloud, tenant id, client id and address."""


@dataclass(frozen=True, slots=True)
class Known:
    """What one vault knows of a mailbox."""

    signed_in: Row | None = None
    tokens: tuple[Row, ...] = ()
    """By generation, the newest last; one that is damaged here has no `token`."""

    @property
    def newest(self) -> Row | None:
        """Return the newest generation."""
        return self.tokens[-1] if self.tokens else None

    @property
    def generation(self) -> int:
        """Return the newest generation's number; 0 where there is none."""
        return 0 if self.newest is None else _number(self.newest)


@dataclass(frozen=True, slots=True)
class MergedMailbox:
    """What has to be written, and how numbers of theirs read here."""

    signed_in: Row | None = None
    """Replaces who signed in."""
    tokens: tuple[Row, ...] = ()
    """Generations to add, numbered as they are here; all but the two newest go."""
    moved: tuple[Moved, ...] = ()
    shift: int = 0
    """What a generation of theirs is here: its number and this, and never more than `ceiling`."""
    ceiling: int = field(default=2**31)

    def number(self, generation: int) -> int:
        """Return what a generation of theirs is called here."""
        return max(min(generation + self.shift, self.ceiling), 0)


def merge_mailbox(address: str, ours: Known, theirs: Known) -> MergedMailbox:
    """Decide between two vaults; nothing newer is ever replaced by something older."""
    what = f"mailbox {address}"
    if ours.signed_in is None and not ours.tokens:
        return MergedMailbox(theirs.signed_in, theirs.tokens, (Moved("taken", what),))
    if _is_another_account(ours.signed_in, theirs.signed_in):
        why = "another account signed in for it here; `provision authorize` decides anew"
        return MergedMailbox(moved=(Moved("kept", what, why),), ceiling=ours.generation)
    if theirs.newest is None:
        return _without_token(what, ours, theirs)
    if _has(ours, theirs.newest):
        return _already_here(ours, theirs.newest)
    if _rank(theirs.newest) > _rank(ours.newest):
        return _taken(what, ours, theirs)
    why = f"the token here was issued later, at {_told(ours.newest)}"
    return MergedMailbox(moved=(Moved("kept", what, why),), ceiling=ours.generation - 1)


def _without_token(what: str, ours: Known, theirs: Known) -> MergedMailbox:
    if ours.signed_in is None:
        return MergedMailbox(theirs.signed_in, moved=(Moved("taken", what),))
    return MergedMailbox()


def _already_here(ours: Known, token: Row) -> MergedMailbox:
    here = next(row for row in ours.tokens if _token(row) == _token(token))
    return MergedMailbox(shift=_number(here) - _number(token), ceiling=ours.generation)


def _taken(what: str, ours: Known, theirs: Known) -> MergedMailbox:
    number = ours.generation + 1
    newest = theirs.tokens[-1]
    added: Row = {**newest, "generation": number}
    here = f"; the one from {_told(ours.newest)} stays as the one before" if ours.newest else ""
    why = f"its token was issued later, at {_told(newest)}{here}"
    return MergedMailbox(
        theirs.signed_in,
        (added,),
        (Moved("taken", what, why),),
        shift=number - _number(newest),
        ceiling=number,
    )


def as_known(signed_in: Row | None, tokens: Sequence[Row]) -> Known:
    """Return what a vault knows, its tokens put in order."""
    return replace(Known(signed_in), tokens=tuple(sorted(tokens, key=_number)))


def _is_another_account(ours: Row | None, theirs: Row | None) -> bool:
    if ours is None or theirs is None:
        return False
    return any(ours[column] != theirs[column] for column in ("object_id", "account_tenant_id"))


def _has(ours: Known, token: Row) -> bool:
    return any(_token(row) is not None and _token(row) == _token(token) for row in ours.tokens)


def _rank(row: Row | None) -> tuple[str, int]:
    """Return what the newer of two tokens has more of; a damaged one has nothing."""
    if row is None or _token(row) is None:
        return ("", 0)
    return (str(row["issued_at"]), _number(row))


def _token(row: Row) -> Cell:
    return row.get("token")


def _number(row: Row) -> int:
    return int(str(row["generation"]))


def _told(row: Row | None) -> str:
    """Return an instant to the second."""
    return "" if row is None else str(row["issued_at"])[:19]
