"""One message in an IMAP mailbox: found by its Message-ID, and deleted without a trace."""

import imaplib
import re
from typing import Final

from provision.mail.imap import demand
from provision.mail.sasl import Login
from provision.mail.stopped import translated

_FOLDER: Final = re.compile(rb'\((?P<flags>[^)]*)\) (?:"[^"]*"|NIL) (?P<name>"[^"]*"|[^" ]+)')
_SENT: Final = (b"sent items", b"sent")


def fetch(client: imaplib.IMAP4, login: Login, message_id: str) -> bytes | None:
    """Return a message of the inbox, or None when it is not there; it stays unread.

    Raises:
        Stopped: The mailbox cannot be read.
    """
    with translated(login, "no_access"):
        demand(client.select("INBOX", readonly=True), login)
        uids = _search(client, login, message_id)
        if not uids:
            return None
        answer, parts = client.uid("FETCH", uids[0], "(BODY.PEEK[])")
        demand((answer, ()), login)
    return next((bytes(part[1]) for part in parts if isinstance(part, tuple)), None)


def delete(client: imaplib.IMAP4, login: Login, message_id: str) -> tuple[str, ...]:
    """Delete a message from the inbox and from among the sent ones.

    Returns:
        Where it is still, in words.

    Raises:
        Stopped: The mailbox cannot be read.
    """
    left: list[str] = []
    with translated(login, "no_access"):
        precise = b"UIDPLUS" in _capabilities(client)
        for folder in ("INBOX", *_sent_folders(client)):
            demand(client.select(folder), login)
            left += _delete_here(client, login, message_id, folder, can_expunge_one=precise)
    return tuple(left)


def _delete_here(
    client: imaplib.IMAP4, login: Login, message_id: str, folder: str, *, can_expunge_one: bool
) -> list[str]:
    uids = _search(client, login, message_id)
    if not uids:
        return []
    found = ",".join(uids)
    demand(client.uid("STORE", found, "+FLAGS.SILENT", r"(\Deleted)"), login)
    if not can_expunge_one:
        # EXPUNGE alone would also remove what somebody else has marked.
        return [f"{message_id} in {folder}: marked as deleted, the server has no UID EXPUNGE"]
    demand(client.uid("EXPUNGE", found), login)
    return []


def _search(client: imaplib.IMAP4, login: Login, message_id: str) -> list[str]:
    return demand(client.uid("SEARCH", "HEADER", "Message-ID", f'"{message_id}"'), login).split()


def _capabilities(client: imaplib.IMAP4) -> list[bytes]:
    """Ask again: a server may say more after the login."""
    _, lines = client.capability()
    return b" ".join(line for line in lines if isinstance(line, bytes)).upper().split()


def _sent_folders(client: imaplib.IMAP4) -> list[str]:
    """Return the folders, as they are to be named to the server, that keep what was sent."""
    answer, lines = client.list()
    matches = [_FOLDER.match(line) for line in lines if answer == "OK" and isinstance(line, bytes)]
    return [
        match["name"].decode("ascii", "replace")
        for match in matches
        if match is not None
        and (
            rb"\sent" in match["flags"].lower().split()
            or match["name"].strip(b'"').lower() in _SENT
        )
    ]
