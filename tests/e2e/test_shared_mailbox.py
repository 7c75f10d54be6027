"""A shared mailbox: its delegate signs in; IMAP and POP know the mailbox, SMTP the delegate."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.e2e.workplace import OWNER, Visit

DELEGATE = "alex@contoso.com"
SHARED = "shared@contoso.com"


@pytest.fixture
def shared(work):
    work.write_manifest(
        mailboxes=f"[{{address: {SHARED}, signInAs: {DELEGATE}, protocols: [imap, pop, smtp]}}]"
    )
    return work.applied()


@pytest.fixture
def signed_in(shared):
    shared.done("authorize", visit=Visit(user=DELEGATE))
    return shared


def users(ran) -> dict[str, str]:
    """Return the user name that each protocol was logged in with."""
    (verified,) = json.loads(ran.out)["verified"]
    return {one["protocol"]: one["user"] for one in verified["protocols"]}


def test_the_sign_in_page_is_told_the_delegate(shared):
    ran = shared.done("authorize", "--output", "json", visit=Visit(user=DELEGATE))

    link = next(line for line in ran.err.splitlines() if "/oauth2/v2.0/authorize?" in line)
    (one,) = json.loads(ran.out)["authorized"]
    assert parse_qs(urlsplit(link).query)["login_hint"] == [DELEGATE]
    assert (one["mailbox"], one["signInAs"]) == (SHARED, DELEGATE)


def test_the_delegate_may_type_a_code_or_get_a_link(shared):
    (link,) = json.loads(shared.done("authorize", "--link", "--output", "json").out)["links"]
    ran = shared.done("authorize", "--device", visit=Visit(user=DELEGATE))

    assert (link["mailbox"], link["signInAs"]) == (SHARED, DELEGATE)
    assert ran.out == f"{SHARED}: signed in, refresh token held\n"
    assert f"and sign in as {DELEGATE}:" in ran.err


def test_anybody_but_the_delegate_is_refused(shared):
    ran = shared.run("authorize", visit=Visit(user=OWNER))

    assert ran.code == 4
    assert f"{OWNER} signed in, but {DELEGATE} was wanted" in ran.err


def test_each_protocol_is_told_the_name_that_it_wants(signed_in):
    ran = signed_in.done("verify", "--output", "json")

    assert users(ran) == {"imap": SHARED, "pop": SHARED, "smtp": DELEGATE}


def test_mail_is_sent_as_the_mailbox_and_found_in_it(signed_in, levers):
    before = len(levers.inbox(SHARED))

    signed_in.done("verify", "--send")

    assert len(levers.inbox(SHARED)) > before


def test_the_token_is_the_delegates_and_known_by_the_mailbox(signed_in):
    assert signed_in.run("token", "--mailbox", SHARED, shows_secrets=True).code == 0
    assert signed_in.run("token", "--mailbox", DELEGATE).code == 4


def test_a_delegate_who_may_not_open_it_is_told_which_right_is_missing(signed_in, levers):
    levers.mailbox(SHARED, fullAccess=[])

    ran = signed_in.run("verify")

    assert ran.code == 3
    assert f"✗ imap             {SHARED}:" in ran.out
    assert f"✗ pop              {SHARED}:" in ran.out
    assert f"✓ smtp             {DELEGATE}:" in ran.out
    assert f"→ Add-MailboxPermission -Identity {SHARED} -User {DELEGATE}" in ran.out


def test_a_delegate_who_may_not_send_as_it_is_told_when_something_is_sent(signed_in, levers):
    levers.mailbox(SHARED, sendAs=[])

    assert signed_in.done("verify").code == 0
    ran = signed_in.run("verify", "--send")

    assert ran.code == 3
    assert f"→ Add-RecipientPermission -Identity {SHARED} -Trustee {DELEGATE}" in ran.out
