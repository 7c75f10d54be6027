"""XOAUTH2: who logs in, and what the client says first."""

from base64 import b64encode
from dataclasses import dataclass

from provision.errors import UsageError
from provision.secret import Secret
from provision.tenant.mailbox import Mailbox, Protocol


@dataclass(frozen=True, slots=True)
class Login:
    """One attempt to be let into one mailbox."""

    protocol: Protocol
    address: str
    """The mailbox, and the sender of what it sends."""
    user: str
    """What `user=` says."""
    token: Secret
    """An access token for the Outlook resource."""


def login_for(mailbox: Mailbox, protocol: Protocol, token: Secret) -> Login:
    """Return the login of a mailbox over one protocol.

    A shared mailbox is opened under its own address over IMAP and POP; SMTP wants the account that
    signed in, and lets it send as the mailbox.

    Source:
        https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
        for IMAP and POP; nextcloud/mail#13668 and simonrob/email-oauth2-proxy#426 for SMTP.
    """
    user = mailbox.sign_in_as if protocol == "smtp" else mailbox.address
    return Login(protocol, mailbox.address, user, token)


def xoauth2_initial_response(user: str, token: Secret) -> bytes:
    """Return the client's first answer, not yet in base64.

    Raises:
        UsageError: The user name cannot be said in XOAUTH2.

    Source:
        https://developers.google.com/workspace/gmail/imap/xoauth2-protocol
    """
    if not user.isprintable() or "\x01" in user:
        raise UsageError(f"user name {user!r}: not one line of visible text")
    return f"user={user}\x01auth=Bearer {token.reveal()}\x01\x01".encode()


def encoded(login: Login) -> str:
    """Return the login's first answer in base64, on one line whatever its length."""
    return b64encode(xoauth2_initial_response(login.user, login.token)).decode("ascii")
