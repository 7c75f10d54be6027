"""The lines that ordinary servers say, to build odd conversations from."""

import base64

from provision.mail.sasl import Login
from provision.secret import Secret
from provision.tenant.mailbox import Protocol
from tests.contract.mail.scripted import ShakeHands, Step

TOKEN = "abcdefghijklmnopqrstuvwxyz0123456789"
REASON = '{"status":"401","schemes":"bearer"}'
CHALLENGE = base64.b64encode(REASON.encode())
SAID = base64.b64encode(b"user=a@b.com\x01auth=Bearer " + TOKEN.encode() + b"\x01\x01") + b"\r\n"

HELLO_IMAP = b"* OK ready\r\n"
CAPABILITY: Step = (
    b"{tag} CAPABILITY",
    b"* CAPABILITY IMAP4rev1 STARTTLS AUTH=XOAUTH2\r\n{tag} OK done\r\n",
)
AUTHENTICATE: Step = (b"{tag} AUTHENTICATE XOAUTH2\r\n", b"+ \r\n")
AUTHENTICATED: Step = (SAID, b"{tag} OK AUTHENTICATE completed.\r\n")
START_TLS: Step = (b"{tag} STARTTLS", ShakeHands(b"{tag} OK begin\r\n"))
LIST: Step = (b'{tag} LIST "" ""', b'* LIST (\\Noselect) "/" ""\r\n{tag} OK LIST completed.\r\n')
EXAMINE: Step = (b"{tag} EXAMINE INBOX", b"* 3 EXISTS\r\n{tag} OK [READ-ONLY] done\r\n")
LOGOUT: Step = (b"{tag} LOGOUT", b"* BYE\r\n{tag} OK bye\r\n")

HELLO_POP = b"+OK ready\r\n"
AUTH_POP: Step = (b"AUTH XOAUTH2\r\n", b"+ \r\n")
LET_IN_POP: Step = (SAID, b"+OK User successfully authenticated.\r\n")
QUIT_POP: Step = (b"QUIT", b"+OK bye\r\n")

HELLO_SMTP = b"220 ready\r\n"
EHLO: Step = (b"ehlo [127.0.0.1]", b"250-localhost\r\n250-STARTTLS\r\n250 AUTH XOAUTH2\r\n")
SHAKE_HANDS: Step = (b"STARTTLS", ShakeHands(b"220 go ahead\r\n"))
AUTH_SMTP: Step = (b"AUTH XOAUTH2\r\n", b"334 \r\n")
LET_IN_SMTP: Step = (SAID, b"235 2.7.0 Authentication successful\r\n")
QUIT_SMTP: Step = (b"quit", b"221 bye\r\n")


def login(protocol: Protocol) -> Login:
    """Return a login with the token of these dialogues."""
    return Login(protocol, "a@b.com", "a@b.com", Secret(TOKEN))
