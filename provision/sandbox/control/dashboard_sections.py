"""The dashboard's tables of what the tenant holds: applications, consent and mailboxes."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Final

from provision.sandbox.context import Context
from provision.sandbox.control.answers import camel
from provision.sandbox.control.dashboard_rows import Cell, Line, Section, coded, flag, named, plain
from provision.sandbox.directory import Account, Directory, JsonObject

_PLATFORMS: Final = ("web", "spa", "publicClient")


def directory_sections(context: Context) -> list[Section]:
    """Return what the directory holds, most important first."""
    directory = context.directory
    return [
        Section(
            "applications",
            "Applications",
            ("Application", "Audience", "Redirect URIs", "Secrets", "Permissions asked for"),
            [_application(context, item) for item in reversed(directory.applications.values())],
            "There is none.",
        ),
        Section(
            "grants",
            "Consent",
            ("Client", "Resource", "For", "Scopes"),
            [_grant(directory, grant) for grant in directory.grants.values()],
            "Nobody has consented to anything.",
        ),
        Section(
            "mailboxes",
            "Mailboxes and accounts",
            ("Account", "Kind", "IMAP", "POP", "SMTP", "Delegates", "Messages"),
            [_account(context, account) for account in directory.accounts.values()],
            "There is none.",
        ),
    ]


def rest_sections(context: Context) -> list[Section]:
    """Return what is rarely looked for."""
    directory = context.directory
    switches = asdict(directory.switches).items()
    return [
        Section(
            "principals",
            "Service principals",
            ("Service principal", "Enabled", "Roles and scopes it offers"),
            [_principal(item) for item in reversed(directory.service_principals.values())],
            "There is none.",
        ),
        Section(
            "switches",
            "Switches",
            ("Switch", "Now"),
            [[coded([camel(name)]), flag(value)] for name, value in switches],
            "There is none.",
        ),
    ]


def client_name(directory: Directory, client_id: str) -> Cell:
    """Return a cell that names a client."""
    applications = directory.applications.values()
    found = next((a["displayName"] for a in applications if a["appId"] == client_id), None)
    return named(found or "an application that is gone", client_id)


def _application(context: Context, item: JsonObject) -> list[Cell]:
    redirects = [
        Line(f"{platform}: {uri}", "code")
        for platform in _PLATFORMS
        for uri in (item.get(platform) or {}).get("redirectUris") or ()
    ]
    names = [text for text in (item.get("uniqueName"), item["appId"]) if text]
    return [
        named(item["displayName"], *names),
        plain(item["signInAudience"] or "not set"),
        redirects or [Line("none", "quiet")],
        list(_secrets(context, item)) or [Line("none", "quiet")],
        coded(_permissions(context.directory, item)) or [Line("none", "quiet")],
    ]


def _secrets(context: Context, item: JsonObject) -> Iterator[Line]:
    now = f"{context.clock.now():%Y-%m-%dT%H:%M:%SZ}"
    for held in item["passwordCredentials"]:
        is_over = str(held["endDateTime"]) <= now
        yield Line(f"{held['displayName'] or 'unnamed'} ({held['hint'] or '???'}…)")
        yield Line(str(held["keyId"]), "code")
        until = str(held["endDateTime"])[:10]
        yield Line(f"expired {until}", "bad") if is_over else Line(f"until {until}", "quiet")
    for held in item.get("keyCredentials") or ():
        yield Line(f"certificate {held.get('displayName') or 'unnamed'}")
        yield Line(str(held.get("keyId")), "code")


def _permissions(directory: Directory, item: JsonObject) -> Iterator[str]:
    names = {
        offered["id"]: offered["value"]
        for principal in directory.service_principals.values()
        for offered in (*principal["oauth2PermissionScopes"], *principal["appRoles"])
    }
    for asked in item["requiredResourceAccess"]:
        for access in asked.get("resourceAccess") or ():
            yield str(names.get(access["id"]) or access["id"])


def _grant(directory: Directory, grant: JsonObject) -> list[Cell]:
    people = {account.object_id: name for name, account in directory.accounts.items()}
    who = "everybody" if grant["principalId"] is None else people.get(grant["principalId"])
    return [
        _principal_name(directory, grant["clientId"]),
        _principal_name(directory, grant["resourceId"]),
        plain(who or grant["principalId"]),
        coded((grant["scope"] or "").split()) or [Line("none", "quiet")],
    ]


def _principal_name(directory: Directory, object_id: str) -> Cell:
    principal = directory.service_principals.get(object_id)
    return named(principal["displayName"] if principal else "gone", object_id)


def _principal(item: JsonObject) -> list[Cell]:
    offers = len(item["oauth2PermissionScopes"]), len(item["appRoles"])
    return [
        named(item["displayName"], item["appId"], item["id"]),
        flag(item["accountEnabled"]),
        [Line(f"{offers[0]} scopes, {offers[1]} roles", "quiet")],
    ]


def _account(context: Context, account: Account) -> list[Cell]:
    kinds = {
        "personal": account.is_personal,
        "administrator": account.is_administrator,
        "cannot sign in": not account.is_enabled,
        "locked": account.is_locked,
        "password expired": account.password_expired,
    }
    mail = context.mail
    count = 0 if mail is None else len(mail.inbox(account.user_principal_name).messages)
    disabled = account.smtp_auth_disabled
    smtp = context.directory.switches.smtp_auth_disabled if disabled is None else disabled
    return [
        named(account.display_name, account.user_principal_name),
        plain(*[kind for kind, holds in kinds.items() if holds]) or [Line("work", "quiet")],
        flag(account.imap_enabled),
        flag(account.pop_enabled),
        flag(not smtp),
        coded(account.full_access) or [Line("none", "quiet")],
        plain(str(count)),
    ]
