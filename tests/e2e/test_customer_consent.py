"""`authorize --admin TENANT`: a customer's tenant consents, by a link or through Graph."""

import json
import re

import pytest

from tests.e2e.workplace import Pasted, Visit

ADMIN = "admin@contoso.com"
CUSTOMER = "contoso.com"


@pytest.fixture
def registered(work):
    """An application that nobody has consented to."""
    work.write_manifest("consent: none\n")
    return work.applied()


def consented(work) -> list[tuple[str, set[str]]]:
    """Return for whom the application may do what."""
    client_id = work.levers.application(work.name)["appId"]
    grants = work.levers.grants(client_id)
    return [(g["consentType"], set(g["scope"].split())) for g in grants]


def test_an_administrator_consents_by_the_link(registered):
    ran = registered.done("authorize", "--admin", CUSTOMER, visit=Visit(user=ADMIN))

    tenant_id = registered.levers.ready.tenant_id
    told = f"tenant {CUSTOMER} ({tenant_id}): consented, by its administrator's link\n"
    assert ran.out == told
    assert "Open this link and sign in as an administrator of contoso.com:" in ran.err
    ((kind, scopes),) = consented(registered)
    assert kind == "AllPrincipals"
    assert {"IMAP.AccessAsUser.All", "SMTP.Send", "offline_access"} <= scopes


def test_the_answer_may_be_pasted(registered):
    visit = Visit(user=ADMIN)

    ran = registered.run(
        "authorize", "--admin", CUSTOMER, "--paste", visit=visit, stdin=Pasted(visit)
    )

    assert (ran.code, len(consented(registered))) == (0, 1)


def test_an_administrator_who_declines_is_reported(registered):
    visit = Visit(user=ADMIN, decide="cancel")

    ran = registered.run("authorize", "--admin", CUSTOMER, visit=visit)

    assert ran.code == 1
    assert "consent of tenant contoso.com: its administrator declined" in ran.err
    assert consented(registered) == []


def test_a_pasted_answer_of_another_tenant_is_refused(registered):
    visit = Visit(user=ADMIN)
    other = "99999999-2222-4333-8444-555555555555"
    stdin = Pasted(visit, lambda url: re.sub(r"tenant=[0-9a-f-]+", f"tenant={other}", url))

    ran = registered.run("authorize", "--admin", CUSTOMER, "--paste", visit=visit, stdin=stdin)

    assert ran.code == 1
    assert f"Entra says that tenant {other} consented" in ran.err


def test_a_tenant_that_does_not_exist_is_refused_before_any_link(registered):
    ran = registered.run("authorize", "--admin", "nobody.example")

    assert ran.code == 64
    assert "adminconsent" not in ran.err


def test_where_we_may_graph_is_told_directly(registered):
    ran = registered.done("authorize", "--admin", CUSTOMER, "--direct", "--yes", "--output", "json")

    told = json.loads(ran.out)
    assert told["direct"] is True
    assert told["tenantId"] == registered.levers.ready.tenant_id
    assert len(consented(registered)) == 1
    again = registered.done("authorize", "--admin", CUSTOMER, "--direct")
    assert "granted before, nothing changed" in again.out


def test_a_direct_grant_is_asked_for(registered):
    ran = registered.run("authorize", "--admin", CUSTOMER, "--direct")

    assert ran.code == 64
    assert "add --yes" in ran.err
    assert consented(registered) == []


def test_whoever_may_not_grant_there_is_told_of_the_link(registered):
    registered.levers.administrator_may("Application.Read.All")

    ran = registered.run("authorize", "--admin", CUSTOMER, "--direct", "--yes")

    assert ran.code == 1
    assert "provision authorize --admin contoso.com" in ran.err


def test_direct_needs_a_tenant(registered):
    ran = registered.run("authorize", "--direct")

    assert ran.code == 64
    assert "provision authorize --admin TENANT --direct" in ran.err
