"""One login over whichever protocol the login names."""

import ssl
from typing import assert_never

from provision.cloud import Cloud, MailHost
from provision.errors import UsageError
from provision.mail import imap, pop, smtp
from provision.mail.sasl import Login
from provision.mail.verdict import Verdict
from provision.tenant.mailbox import Protocol

TIMEOUT = 30.0


def probe(cloud: Cloud, context: ssl.SSLContext, login: Login, timeout: float = TIMEOUT) -> Verdict:
    """Log in and prove that the mailbox is really open; nothing is sent or changed.

    Args:
        cloud: Whose mail hosts are asked.
        context: From `tls_context`.
        login: From `login_for`.
        timeout: Seconds that one answer may take.

    Raises:
        UsageError: The cloud has no such host.
    """
    host = mail_host(cloud, login.protocol)
    match login.protocol:
        case "imap":
            return imap.probe(host, context, login, timeout)
        case "pop":
            return pop.probe(host, context, login, timeout)
        case "smtp":
            return smtp.probe(host, context, login, timeout)
        case _:
            assert_never(login.protocol)


def mail_host(cloud: Cloud, protocol: Protocol) -> MailHost:
    """Return where a protocol is served.

    Raises:
        UsageError: Nobody knows; the cloud is good for registration only.
    """
    host = _host(cloud, protocol)
    if host is None:
        raise UsageError(
            f"cloud {cloud.name}: no {protocol.upper()} host is known",
            hint="this cloud is for registration only; take the mailboxes out of the manifest",
        )
    return host


def has_host(cloud: Cloud, protocol: Protocol) -> bool:
    """Tell whether a protocol is served, as far as anybody knows."""
    return _host(cloud, protocol) is not None


def _host(cloud: Cloud, protocol: Protocol) -> MailHost | None:
    return {"imap": cloud.imap, "pop": cloud.pop, "smtp": cloud.smtp}[protocol]
