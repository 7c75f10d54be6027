"""What doctor says of the administrator: who it is, what they may do, and what they lack."""

from dataclasses import replace
from typing import Any

from provision.manifest.load import read_manifest
from provision.plan.custody import Custody
from provision.plan.findings import Facts, Finding, administrator_findings
from provision.plan.planner import make_plan
from provision.tenant.caller import Caller
from tests.fakes.callers import ALL_RIGHTS, GLOBAL_ADMINISTRATOR, application, person, unknown
from tests.unit.plan.tenants import NOW, snapshot

MANIFEST = "tenant: contoso.com\napplication: {uniqueName: aem-mail}\n"


def told_of(
    caller: Caller, tenant: dict[str, Any] | None = None, text: str = MANIFEST
) -> list[Finding]:
    """Return what is said of a caller, where the tenant could not be read unless one is given."""
    manifest = read_manifest(text, "m")
    read = None if tenant is None else snapshot(tenant)
    plan = None if read is None else make_plan(manifest, read, Custody(frozenset(), ()), NOW)
    return list(administrator_findings(Facts(manifest, caller, read, plan, NOW)))


def test_an_administrators_tenant_name_and_rights_come_first() -> None:
    caller = replace(application("Policy.Read.All", "Mail.Send"), credential="az login")
    assert told_of(caller)[:3] == [
        Finding("good", "tenant t (in the manifest: contoso.com)"),
        Finding("good", "signed in: application runner client-0, as az login"),
        Finding("good", "permissions: Mail.Send Policy.Read.All"),
    ]


def test_a_person_has_scopes_and_directory_roles() -> None:
    caller = person("User.Read", roles=("role-of-our-own", GLOBAL_ADMINISTRATOR))
    assert told_of(caller)[1:4] == [
        Finding("good", "signed in: person ada@contoso.com, as itself"),
        Finding("good", "scopes: User.Read"),
        Finding("good", "directory roles: Global Administrator, role-of-our-own"),
    ]


def test_who_holds_nothing_is_told_so_and_has_no_line_for_roles() -> None:
    found = told_of(application())
    assert found[2:4] == [
        Finding("good", "permissions: none"),
        Finding(
            "warning",
            "may not read applications and service principals",
            "grant Application.Read.All",
        ),
    ]


def test_of_a_token_that_shows_nothing_no_right_is_judged() -> None:
    assert told_of(unknown())[2:] == [Finding("unknown", "the token does not show what it allows")]


def test_every_right_that_is_held_is_good_and_named_once() -> None:
    texts = [f.text for f in told_of(application(*ALL_RIGHTS))[3:]]
    assert texts == [
        "may read applications and service principals",
        "may read consent",
        "may read the tenant's policies",
        "may create an application",
        "may change an application and its secrets",
        "may create a service principal",
        "may grant consent",
        "may restore or purge what was deleted",
        "may delete an application",
    ]


def test_looking_users_up_matters_to_a_manifest_that_names_them() -> None:
    text = f"{MANIFEST}consent: mailboxes\nmailboxes: [{{address: a@contoso.com}}]\n"
    texts = [f.text for f in told_of(application(*ALL_RIGHTS), text=text)]
    assert "may look users up (with `consent: mailboxes`)" in texts


def test_a_missing_right_is_bad_where_the_plan_needs_it_and_a_warning_elsewhere() -> None:
    caller = application("Application.Read.All", "Directory.Read.All")
    by_text = {f.text: f for f in told_of(caller, {"application": {}, "grants": []})}
    assert by_text["may not grant consent"] == Finding(
        "bad", "may not grant consent", "grant DelegatedPermissionGrant.ReadWrite.All"
    )
    assert by_text["may not delete an application"] == Finding(
        "warning", "may not delete an application", "grant Application.ReadWrite.OwnedBy"
    )


def test_without_a_plan_no_missing_right_is_bad() -> None:
    assert "bad" not in {f.mark for f in told_of(application())}


def test_a_missing_right_that_only_shows_something_leaves_it_unknown() -> None:
    assert Finding(
        "unknown",
        "may not read the tenant's policies: whether a policy forbids or shortens secrets "
        "is unknown",
        "grant Policy.Read.All",
    ) in told_of(application("Application.ReadWrite.All"))


def test_a_person_is_told_the_scope_and_not_the_permission_that_is_missing() -> None:
    found = told_of(person("User.Read"))
    assert (
        Finding("warning", "may not create an application", "grant Application.ReadWrite.All")
        in found
    )


def test_a_right_that_the_token_does_not_show_names_the_roles_that_would_give_it() -> None:
    found = told_of(person("Directory.AccessAsUser.All"))
    assert (
        Finding(
            "unknown",
            "may grant consent? The token does not say",
            "where it is refused: Privileged Role Administrator or Cloud Application Administrator",
        )
        in found
    )


def test_a_right_that_no_role_gives_names_none() -> None:
    found = told_of(application(roles=("role-of-our-own",)))
    assert Finding("unknown", "may read consent? The token does not say") in found


def test_an_owner_may_change_what_it_owns() -> None:
    caller = application("Application.ReadWrite.OwnedBy")
    change = "change an application and its secrets"
    owned = told_of(caller, {"application": {}, "owners": ["sp-0"]})
    foreign = told_of(caller, {"application": {}, "owners": ["sp-9"]})
    assert Finding("good", f"may {change}") in owned
    assert f"may not {change}" in [f.text for f in foreign]


def test_what_is_held_without_need_is_named_last() -> None:
    found = told_of(application(*ALL_RIGHTS, "Mail.Send", "Group.Read.All"))
    assert found[-1] == Finding(
        "warning",
        "holds what no command needs: Group.Read.All Mail.Send",
        "take these permissions from the application",
    )
