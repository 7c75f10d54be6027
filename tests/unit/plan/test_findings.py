"""What doctor says of policies and registration, with the mark and the next step of each."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from provision.errors import NotPermitted
from provision.manifest.load import read_manifest
from provision.plan.changes import CreateServicePrincipal
from provision.plan.custody import Custody
from provision.plan.findings import (
    Facts,
    Finding,
    failed,
    policy_findings,
    registration_findings,
)
from provision.plan.notices import Notice
from provision.plan.planner import Plan, make_plan
from provision.tenant.application import Password
from tests.fakes.callers import application
from tests.unit.plan.tenants import NOW, snapshot

MANIFEST = "tenant: contoso.com\napplication: {uniqueName: aem-mail}\n"
KNOWN: dict[str, Any] = {"application": {}, "policies": {"forAll": [], "own": []}}
ASK_FOR_POLICIES = "grant the administrator Policy.Read.All"


def facts(
    tenant: dict[str, Any] | None = None,
    text: str = MANIFEST,
    plan: Plan | None = None,
) -> Facts:
    """Return what was read of a tenant; None for one that could not be."""
    return Facts(
        manifest=read_manifest(text, "m"),
        caller=application(),
        snapshot=None if tenant is None else snapshot(tenant),
        plan=plan,
        now=NOW,
    )


def planned() -> Plan:
    return make_plan(read_manifest(MANIFEST, "m"), snapshot(KNOWN), Custody(frozenset(), ()), NOW)


def of_policies(told: Facts) -> list[Finding]:
    return list(policy_findings(told))


def of_registration(*notices: Notice, serving: Password | None = None) -> list[Finding]:
    """Return what is said of a registration that needs no change."""
    plan = replace(planned(), changes=(), notices=notices, serving=serving)
    return list(registration_findings(facts(KNOWN, plan=plan)))


def policies(text: str = MANIFEST, **said: Any) -> list[Finding]:
    return of_policies(facts({"application": {}, "policies": {"own": [], **said}}, text=text))


def test_an_error_is_something_bad_with_its_hint() -> None:
    error = NotPermitted("reading application aem-mail: Graph answered 403", hint="az login")
    assert failed(error) == Finding("bad", error.message, "az login")


def test_a_tenant_that_could_not_be_read_has_no_policies_to_tell() -> None:
    assert of_policies(facts()) == [Finding("unknown", "the tenant could not be read")]


def test_policies_that_could_not_be_read_are_unknown_and_say_what_to_grant() -> None:
    assert of_policies(facts({"application": {}})) == [
        Finding(
            "unknown",
            "whether a policy forbids or shortens client secrets is not known",
            ASK_FOR_POLICIES,
        ),
        Finding(
            "unknown", "whether users can consent by themselves is not known", ASK_FOR_POLICIES
        ),
        Finding(
            "unknown",
            "whether a serviceManagementReference is demanded shows only when Graph refuses",
            "then set application.serviceManagementReference",
        ),
    ]


def test_secrets_that_no_policy_shortens_are_good() -> None:
    assert policies()[0] == Finding(
        "good", "client secrets may live as long as the manifest wants: 180d"
    )


def test_a_default_life_that_the_policy_shortens_is_a_warning() -> None:
    found = policies(own=[{"kind": "passwordLifetime", "days": 30}])[0]
    assert (found.mark, found.then) == ("warning", "")
    assert found.text.endswith("the lifetime of 180d is shortened to 30d")


def test_a_written_life_that_the_policy_refuses_is_a_warning() -> None:
    text = "tenant: contoso.com\napplication: {uniqueName: a-b, secret: {lifetime: 90d}}\n"
    found = policies(text, own=[{"kind": "passwordLifetime", "days": 60}])[0]
    assert (found.mark, found.then) == ("warning", "")
    assert "60d" in found.text
    assert "refused" in found.text


def test_a_policy_against_secrets_is_a_warning() -> None:
    found = policies(own=[{"kind": "passwordAddition"}])[0]
    assert (found.mark, "forbids new client secrets" in found.text) == ("warning", True)


def test_without_a_client_secret_nothing_is_said_of_its_policy() -> None:
    text = "tenant: contoso.com\napplication: {uniqueName: aem-mail, secret: none}\n"
    assert not [f for f in policies(text) if "secret" in f.text]


@pytest.mark.parametrize(
    ("assigned", "consent", "found"),
    [
        (
            ["ManagePermissionGrantsForSelf.microsoft-user-default-legacy"],
            "none",
            Finding("good", "users can consent by themselves"),
        ),
        (
            [],
            "allPrincipals",
            Finding("good", "users cannot consent by themselves: apply does it for them"),
        ),
        (
            [],
            "none",
            Finding(
                "bad",
                "users cannot consent by themselves, and the manifest says consent: none",
                "set consent: allPrincipals in the manifest, then apply",
            ),
        ),
    ],
)
def test_says_what_the_users_of_the_tenant_may_consent_to(assigned, consent, found) -> None:
    text = f"{MANIFEST}consent: {consent}\n"
    assert policies(text, userConsent=assigned)[1] == found


def test_consent_is_not_told_twice_where_users_may_not() -> None:
    found = policies(f"{MANIFEST}consent: none\n", userConsent=[])
    assert len([f for f in found if "consent" in f.text]) == 1


def test_a_service_management_reference_is_told() -> None:
    text = (
        "tenant: contoso.com\n"
        "application: {uniqueName: aem-mail, serviceManagementReference: ticket-7}\n"
    )
    assert policies(text)[-1] == Finding("good", "serviceManagementReference: ticket-7")


def test_without_a_plan_the_registration_is_unknown() -> None:
    assert list(registration_findings(facts(KNOWN))) == [
        Finding("unknown", "application aem-mail: no plan could be made")
    ]


def test_a_registration_without_changes_is_as_wanted_with_the_secret_that_serves() -> None:
    serving = Password("key-1", "aem-mail", NOW, NOW + timedelta(days=90))
    assert of_registration(serving=serving) == [
        Finding("good", "application aem-mail is as the manifest wants it"),
        Finding("good", "client secret key-1 until 2027-02-21"),
    ]


def test_each_change_is_a_warning_that_apply_does() -> None:
    plan = replace(
        planned(), changes=(CreateServicePrincipal("aem-mail"),), notices=(), serving=None
    )
    (found,) = registration_findings(facts(KNOWN, plan=plan))
    assert (found.mark, found.then) == ("warning", "provision apply")
    assert found.text.startswith("to do: ")
    assert "service principal" in found.text


@pytest.mark.parametrize(
    ("notice", "found"),
    [
        (
            Notice("secret", "client secret k1 ends soon: rotation is due"),
            ("warning", "provision rotate"),
        ),
        (Notice("secret", "client secret k2 is held by nobody here"), ("warning", "")),
        (Notice("consent", "more is granted than declared"), ("warning", "")),
        (Notice("certificate", "it ends in nine days"), ("warning", "")),
        (
            Notice("service principal", "sign-ins are switched off"),
            ("bad", "enable it: az ad sp update --id CLIENT_ID --set accountEnabled=true"),
        ),
        (Notice("unknown", "Graph refused to show grants"), ("unknown", "")),
    ],
)
def test_a_notice_keeps_its_words_and_gets_a_mark(notice, found) -> None:
    assert of_registration(notice)[1:] == [Finding(found[0], notice.text, found[1])]


@pytest.mark.parametrize("kind", ["kept", "policy", "advice"])
def test_what_is_no_worry_of_the_registration_is_left_to_plan(kind) -> None:
    assert len(of_registration(Notice(kind, "something"))) == 1
