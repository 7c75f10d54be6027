"""What the sandbox offers without a login, and what it answers to a password."""

import ssl
from base64 import b64encode
from dataclasses import replace

import pytest

from provision.mail.password_probe import try_password
from provision.mail.transport_probe import offered
from provision.tenant.mailbox import PROTOCOLS
from tests.contract.mail.dialogues import EHLO, HELLO_SMTP, QUIT_SMTP
from tests.contract.mail.harness import FORMS, People
from tests.contract.mail.scripted import Step, certificate, server
from tests.contract.mail.test_causes import switched


@pytest.mark.parametrize(
    ("protocol", "transport", "is_made", "said"),
    [
        ("imap", "implicit", True, "AUTH=XOAUTH2 is offered"),
        ("imap", "plain", False, "the server speaks TLS only"),
        ("imap", "starttls", False, ""),
        ("smtp", "starttls", True, "AUTH LOGIN XOAUTH2 is offered"),
        ("smtp", "plain", False, "AUTH XOAUTH2 is not offered"),
        ("smtp", "implicit", False, "TLS failed: "),
    ],
)
def test_oauth_is_offered_on_one_kind_of_connection_alone(
    people: People, protocol, transport, is_made, said
):
    host = {"imap": people.cloud.imap, "smtp": people.cloud.smtp}[protocol]
    assert host is not None
    offer = offered(protocol, transport, host, people.context, timeout=2.0)
    assert offer.is_made is is_made
    assert offer.said.startswith(said)
    assert offer.said


def test_a_certificate_that_nobody_knows_is_no_offer(people: People):
    assert people.cloud.imap is not None
    stranger = ssl.create_default_context()
    offer = offered("imap", "implicit", people.cloud.imap, stranger)
    assert not offer.is_made
    assert offer.said.startswith("certificate verify failed")


@pytest.mark.parametrize(
    ("protocol", "said"),
    [
        ("imap", "LOGIN failed. Basic authentication is disabled."),
        ("pop", "-ERR Authentication failure: unknown user name or bad password."),
        ("smtp", "535 5.7.139 Authentication unsuccessful, basic authentication is disabled."),
    ],
)
def test_a_password_gets_todays_answer(people: People, protocol, said):
    answer = try_password(people.cloud, people.context, protocol, FORMS.address)
    assert not answer.is_let_in
    assert answer.said.startswith(said)


def test_a_password_gets_the_answer_of_its_retirement(people: People):
    with switched(people, "basicSmtpRetired"):
        answer = try_password(people.cloud, people.context, "smtp", FORMS.address)
    assert answer.said.startswith("550 5.7.30 Basic authentication is not supported")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_no_password_is_the_same_twice_and_none_is_told(people: People, protocol):
    answers = [try_password(people.cloud, people.context, protocol, FORMS.address) for _ in "ab"]
    assert "Secret" not in repr(answers)


LOGIN: tuple[Step, ...] = (
    EHLO,
    (b"AUTH LOGIN\r\n", b"334 VXNlcm5hbWU6\r\n"),
    (b64encode(FORMS.address.encode()), b"334 UGFzc3dvcmQ6\r\n"),
)


@pytest.mark.parametrize(
    ("answer", "is_let_in"),
    [
        (b"535 5.7.139 Authentication unsuccessful, user credentials were incorrect\r\n", False),
        (b"235 2.7.0 Authentication successful\r\n", True),
    ],
)
def test_a_server_that_asks_for_a_password_gets_one_of_nobody(people: People, answer, is_let_in):

    with server(*LOGIN, (b"", answer), QUIT_SMTP, greeting=HELLO_SMTP) as (smtp, heard):
        cloud = replace(people.cloud, smtp=smtp)
        found = try_password(cloud, certificate()[1], "smtp", FORMS.address)
    assert found.is_let_in is is_let_in
    assert len(heard.lines[3].strip()) >= 40
    assert heard.lines[3].strip().decode() not in found.said
