"""What Exchange's SMTP says where an administrator, a licence or a limit is in the way."""

import smtplib
from collections.abc import Callable, Iterator

import pytest

from provision.sandbox.directory import Account, Switches
from tests.contract.sandbox_mail.harness import MailServers

MESSAGE = "From: {0}\r\nTo: {0}\r\nSubject: hello\r\n\r\n"
UNSUCCESSFUL = "5.7.139 Authentication unsuccessful, "


@pytest.fixture
def turn(servers: MailServers) -> Iterator[Callable[[str], None]]:
    """Turn a switch of the tenant on, for one test."""
    directory = servers.context.directory
    yield lambda name: setattr(directory.switches, name, True)
    directory.switches = Switches()


DISABLED = (
    "SmtpClientAuthentication is disabled for the Tenant. "
    "Visit https://aka.ms/smtp_auth_disabled for more information."
)
LOCKED = (
    "user is locked by your organization's security defaults policy. Contact your administrator."
)
FULL = (
    b"5.2.2 mailbox full; "
    b"STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionQuotaExceeded"
)
CRITERIA = (
    "the request did not meet the criteria to be authenticated successfully. "
    "Contact your administrator."
)


@pytest.mark.parametrize(
    ("switch", "said"),
    [
        ("smtp_auth_disabled", DISABLED),
        ("security_defaults", LOCKED),
        ("smtp_auth_blocked_by_policy", CRITERIA),
    ],
)
def test_says_which_policy_refuses_the_login(
    servers: MailServers,
    forms: Account,
    secured: smtplib.SMTP,
    turn: Callable[[str], None],
    switch: str,
    said: str,
) -> None:
    turn(switch)
    code, text = secured.docmd("AUTH", f"XOAUTH2 {servers.encoded(forms)}")
    assert code == 535
    assert text.decode().startswith(f"{UNSUCCESSFUL}{said} [localhost 2026-03-01T12:00:00.000Z ")


@pytest.mark.parametrize(
    "switch", ["smtp_auth_disabled", "security_defaults", "smtp_auth_blocked_by_policy"]
)
def test_says_no_policy_where_refusals_are_bare(
    servers: MailServers,
    forms: Account,
    secured: smtplib.SMTP,
    turn: Callable[[str], None],
    switch: str,
) -> None:
    turn(switch)
    turn("smtp_refusals_are_bare")
    code, text = secured.docmd("AUTH", f"XOAUTH2 {servers.encoded(forms)}")
    assert code == 535
    assert text.decode().startswith("5.7.3 Authentication unsuccessful [localhost ")


@pytest.mark.parametrize("mechanism", ["LOGIN", "PLAIN"])
def test_refuses_a_password_with_todays_code(secured: smtplib.SMTP, mechanism: str) -> None:
    code, text = secured.docmd("AUTH", mechanism)
    assert code == 535
    assert text.startswith(f"{UNSUCCESSFUL}basic authentication is disabled.".encode())


def test_refuses_a_password_with_the_code_of_its_retirement(
    secured: smtplib.SMTP, turn: Callable[[str], None]
) -> None:
    turn("basic_smtp_retired")
    code, text = secured.docmd("AUTH", "LOGIN")
    assert code == 550
    said = b"5.7.30 Basic authentication is not supported for Client Submission."
    assert text.startswith(said)


def test_refuses_an_account_without_a_mailbox(servers: MailServers, secured: smtplib.SMTP) -> None:
    account = servers.add_account(has_mailbox=False)
    code, text = secured.docmd("AUTH", f"XOAUTH2 {servers.encoded(account)}")
    assert (code, text[:7]) == (535, b"5.7.3 A")


@pytest.mark.parametrize(
    ("fields", "code", "said"),
    [
        ({"sending_blocked": True}, 550, b"5.1.8 Access denied, bad outbound sender"),
        ({"mailbox_full": True}, 554, FULL),
        (
            {"recipients_per_day": 0},
            554,
            b"5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException",
        ),
    ],
)
def test_refuses_the_message_of_a_mailbox_that_may_not_send(
    servers: MailServers, fields: dict[str, object], code: int, said: bytes
) -> None:
    account = servers.add_account(**fields)
    name = account.user_principal_name
    with servers.smtp(account) as client, pytest.raises(smtplib.SMTPDataError) as refusal:
        client.sendmail(name, [name], MESSAGE.format(name))
    assert (refusal.value.smtp_code, refusal.value.smtp_error) == (code, said)


def test_refuses_every_message_of_a_tenant_over_its_threshold(
    servers: MailServers, forms: Account, turn: Callable[[str], None]
) -> None:
    turn("sending_over_threshold")
    name = forms.user_principal_name
    with servers.smtp(forms) as client, pytest.raises(smtplib.SMTPDataError) as refusal:
        client.sendmail(name, [name], MESSAGE.format(name))
    said = b"5.7.705 Access denied, tenant has exceeded threshold"
    assert (refusal.value.smtp_code, refusal.value.smtp_error) == (550, said)


def test_does_not_let_a_delegate_with_full_access_alone_send_as(
    servers: MailServers, forms: Account
) -> None:
    shared = servers.add_account(full_access=[forms.user_principal_name]).user_principal_name
    with servers.smtp(forms) as client, pytest.raises(smtplib.SMTPDataError) as refusal:
        client.sendmail(shared, [shared], MESSAGE.format(shared))
    assert (refusal.value.smtp_code, refusal.value.smtp_error[:7]) == (550, b"5.7.60 ")


def test_counts_a_days_recipients_over_all_connections(servers: MailServers) -> None:
    account = servers.add_account(recipients_per_day=1)
    name = account.user_principal_name
    with servers.smtp(account) as client:
        client.sendmail(name, [name], MESSAGE.format(name))
    with servers.smtp(account) as client, pytest.raises(smtplib.SMTPDataError) as refusal:
        client.sendmail(name, [name], MESSAGE.format(name))
    assert refusal.value.smtp_code == 554
