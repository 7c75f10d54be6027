"""`authorize --show-scopes`: every scope string, offline."""

import json
from urllib.parse import parse_qs, urlsplit

from tests.e2e.workplace import OWNER, Visit


def test_it_needs_neither_a_registration_nor_anybody_to_ask(work, levers):
    levers.forget_requests()

    ran = work.done("authorize", "--show-scopes")

    assert levers.control("GET", "/requests")["requests"] == []
    assert ran.out.splitlines()[0] == OWNER
    assert "  refresh  https://outlook.office.com/IMAP.AccessAsUser.All https://" in ran.out
    assert "  graph    https://graph.microsoft.com/Mail.Read https://graph." in ran.out
    assert "consent (allPrincipals)\n  on Microsoft Graph  IMAP.AccessAsUser.All Mail" in ran.out


def test_programs_get_the_strings_as_they_are_sent(work):
    work.applied()
    shown = json.loads(work.done("authorize", "--show-scopes", "--output", "json").out)

    link = next(
        line
        for line in work.done("authorize", visit=Visit()).err.splitlines()
        if "/oauth2/v2.0/authorize?" in line
    )

    (one,) = shown["mailboxes"]
    assert one["mailbox"] == OWNER
    assert [one["signIn"]] == parse_qs(urlsplit(link).query)["scope"]
    assert one["graphRefusal"] is None
    assert shown["consent"]["type"] == "allPrincipals"


def test_it_is_not_mixed_with_signing_in(work):
    ran = work.run("authorize", "--show-scopes", "--device")

    assert ran.code == 64
    assert "--show-scopes and --device: the one shows what would be asked for" in ran.err
