"""What a server answers to a password today: asked with one that is nobody's.

A program whose OAuth switch is off sends user name and password. The password here is made up on
the spot, so it opens nothing; it may show up as one failed sign-in of the mailbox.
"""

import imaplib
import poplib
import secrets
import smtplib
import ssl
from base64 import b64encode
from dataclasses import dataclass
from typing import Final

from provision.cloud import Cloud
from provision.mail import imap, pop, smtp
from provision.mail.client_exceptions import Stopped, translated
from provision.mail.login_probe import TIMEOUT, mail_host
from provision.mail.sasl import Login
from provision.mail.server_text import spoken
from provision.secret import Secret
from provision.tenant.mailbox import Protocol

_GO_ON: Final = 334
_SUCCESS: Final = 235


@dataclass(frozen=True, slots=True)
class PasswordAnswer:
    """What came of a password that is nobody's."""

    is_let_in: bool
    """Which would mean that any password opens the mailbox."""
    said: str


def try_password(
    cloud: Cloud,
    context: ssl.SSLContext,
    protocol: Protocol,
    user: str,
    timeout: float = TIMEOUT,
) -> PasswordAnswer:
    """Try one made-up password over TLS, once.

    Raises:
        UsageError: The cloud has no such host.
    """
    login = Login(protocol, user, user, Secret(secrets.token_urlsafe(24)))
    host = mail_host(cloud, protocol)
    try:
        match protocol:
            case "imap":
                with imap.connection(host, context, login, timeout) as imap_client:
                    return _over_imap(imap_client, login)
            case "pop":
                with pop.connection(host, context, login, timeout) as pop_client:
                    return _over_pop(pop_client, login)
            case "smtp":
                with smtp.connection(host, context, login, timeout) as smtp_client:
                    return _over_smtp(smtp_client, login)
    except Stopped as stopped:
        return PasswordAnswer(is_let_in=False, said=" / ".join(stopped.said) or stopped.outcome)


def _over_imap(client: imaplib.IMAP4, login: Login) -> PasswordAnswer:
    with translated(login, "refused"):
        client.login(login.user, login.token.reveal())
    return PasswordAnswer(is_let_in=True, said="the server took a password that is nobody's")


def _over_pop(client: poplib.POP3, login: Login) -> PasswordAnswer:
    with translated(login, "refused"):
        client.user(login.user)
        client.pass_(login.token.reveal())
    return PasswordAnswer(is_let_in=True, said="the server took a password that is nobody's")


def _over_smtp(client: smtplib.SMTP, login: Login) -> PasswordAnswer:
    """Use LOGIN, the one mechanism for passwords that Exchange Online announces."""
    with translated(login, "refused"):
        code, text = client.docmd("AUTH", "LOGIN")
        if code == _GO_ON:
            code, text = client.docmd(_in_base64(login.user))
        if code == _GO_ON:
            code, text = client.docmd(_in_base64(login.token.reveal()))
    return PasswordAnswer(code == _SUCCESS, f"{code} {spoken(text, login)}")


def _in_base64(text: str) -> str:
    return b64encode(text.encode()).decode("ascii")
