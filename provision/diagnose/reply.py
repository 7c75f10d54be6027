"""What a mail server's reply means: the entry with the most matching text wins."""

from typing import Final

from provision.diagnose.advice import Advice
from provision.diagnose.catalogue import (
    Entry,
    is_told_by,
    may_be_told_by,
    most_specific,
    read_entries,
)

MAIL_FILES: Final = (
    "mail_login",
    "mail_dialogue",
    "mail_smtp",
    "mail_smtp_limits",
    "mail_message",
)
NETWORK_FILE: Final = "network"
FILES: Final = (*MAIL_FILES, NETWORK_FILE)


def explain_reply(protocol: str, reply: str) -> Advice:
    """Explain what an IMAP, POP or SMTP server answered.

    Args:
        protocol: `imap`, `pop` or `smtp`, whatever the case.
        reply: The server's words, whole or in part; several lines are read as one.
    """
    # One entry asks for nothing, so something always matches.
    return find_reply(protocol, reply).advice


def find_reply(protocol: str, reply: str) -> Entry:
    """Return the entry of a reply; a fallback when the catalogue does not have it."""
    spoken = protocol.strip().lower()
    text = " ".join(reply.split())
    folded = text.casefold()
    return most_specific(
        entry
        for entry in read_entries(*FILES)
        if (not entry.protocols or spoken in entry.protocols)
        and may_be_told_by(entry, folded)
        and is_told_by(entry, text)
    )
