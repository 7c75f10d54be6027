"""One message in an IMAP mailbox, found by its Message-ID."""

import imaplib

from provision.mail.client_exceptions import translated
from provision.mail.imap import demand
from provision.mail.sasl import Login


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


def _search(client: imaplib.IMAP4, login: Login, message_id: str) -> list[str]:
    return demand(client.uid("SEARCH", "HEADER", "Message-ID", f'"{message_id}"'), login).split()
