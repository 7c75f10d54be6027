"""What the table and the page of `status` say of each thing that can die."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from provision.vault.expiry import STATES_IN_WORDS, Due, used_at

if TYPE_CHECKING:
    from provision.stages.standing import (
        ApplicationStanding,
        HolderStanding,
        MailboxStanding,
        SecretStanding,
        Status,
    )

_MOST_NAMES: Final = 3
"""Holders that are named where there may be hundreds; JSON names them all."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that can die."""

    due: Due
    name: str
    notes: tuple[str, ...] = ()
    copy_of: str = ""
    """The mailbox whose copy it is; empty for what is no copy."""
    generation: int | None = None
    issued_at: datetime | None = None
    used_at: datetime | None = None
    handed_at: datetime | None = None

    @property
    def what(self) -> str:
        """Return the name with its notes."""
        copy = (f"copy of {self.copy_of}",) if self.copy_of else ()
        return ", ".join((self.name, *copy, *self.notes))


def groups(application: "ApplicationStanding") -> list[list[Row]]:
    """Return everything of an application that can die, copies beneath what they are copies of."""
    found: list[list[Row]] = []
    if application.missing is not None:
        found.append([Row(application.missing, "nothing is known of it here")])
    found += [[_secret(secret)] for secret in application.secrets]
    found += [[Row(one.due, one.due.what)] for one in application.certificates]
    for mailbox in application.mailboxes:
        copies = (row for holder in mailbox.holders for row in _holder(holder))
        found.append([_mailbox(mailbox), *copies])
    found += [[row] for holder in application.holders for row in _holder(holder)]
    return found


def end(row: Row, at: datetime) -> datetime:
    """Return what a row is sorted by: what is missing comes first, what cannot die comes last."""
    if row.due.dies_at is not None:
        return row.due.dies_at
    return at if row.due.is_due else datetime.max.replace(tzinfo=UTC)


def closing(status: "Status") -> str:
    """Return what there is to say where nothing is to be done."""
    for due in status.dues:
        if due.state == "good" and due.dies_at is not None:
            return f"Nothing to do. What dies first: {due.what}, on {day(due.dies_at)}."
    return "Nothing to do."


def day(at: datetime) -> str:
    """Return the day of an instant, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d}"


def printable(text: str) -> str:
    """Return a name without anything that a terminal or a reader would obey."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _secret(secret: "SecretStanding") -> Row:
    entry = secret.secret
    notes = [f"key id {entry.key_id}"]
    if not secret.is_serving:
        notes.append("replaced")
    if secret.holders:
        named, more = secret.holders[:_MOST_NAMES], len(secret.holders) - _MOST_NAMES
        notes.append(f"also in {', '.join(named)}" + (f" and {more} more" if more > 0 else ""))
    return Row(secret.due, "client secret", tuple(notes), issued_at=entry.start_at)


def _mailbox(mailbox: "MailboxStanding") -> Row:
    notes = [f"signs in at {mailbox.authority}"]
    if mailbox.sign_in_as.lower() != mailbox.address.lower():
        notes = [f"{mailbox.sign_in_as} signs in at {mailbox.authority}"]
    if not mailbox.is_declared:
        notes.append("not in the manifest")
    entry = mailbox.entry
    if entry is None or entry.token is None:
        return Row(mailbox.token, mailbox.address, (*notes, "nobody has signed in here"))
    token = entry.token
    if token.suspect_reason is not None:
        notes.append(token.suspect_reason)
    return Row(
        due=mailbox.token,
        name=mailbox.address,
        notes=tuple(notes),
        generation=token.generation,
        issued_at=token.issued_at,
        used_at=used_at(entry),
    )


def _holder(standing: "HolderStanding") -> Iterator[Row]:
    holder, token = standing.holder, standing.holder.token
    name, owner = holder.key.name, holder.key.address
    notes = [] if standing.is_declared else ["not in the manifest"]
    if standing.token is not None and token is None:
        yield Row(standing.token, name, (*notes, "never handed over"), owner)
    elif standing.token is not None and token is not None:
        if holder.keeps_successors:
            notes.append("stores successors")
        yield Row(
            due=standing.token,
            name=name,
            notes=tuple(notes),
            copy_of=owner,
            generation=token.generation,
            issued_at=token.issued_at,
            handed_at=token.handed_at,
        )
    if standing.secret is not None:
        yield Row(standing.secret, name, (_secret_note(standing.secret),), owner)


def _secret_note(due: Due) -> str:
    what = due.what.partition(" in ")[0]
    return f"{what} {STATES_IN_WORDS[due.state]}"
