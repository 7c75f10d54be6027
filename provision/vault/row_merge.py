"""What becomes of single rows when two vaults have them."""

from collections.abc import Sequence

from provision.vault.moving import Move, Moved, Row

_HALVES = (
    ("token_handed_at", ("generation", "issued_at", "token_handed_at")),
    ("key_handed_at", ("key_id", "key_end_at", "key_handed_at")),
)
"""What a holder was given of each kind, and when."""


def merge_row(move: Move, ours: Row | None, theirs: Row) -> tuple[Row | None, Moved | None]:
    """Return the row to write, if any, and what to tell, if anything."""
    what = move.words.format_map(theirs)
    if ours is None:
        return theirs, Moved("taken", what)
    if ours == theirs or move.rule == "missing":
        return None, None
    if move.rule == "newest":
        if _at(theirs, move.instant) > _at(ours, move.instant):
            return theirs, Moved("taken", what, "the file's is newer")
        return None, Moved("kept", what, "the one here is newer")
    if move.rule == "halves":
        merged = _merged_halves(ours, theirs)
        return (None, None) if merged == ours else (merged, Moved("taken", what))
    return None, None


def insertion_order(ours: Sequence[Row], theirs: Sequence[Row]) -> list[Row]:
    """Return client secrets in the order in which they would have been kept, the newest last.

    Ours stay in their order. One of theirs comes after the last of ours that was minted before it.
    Those of which nobody recorded when they were minted count as older, theirs as older than ours.
    """
    if not ours:
        return list(theirs)
    found = list(ours)
    unknown = 0
    for row in theirs:
        minted = _at(row, "start_at")
        if not minted:
            found.insert(unknown, row)
            unknown += 1
            continue
        dated = [(i, _at(other, "start_at")) for i, other in enumerate(found)]
        before = [i for i, at in dated if "" < at <= minted]
        undated = next((i for i, at in dated if at), len(found))
        found.insert(before[-1] + 1 if before else undated, row)
    return found


def _merged_halves(ours: Row, theirs: Row) -> Row:
    merged = dict(ours)
    for instant, columns in _HALVES:
        if _at(theirs, instant) > _at(ours, instant):
            merged |= {column: theirs[column] for column in columns}
    if _latest(theirs) > _latest(ours):
        merged["keeps_successors"] = theirs["keeps_successors"]
    return merged


def _latest(row: Row) -> str:
    return max(_at(row, instant) for instant, _ in _HALVES)


def _at(row: Row, column: str) -> str:
    """Return an instant as text; the tables write all of them in UTC and of one width."""
    return str(row[column] or "")
