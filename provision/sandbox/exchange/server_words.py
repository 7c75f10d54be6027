"""What the mail servers say besides their protocols: tables alone, without Twisted."""

from typing import Final

SMTP_WORDS: Final = {
    b"Begin TLS negotiation now": b"2.0.0 SMTP server ready",
    b"Continue": b"Start mail input; end with <CRLF>.<CRLF>",
    b"Error: bad syntax": b"5.3.3 Unrecognized command",
    b"Must have sender before recipient": b"5.5.2 Need mail command",
    b"Must have valid receiver and originator": b"5.5.2 Need rcpt command",
    b"Only one sender per message, please": b"5.5.2 Sender already specified",
    b"Syntax error": b"5.5.4 Invalid arguments",
    b"TLS already negotiated": b"5.5.2 Only one STARTTLS command can be issued",
}
"""Exchange's words for Twisted's."""
BUSY: Final = {
    "imap": b"* BYE Server Unavailable.\r\n",
    "pop": b"-ERR Server Unavailable. 21\r\n",
    "smtp": b"421 4.3.2 Service not active\r\n",
}
GOODBYE: Final = {
    "imap": b"* BYE Connection closed. 14\r\n",
    "pop": b"",  # a POP3 server has no word for it
    "smtp": b"421 4.3.2 Service not active\r\n",
}
REFUSED: Final = {
    "imap": b"%b NO Server Unavailable. 15\r\n",
    "pop": b"-ERR Server Unavailable. 21\r\n",
    "smtp": b"451 4.7.0 Temporary server error. Please try again later. PRX4\r\n",
}
DEFERRED: Final = b"451 4.7.500 Server busy. Please try again later.\r\n"
