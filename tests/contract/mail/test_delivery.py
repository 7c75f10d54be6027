"""A message out and found again."""

from datetime import UTC, datetime

import pytest

from provision.clock import ManualClock
from provision.cloud import BUILT_IN, Cloud, MailHost
from provision.errors import UsageError
from provision.mail.delivery import Delivery, Post, deliver
from provision.mail.probe_message import compose
from provision.secret import Secret
from provision.tenant.mailbox import Mailbox, Protocol
from tests.contract.mail.dialogues import (
    AUTH_SMTP,
    AUTHENTICATE,
    AUTHENTICATED,
    CAPABILITY,
    EHLO,
    HELLO_IMAP,
    HELLO_SMTP,
    LET_IN_SMTP,
    LOGOUT,
    QUIT_SMTP,
    TOKEN,
)
from tests.contract.mail.harness import FORMS, PERSON, SHARED, People
from tests.contract.mail.scripted import Step, certificate, server

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("mailbox", [FORMS, SHARED, PERSON], ids=["own", "shared", "personal"])
def test_a_message_is_found_by_imap_and_pop_and_stays(people: People, mailbox):
    tokens = dict.fromkeys(mailbox.protocols, people.token(mailbox))
    delivery = deliver(mailbox, tokens, people.post())
    assert [(v.protocol, v.outcome) for v in delivery.verdicts] == [
        ("smtp", "ok"),
        ("imap", "ok"),
        ("pop", "ok"),
    ], delivery
    assert delivery.message_id in [m["messageId"] for m in people.messages(mailbox)]


def test_pop_alone_finds_it(people: People):
    token = people.token(FORMS)
    tokens: dict[Protocol, Secret] = {"smtp": token, "pop": token}
    delivery = deliver(FORMS, tokens, people.post())
    assert [(v.protocol, v.outcome) for v in delivery.verdicts] == [("smtp", "ok"), ("pop", "ok")]


def test_smtp_alone_proves_only_that_the_message_was_accepted(people: People):
    delivery = deliver(PERSON, {"smtp": people.token(PERSON)}, people.post())
    assert [(v.protocol, v.outcome) for v in delivery.verdicts] == [("smtp", "ok")]


def test_a_refused_message_is_not_looked_for(people: People):
    other = Mailbox("admin@contoso.com", "forms@contoso.com", "tenant", ("imap", "smtp"))
    delivery = deliver(other, dict.fromkeys(other.protocols, people.token(FORMS)), people.post())
    (verdict,) = delivery.verdicts
    assert verdict.outcome == "no_access"
    assert verdict.advice is not None


def test_sending_needs_smtp():
    cloud = BUILT_IN["global"]
    with pytest.raises(UsageError, match="smtp"):
        deliver(FORMS, {}, Post(cloud, certificate()[1], ManualClock(NOW)))


def test_every_message_is_unlike_any_other():
    one, other = compose("a@b.com", NOW), compose("a@b.com", NOW)
    assert one.message_id != other.message_id
    assert one.is_in(one.content)
    assert not one.is_in(other.content)


SEND = (
    (b"mail", b"250 ok\r\n"),
    (b"rcpt", b"250 ok\r\n"),
    (b"data", b"354 go\r\n"),
    *[(b"", b"")] * 14,
    (b".", b"250 2.0.0 OK queued\r\n"),
)
ACCEPTS = (EHLO, AUTH_SMTP, LET_IN_SMTP, *SEND, QUIT_SMTP)
SELECTED = (b"{tag} EXAMINE", b"* 1 EXISTS\r\n{tag} OK done\r\n")
OPENED = (CAPABILITY, AUTHENTICATE, AUTHENTICATED, SELECTED)


def sent_to(imap: MailHost, smtp: MailHost) -> Cloud:
    origin = "https://localhost"
    return Cloud("test", origin, origin, origin, origin, None, imap, None, smtp, True)


def delivered(*imap_steps: Step) -> Delivery:
    mailbox = Mailbox("a@b.com", "a@b.com", "tenant", ("imap", "smtp"))
    tokens = dict.fromkeys(mailbox.protocols, Secret(TOKEN))
    with (
        server(*ACCEPTS, greeting=HELLO_SMTP) as (smtp, _),
        server(*OPENED, *imap_steps, greeting=HELLO_IMAP) as (imap, _),
    ):
        post = Post(sent_to(imap, smtp), certificate()[1], ManualClock(NOW), 0.1, 5.0)
        return deliver(mailbox, tokens, post)


def test_a_message_that_does_not_arrive_is_missing_and_may_still_come():
    nothing = (b"{tag} UID SEARCH", b"* SEARCH\r\n{tag} OK done\r\n")
    delivery = delivered(nothing, LOGOUT)
    assert [v.outcome for v in delivery.verdicts] == ["ok", "missing"]


def test_a_message_that_arrives_altered_is_no_success():
    found = (b"{tag} UID SEARCH", b"* SEARCH 7\r\n{tag} OK done\r\n")
    other = (
        b"{tag} UID FETCH 7",
        b"* 1 FETCH (UID 7 BODY[] {5}\r\nhello)\r\n{tag} OK done\r\n",
    )
    assert [v.outcome for v in delivered(found, other, LOGOUT).verdicts] == ["ok", "altered"]


def test_a_search_that_is_refused_is_a_verdict():
    no = (b"{tag} UID SEARCH", b"{tag} NO not today\r\n")
    delivery = delivered(no, LOGOUT)
    assert [v.outcome for v in delivery.verdicts] == ["ok", "no_access"]
    assert delivery.verdicts[1].said == ("NO not today",)
