"""Declared, granted and in-token scopes, side by side."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from provision.manifest.load import read_manifest
from provision.plan.custody import Custody, TokenScopes
from provision.plan.planner import Plan, make_plan
from tests.unit.plan.tenants import NOW, snapshot

MANIFEST = read_manifest(
    """
tenant: contoso.com
application: {uniqueName: aem-mail}
mailboxes: [{address: forms@contoso.com, protocols: [imap, smtp]}]
""",
    "m",
)
EXISTING: dict[str, Any] = {"application": {}}


def plan(raw: dict[str, Any], *tokens: TokenScopes) -> Plan:
    return make_plan(MANIFEST, snapshot(EXISTING | raw), Custody(tokens=tokens), NOW)


def token(*scopes: str) -> TokenScopes:
    return TokenScopes("forms@contoso.com", frozenset(scopes), NOW - timedelta(days=3))


def test_a_grant_is_compared_with_the_declaration_both_ways():
    (grant,) = plan({"grants": [{"scopes": "User.Read Files.Read openid"}]}).consent.grants

    assert grant.principal is None
    assert "SMTP.Send" in grant.missing
    assert grant.undeclared == {"Files.Read"}


def test_consent_of_one_user_is_told_by_name():
    raw = {
        "grants": [{"scopes": "User.Read", "principal": "u-1"}],
        "users": {"forms@contoso.com": "u-1"},
    }

    (grant,) = plan(raw).consent.grants

    assert grant.principal == "forms@contoso.com"


def test_a_grant_is_told_by_the_resource_that_people_know():
    raw = {
        "grants": [
            {"scopes": "User.Read", "principal": "a"},
            {"scopes": "SMTP.Send Files.Read", "principal": "b", "resource": "exchange"},
            {"scopes": "user_impersonation", "principal": "c", "resource": "vault-sp"},
        ],
        "exchange": True,
    }

    graph, exchange, other = plan(raw).consent.grants

    assert (graph.resource, graph.principal) == ("Microsoft Graph", "a")
    assert exchange.resource == "Exchange Online"
    assert exchange.missing == {"IMAP.AccessAsUser.All", "POP.AccessAsUser.All"}
    assert exchange.undeclared == {"Files.Read"}
    assert (other.resource, other.declared) == ("vault-sp", frozenset())


def test_a_mailbox_is_recognised_whatever_its_case():
    shouted = replace(token("IMAP.AccessAsUser.All"), address="FORMS@contoso.com")

    (told,) = plan({}, shouted).consent.tokens

    assert told.address == "FORMS@contoso.com"
    assert told.missing == {"SMTP.Send"}


def test_the_token_of_a_mailbox_that_is_not_in_the_manifest_is_not_told():
    assert plan({}, replace(token("SMTP.Send"), address="a@contoso.com")).consent.tokens == ()


def test_a_token_that_lacks_what_a_protocol_needs_is_told_with_what_to_type():
    found = plan({}, token("IMAP.AccessAsUser.All"))

    assert found.consent.tokens[0].missing == {"SMTP.Send"}
    assert any(
        "the token of forms@contoso.com (of 2026-11-20) lacks SMTP.Send" in notice.text
        for notice in found.notices
    )


def test_a_token_with_all_that_is_needed_is_no_remark():
    found = plan({}, token("IMAP.AccessAsUser.All", "SMTP.Send"))

    assert found.consent.tokens[0].missing == frozenset()
    assert not any("lacks" in notice.text for notice in found.notices)


def test_a_token_for_graph_says_nothing_about_mail():
    assert plan({}, token("User.Read")).consent.tokens == ()
