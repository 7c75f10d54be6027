"""One set of mail servers for all tests here: Twisted's reactor starts once in a process."""

import smtplib
from collections.abc import Iterator

import pytest

from provision.sandbox.directory import Account
from tests.contract.sandbox_mail.harness import MailServers, running_mail


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServers]:
    with running_mail(tmp_path_factory.mktemp("mail")) as running:
        yield running


@pytest.fixture
def forms(servers: MailServers) -> Account:
    """A mailbox that is this test's alone."""
    return servers.add_account()


@pytest.fixture
def secured(servers: MailServers) -> Iterator[smtplib.SMTP]:
    """A connection after STARTTLS that nobody logged in on."""
    with servers.smtp_connection() as client:
        client.starttls(context=servers.tls)
        client.ehlo()
        yield client
