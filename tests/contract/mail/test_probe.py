"""Logins on the sandbox: who is let in, and what the others are told."""

import pytest

from provision.cloud import BUILT_IN
from provision.errors import UsageError
from provision.mail.login_probe import probe
from provision.mail.sasl import Login, login_for
from provision.mail.tls import tls_context
from provision.mail.verdict import Verdict
from provision.secret import Secret
from provision.tenant.mailbox import PROTOCOLS, Mailbox, Protocol
from tests.contract.mail.harness import FORMS, PERSON, SHARED, People


def tried(people: People, mailbox: Mailbox, protocol: Protocol) -> Verdict:
    return probe(people.cloud, people.context, login_for(mailbox, protocol, people.token(mailbox)))


@pytest.mark.parametrize("mailbox", [FORMS, SHARED, PERSON], ids=["own", "shared", "personal"])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_signed_in_mailbox_is_let_in(people, mailbox, protocol):
    verdict = tried(people, mailbox, protocol)
    assert verdict.outcome == "ok", verdict
    assert verdict.proved


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_graph_token_is_refused(people, protocol):
    login = login_for(FORMS, protocol, people.graph_token())
    verdict = probe(people.cloud, people.context, login)
    assert verdict.outcome == "refused"
    assert verdict.advice is not None
    assert login.token.reveal() not in repr(verdict)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_token_that_is_none_is_refused_and_not_repeated(people, protocol):
    verdict = probe(people.cloud, people.context, login_for(FORMS, protocol, Secret("x" * 2000)))
    assert verdict.outcome == "refused"
    assert "xxxx" not in repr(verdict)


def test_imap_ok_for_somebody_elses_mailbox_is_seen_through(people):
    login = Login("imap", "admin@contoso.com", "admin@contoso.com", people.token(FORMS))
    verdict = probe(people.cloud, people.context, login)
    assert verdict.outcome == "no_access"
    assert verdict.said == ("User is authenticated but not connected.",)


def test_smtp_refuses_the_shared_address_as_user(people):
    login = Login("smtp", SHARED.address, SHARED.address, people.token(SHARED))
    assert probe(people.cloud, people.context, login).outcome == "refused"


@pytest.mark.parametrize(("protocol", "switch"), [("imap", "imapEnabled"), ("pop", "popEnabled")])
def test_a_protocol_that_is_off_is_refused(people, protocol, switch):
    people.change(FORMS, **{switch: False})
    try:
        verdict = tried(people, FORMS, protocol)
    finally:
        people.change(FORMS, **{switch: True})
    assert verdict.outcome == "refused"


def test_smtp_auth_that_is_off_names_the_command_that_mends_it(people):
    people.change(FORMS, smtpAuthDisabled=True)
    try:
        verdict = tried(people, FORMS, "smtp")
    finally:
        people.change(FORMS, smtpAuthDisabled=None)
    assert verdict.outcome == "refused"
    assert "5.7.139" in verdict.said[0]
    assert verdict.advice is not None
    assert "Set-CASMailbox" in verdict.advice.command


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_unknown_authority_gets_no_token(people, protocol):
    verdict = probe(
        people.cloud, tls_context(None), login_for(FORMS, protocol, people.token(FORMS))
    )
    assert verdict.outcome == "no_tls"
    assert verdict.said[0].startswith("certificate verify failed")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_cloud_for_registration_only_has_no_mail_hosts(people, protocol):
    with pytest.raises(UsageError, match="host is known"):
        probe(BUILT_IN["usgov-dod"], people.context, login_for(FORMS, protocol, Secret("x")))
