"""Graph for signed-in people: a scope, and for some calls a role besides."""

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random

import pytest

from provision.clock import ManualClock
from provision.sandbox.context import Context, SandboxClock
from provision.sandbox.faults.decisions import Faults
from provision.sandbox.graph.access import authenticate
from provision.sandbox.graph.call import Answer, Call, split_path
from provision.sandbox.graph.dispatch import dispatch
from provision.sandbox.graph.refusals import GraphRefusal
from provision.sandbox.seed import make_directory
from provision.sandbox.tokens import Tokens
from tests.signing import shared_key

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORIGIN = "https://localhost:1"
GRAPH = "https://graph.microsoft.com"
Ask = Callable[..., Answer]


@pytest.fixture(scope="module")
def context() -> Context:
    clock = SandboxClock(ManualClock(NOW))
    directory = make_directory("contoso.onmicrosoft.com", NOW, Random(1))
    faults = Faults((), 1, NOW.timestamp())
    return Context(directory, clock, Tokens(directory, clock, ORIGIN, shared_key()), faults, ORIGIN)


@pytest.fixture
def ask(context: Context) -> Ask:
    """Send one request as a person whose token has these scopes."""

    def asked(
        name: str, scopes: str, method: str, path: str, body: dict[str, object] | None = None
    ) -> Answer:
        account = context.directory.accounts[name]
        token = context.tokens.mint_for_user(account, "client", GRAPH, frozenset(scopes.split()))
        claims = authenticate(context, f"Bearer {token}")
        return dispatch(context, Call(method, split_path(path), {}, {}, claims, body))

    return asked


def test_me_is_who_signed_in(ask: Ask) -> None:
    body = ask("forms@contoso.com", "User.Read", "GET", "me").body

    assert body is not None
    assert body["userPrincipalName"] == "forms@contoso.com"


def test_a_personal_account_is_somebody_too(ask: Ask) -> None:
    body = ask("forms.person@outlook.com", "User.Read", "GET", "me").body

    assert body is not None
    assert body["mail"] == "forms.person@outlook.com"


def test_a_personal_account_sees_no_organization(ask: Ask) -> None:
    with pytest.raises(GraphRefusal) as refused:
        ask("forms.person@outlook.com", "User.Read", "GET", "organization")
    assert refused.value.status == 403


def test_a_mail_scope_does_not_read_the_profile(ask: Ask) -> None:
    with pytest.raises(GraphRefusal) as refused:
        ask("forms@contoso.com", "Mail.Read", "GET", "me")
    assert refused.value.code == "Authorization_RequestDenied"


def test_a_member_changes_only_what_it_registered(ask: Ask) -> None:
    scope = "Application.ReadWrite.All"
    made = ask("forms@contoso.com", scope, "POST", "applications", {"displayName": "mine"}).body
    assert made is not None
    path = f"applications/{made['id']}"

    assert ask("forms@contoso.com", scope, "PATCH", path, {"notes": "own"}).status == 204
    assert ask("admin@contoso.com", scope, "PATCH", path, {"notes": "admin"}).status == 204
    with pytest.raises(GraphRefusal, match="Insufficient privileges"):
        ask("alex@contoso.com", scope, "PATCH", path, {"notes": "foreign"})


def owner_ids(context: Context, made: Answer) -> list[str]:
    """Return who owns what was just made."""
    assert made.body is not None
    directory, object_id = context.directory, made.body["id"]
    stored = directory.applications.get(object_id) or directory.service_principals[object_id]
    return list(stored["_owners"])


def test_whoever_registers_an_application_owns_it(ask: Ask, context: Context) -> None:
    scope = "Application.ReadWrite.All"
    made = ask("admin@contoso.com", scope, "POST", "applications", {"displayName": "whose"})

    assert owner_ids(context, made) == [context.directory.accounts["admin@contoso.com"].object_id]


def test_my_own_applications_are_listed(ask: Ask) -> None:
    made = ask(
        "alex@contoso.com", "AppRegistration.Create", "POST", "applications", {"displayName": "my"}
    ).body
    body = ask("alex@contoso.com", "User.Read", "GET", "me/ownedObjects").body

    assert made is not None
    assert body is not None
    assert made["id"] in [item["id"] for item in body["value"]]


def test_a_member_owns_the_principal_it_makes_and_an_administrator_does_not(
    ask: Ask, context: Context
) -> None:
    scope, body = "Application.ReadWrite.All", {"displayName": "principal"}
    one = ask("forms@contoso.com", scope, "POST", "applications", body).body
    two = ask("forms@contoso.com", scope, "POST", "applications", body).body
    assert one is not None
    assert two is not None
    create = ("POST", "servicePrincipals")

    own = ask("forms@contoso.com", scope, *create, {"appId": one["appId"]})
    other = ask("admin@contoso.com", scope, *create, {"appId": two["appId"]})
    assert owner_ids(context, own) == [context.directory.accounts["forms@contoso.com"].object_id]
    assert owner_ids(context, other) == []


def test_a_member_makes_no_principal_of_somebody_elses_application(ask: Ask) -> None:
    scope = "Application.ReadWrite.All"
    made = ask("forms@contoso.com", scope, "POST", "applications", {"displayName": "foreign"}).body
    assert made is not None

    with pytest.raises(GraphRefusal, match="Insufficient privileges"):
        ask("alex@contoso.com", scope, "POST", "servicePrincipals", {"appId": made["appId"]})


def test_members_register_unless_that_is_switched_off(ask: Ask, context: Context) -> None:
    scope, body = "AppRegistration.Create", {"displayName": "switched"}
    context.directory.switches.users_may_register = False

    with pytest.raises(GraphRefusal, match="Insufficient privileges"):
        ask("alex@contoso.com", scope, "POST", "applications", body)
    assert ask("admin@contoso.com", scope, "POST", "applications", body).status == 201
    context.directory.switches.users_may_register = True
    assert ask("alex@contoso.com", scope, "POST", "applications", body).status == 201


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("POST", "users", "User.ReadWrite.All"),
        (
            "PATCH",
            "policies/defaultAppManagementPolicy",
            "Policy.ReadWrite.ApplicationConfiguration",
        ),
        ("POST", "directory/deletedItems/1/restore", "Application.ReadWrite.All"),
        ("POST", "servicePrincipals/1/appRoleAssignments", "AppRoleAssignment.ReadWrite.All"),
    ],
)
def test_a_member_lacks_the_role_for_what_concerns_everybody(
    ask: Ask, method: str, path: str, scope: str
) -> None:
    with pytest.raises(GraphRefusal) as refused:
        ask("forms@contoso.com", scope, method, path, {})
    assert refused.value.status == 403


def test_a_personal_account_reads_the_applications_but_no_principal(ask: Ask) -> None:
    person, scope = "forms.person@outlook.com", "Application.Read.All"

    assert ask(person, scope, "GET", "applications").status == 200
    with pytest.raises(GraphRefusal) as refused:
        ask(person, scope, "GET", "servicePrincipals")
    assert refused.value.status == 403


def test_only_an_administrator_consents_for_all(ask: Ask) -> None:
    scope = "DelegatedPermissionGrant.ReadWrite.All"

    with pytest.raises(GraphRefusal) as refused:
        ask("forms@contoso.com", scope, "POST", "oauth2PermissionGrants", {})
    assert refused.value.status == 403


def test_a_token_for_outlook_does_not_open_graph(context: Context) -> None:
    account = context.directory.accounts["forms@contoso.com"]
    token = context.tokens.mint_for_user(
        account, "client", "https://outlook.office.com", frozenset({"User.Read"})
    )

    with pytest.raises(GraphRefusal, match="Invalid audience"):
        authenticate(context, f"Bearer {token}")
