"""`verify --as-aem`: what AEM would do, and which of its fields would fail."""

import json
from typing import Any

import pytest

from provision import wiring
from provision.stages.vault_keys import mailbox_key
from provision.vault.port import RefreshToken
from tests.e2e.workplace import OWNER, Ran, Visit, Workplace

PERSON = "forms.person@outlook.com"


@pytest.fixture
def at_common(work: Workplace) -> Workplace:
    """A mailbox that signed in as AEM's do."""
    boxes = f"[{{address: {OWNER}, authority: common, protocols: [imap, smtp]}}]"
    work.write_manifest(mailboxes=boxes)
    return work.signed_in()


def replayed(ran: Ran) -> dict[str, Any]:
    (verified,) = json.loads(ran.out)["verified"]
    return dict(verified["asAem"])


def refreshes(found: dict[str, Any]) -> dict[str, bool]:
    return {v["value"]: v["works"] for v in found["values"] if v["value"].startswith("/")}


def held(work: Workplace) -> RefreshToken:
    place = wiring.Place(work.file("provision.yaml"))
    with work.settings(), wiring.open_session(place, lambda _event: None) as session:
        token = session.services.vault.refresh_token(mailbox_key(session.registration(), OWNER))
    assert token is not None
    return token


def test_a_mailbox_of_common_has_no_field_that_would_fail(at_common):
    ran = at_common.done("verify", "--as-aem")

    assert "as AEM would, with the authority common" in ran.out
    assert "✓ Refresh Token " in ran.out
    assert "✓ SMTP Transport Security " in ran.out
    assert "- SMTP Transport Security            SSL on port " in ran.out
    assert "✓ Receive Transport Security " in ran.out
    assert "Basic authentication is disabled" in ran.out
    assert ran.out.endswith("no field would fail as handed off\n")


def test_every_way_of_refreshing_is_tried_and_told(at_common):
    found = replayed(at_common.done("verify", "--as-aem", "--output", "json"))

    assert found["authority"] == "common"
    assert found["ok"] is True
    assert refreshes(found) == {
        "/common, scope sent": True,
        "/common, scope not sent": True,
        "/tenant, scope sent": False,
        "/tenant, scope not sent": False,
    }
    assert found["failsIf"] == []


def test_a_mailbox_of_the_tenant_is_told_what_happens_at_common(signed_in_at_tenant):
    ran = signed_in_at_tenant.done("verify", "--as-aem")

    assert "AADSTS7000012" in ran.out
    assert "! Refresh Token fails if AEM asks at /common, scope sent" in ran.out
    assert "- Inbox Protocol                     POP3 " in ran.out


@pytest.fixture
def signed_in_at_tenant(work: Workplace) -> Workplace:
    return work.signed_in()


def test_a_personal_account_is_told_that_aem_must_send_a_scope(work):
    boxes = f"[{{address: {PERSON}, authority: common, protocols: [imap, smtp]}}]"
    work.write_manifest(mailboxes=boxes)
    work.applied()
    work.done("authorize", visit=Visit(user=PERSON))

    found = replayed(work.done("verify", "--as-aem", "--output", "json"))

    assert found["ok"] is True
    assert found["failsIf"] == ["/common, scope not sent"]


def test_a_switch_that_keeps_aem_out_is_told_by_the_field(at_common, levers):
    levers.switch(smtpAuthDisabled=True)

    ran = at_common.run("verify", "--as-aem", "--output", "json")

    assert ran.code == 3
    assert replayed(ran)["failingFields"] == ["SMTP User"]


def test_a_mailbox_that_receives_by_pop_alone_cannot_serve_an_endpoint(work):
    work.write_manifest(mailboxes=f"[{{address: {OWNER}, protocols: [pop, smtp]}}]")
    work.signed_in()

    ran = work.run("verify", "--as-aem")

    assert ran.code == 3
    assert "✓ pop " in ran.out
    assert "→ Inbox Protocol (E-mail endpoint)" in ran.out


def test_the_token_that_is_held_stays_the_newest_and_good(at_common):
    at_common.done("verify", "--as-aem")
    after_renewal = held(at_common)
    at_common.done("verify", "--as-aem")
    after_another = held(at_common)

    assert after_another.generation == after_renewal.generation + 1
    assert after_another.last_used_at is not None
    assert after_another.suspect_reason is None
    at_common.done("refresh")


def test_a_refusal_of_a_way_does_not_make_the_token_suspect(signed_in_at_tenant):
    signed_in_at_tenant.done("verify", "--as-aem")

    token = held(signed_in_at_tenant)
    assert token.suspect_reason is None
    assert token.last_used_at is not None
