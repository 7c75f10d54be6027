"""What a mail server's reply means: the entry with the most matching text wins."""

import re
from typing import Final

from provision.diagnose.advice import Advice
from provision.diagnose.catalogue import Entry, most_specific, read_entries

FILES: Final = ("mail_login", "mail_smtp", "mail_smtp_limits")


def explain_reply(protocol: str, reply: str) -> Advice:
    """Explain what an IMAP, POP or SMTP server answered.

    Args:
        protocol: `imap`, `pop` or `smtp`, whatever the case.
        reply: The server's words, whole or in part; several lines are read as one.
    """
    spoken = protocol.strip().lower()
    text = " ".join(reply.split())
    # One entry asks for nothing, so something always matches.
    return most_specific(e for e in read_entries(*FILES) if _answers(e, spoken, text)).advice


def _answers(entry: Entry, protocol: str, text: str) -> bool:
    if entry.protocols and protocol not in entry.protocols:
        return False
    return all(_occurs(fragment, text) for fragment in entry.fragments)


def _occurs(fragment: str, text: str) -> bool:
    """Find a fragment, but not `5.7.3` inside `5.7.30`."""
    pattern = rf"(?<![0-9]){re.escape(fragment)}(?![0-9])"
    return re.search(pattern, text, re.IGNORECASE) is not None
