"""AEM's three operations: out with one document, out with several, and back byte for byte."""

import ssl
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from provision.clock import ManualClock
from provision.cloud import BUILT_IN, MailHost
from provision.errors import UsageError
from provision.mail.delivery import Delivery, Operation, Post, deliver
from provision.mail.outgoing import LARGE
from provision.secret import Secret
from provision.tenant.mailbox import Mailbox, Protocol
from tests.contract.mail.dialogues import (
    CAPABILITY,
    HELLO_IMAP,
    LOGOUT,
)
from tests.contract.mail.harness import FORMS, PERSON, SHARED, People
from tests.contract.mail.scripted import Step, certificate, certificate_pem, server

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SENT = [("Send with Document", "smtp", "ok"), ("Send with Map of Attachments", "smtp", "ok")]


def told(delivery: Delivery) -> list[tuple[str, str, str]]:
    return [(o.name, o.verdict.protocol, o.verdict.outcome) for o in delivery.operations]


def received(delivery: Delivery) -> list[Operation]:
    return [o for o in delivery.operations if o.name == "Receive"]


@pytest.mark.parametrize("mailbox", [FORMS, SHARED, PERSON], ids=["own", "shared", "personal"])
def test_every_attachment_comes_back_byte_for_byte_over_imap_and_pop(people: People, mailbox):
    delivery = deliver(mailbox, dict.fromkeys(mailbox.protocols, people.token(mailbox)),
                       people.post())  # fmt: skip
    assert told(delivery) == [*SENT, ("Receive", "imap", "ok"), ("Receive", "pop", "ok")], delivery
    for operation in received(delivery):
        assert len(operation.arrivals) == 7
        for arrival in operation.arrivals:
            assert arrival.came == arrival.sent


def test_what_was_sent_stays(people: People):
    delivery = deliver(FORMS, dict.fromkeys(FORMS.protocols, people.token(FORMS)), people.post())
    ids = {one for o in delivery.operations for one in o.message_ids}
    assert len(ids) == 2
    assert ids <= {m["messageId"] for m in people.messages(FORMS)}


def test_the_map_has_more_than_a_megabyte_and_every_octet(people: People):
    token = people.token(FORMS)
    tokens: dict[Protocol, Secret] = {"smtp": token, "pop": token}
    delivery = deliver(FORMS, tokens, people.post())
    assert told(delivery) == [*SENT, ("Receive", "pop", "ok")]
    contents = {a.sent.name: a.sent.content for a in received(delivery)[0].arrivals}
    assert len(contents["large.bin"]) == LARGE > 1024 * 1024
    assert set(contents["all octets.bin"]) == set(range(256))
    assert contents["empty.dat"] == b""
    assert b"\n" in contents["unix lines.txt"].replace(b"\r\n", b"")


def test_smtp_alone_proves_only_that_the_messages_were_accepted(people: People):
    delivery = deliver(PERSON, {"smtp": people.token(PERSON)}, people.post())
    assert told(delivery) == SENT


def test_a_refused_message_is_neither_followed_nor_looked_for(people: People):
    other = Mailbox("admin@contoso.com", "forms@contoso.com", "tenant", ("imap", "smtp"))
    delivery = deliver(other, dict.fromkeys(other.protocols, people.token(FORMS)), people.post())
    assert told(delivery) == [("Send with Document", "smtp", "no_access")]
    assert delivery.verdicts[0].advice is not None


def test_sending_needs_smtp():
    cloud = BUILT_IN["global"]
    with pytest.raises(UsageError, match="smtp"):
        deliver(FORMS, {}, Post(cloud, certificate()[1], ManualClock(NOW)))


LET_IN: tuple[Step, ...] = (
    CAPABILITY,
    (b"{tag} AUTHENTICATE XOAUTH2\r\n", b"+ \r\n"),
    (b"", b"{tag} OK AUTHENTICATE completed.\r\n"),
    (b"{tag} EXAMINE", b"* 1 EXISTS\r\n{tag} OK done\r\n"),
)


def from_imap(people: People, *steps: Step) -> Operation:
    """Send by the sandbox's SMTP, and look for it at an IMAP server that follows a script."""
    trusting = ssl.create_default_context(cafile=str(people.cloud.ca_bundle))
    trusting.load_verify_locations(cadata=certificate_pem()[1])
    mailbox = replace(FORMS, protocols=("imap", "smtp"))
    tokens = dict.fromkeys(mailbox.protocols, people.token(FORMS))
    with server(*LET_IN, *steps, greeting=HELLO_IMAP) as (imap, _):
        assert isinstance(imap, MailHost)
        post = Post(replace(people.cloud, imap=imap), trusting, ManualClock(NOW), 0.1, 5.0)
        (operation,) = received(deliver(mailbox, tokens, post))
    return operation


def test_a_message_that_does_not_arrive_is_missing_and_may_still_come(people: People):
    nothing = (b"{tag} UID SEARCH", b"* SEARCH\r\n{tag} OK done\r\n")
    operation = from_imap(people, nothing, LOGOUT)
    assert operation.verdict.outcome == "missing"
    assert operation.arrivals == ()


def test_a_search_that_is_refused_is_a_verdict(people: People):
    operation = from_imap(people, (b"{tag} UID SEARCH", b"{tag} NO not today\r\n"), LOGOUT)
    assert operation.verdict.outcome == "no_access"
    assert operation.verdict.said == ("NO not today",)
