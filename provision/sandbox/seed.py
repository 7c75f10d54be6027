"""A new tenant: its people, Microsoft's own service principals and an administrator's client."""

import json
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from importlib.resources import files
from random import Random
from typing import Final
from uuid import UUID

from provision.errors import UsageError
from provision.sandbox.directory import Account, Directory, JsonObject, StoredSecret
from provision.sandbox.graph.application_shape import new_application
from provision.sandbox.graph.service_principal_shape import new_service_principal

ADMINISTRATOR_ROLES: Final = (
    "Application.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.Read.All",
    "Organization.Read.All",
    "Policy.Read.All",
    "Policy.ReadWrite.ApplicationConfiguration",
    "User.Read.All",
    "User.ReadWrite.All",
)
ADMINISTRATOR_CLIENT: Final = "Tenant administrator"
_PERSONAL_DOMAINS: Final = frozenset({"outlook.com", "hotmail.com", "live.com", "msn.com"})
_YEAR = 365 * 86400.0
# Microsoft's own tenant, which owns its first-party applications.
# Observed 2024-08, Azure/azure-cli recordings of GET /servicePrincipals.
_MICROSOFT_TENANT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
_LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@cache
def resources() -> tuple[JsonObject, ...]:
    """Return Microsoft Graph and Exchange Online: their names, scopes and roles."""
    source = files("provision.sandbox") / "data" / "resources.json"
    return tuple(json.loads(source.read_text(encoding="utf-8"))["resources"])


def make_directory(
    domain: str, now: datetime, dice: Random, users: Iterable[str] = ()
) -> Directory:
    """Return a tenant that somebody has just begun to use.

    Args:
        domain: Initial domain, `contoso.onmicrosoft.com`.
        now: The sandbox's present; what is made here is a day older.
        dice: Source of ids and passwords; a seeded one makes the same tenant again.
        users: Addresses of more people; their domains become the tenant's, too.

    Raises:
        UsageError: One is no address.
    """
    directory = Directory(tenant_id=str(_uuid(dice)), domain=domain)
    people = _accounts(f"{domain.partition('.')[0]}.com", dice)
    for account in (*people, *(_person(address, dice) for address in users)):
        directory.accounts.setdefault(account.user_principal_name.lower(), account)
    for resource in resources():
        principal = _first_party(resource, now, dice)
        directory.service_principals[principal["id"]] = principal
    _add_administrator_client(directory, now, dice)
    return directory


def administrator_secret(directory: Directory) -> StoredSecret:
    """Return the secret of the administrator's client."""
    client_ids = {
        application["appId"]
        for application in directory.applications.values()
        if "_appRoles" in application
    }
    return next(s for s in directory.secrets.values() if s.client_id in client_ids)


def _accounts(verified_domain: str, dice: Random) -> list[Account]:
    def account(name: str, display_name: str, domain: str = verified_domain) -> Account:
        return Account(
            object_id=str(_uuid(dice)),
            user_principal_name=f"{name}@{domain}",
            password=_password(dice),
            display_name=display_name,
            given_name=display_name.partition(" ")[0],
            surname=display_name.partition(" ")[2],
        )

    admin = account("admin", "Ada Admin")
    admin.is_administrator = True
    shared = account("shared", "Shared mailbox")
    shared.is_enabled = False
    shared.full_access = [f"alex@{verified_domain}"]
    shared.send_as = [f"alex@{verified_domain}"]
    person = account("forms.person", "Forms Person", "outlook.com")
    person.is_personal = True
    return [
        admin,
        account("forms", "Forms mailbox"),
        account("alex", "Alex Wilber"),
        shared,
        person,
    ]


def _person(address: str, dice: Random) -> Account:
    name, _, domain = address.partition("@")
    if not (name and domain) or any(letter.isspace() or letter == "@" for letter in domain):
        raise UsageError(f"sandbox: --user {address!r} is no address", hint="NAME@DOMAIN")
    is_personal = domain.lower() in _PERSONAL_DOMAINS
    display_name = name.replace(".", " ").replace("_", " ").title()
    return Account(str(_uuid(dice)), address, _password(dice), display_name, is_personal)


def _first_party(resource: JsonObject, now: datetime, dice: Random) -> JsonObject:
    body: JsonObject = {"appId": resource["appId"], "displayName": resource["displayName"]}
    principal = new_service_principal(body, str(_uuid(dice)), _MICROSOFT_TENANT, now)
    principal["createdDateTime"] = None
    principal["_created_at"] = now.timestamp() - _YEAR
    principal["signInAudience"] = "AzureADMultipleOrgs"
    principal["servicePrincipalNames"] = list(resource["servicePrincipalNames"])
    principal["oauth2PermissionScopes"] = [_scope(scope) for scope in resource["scopes"]]
    principal["appRoles"] = [_role(role) for role in resource["roles"]]
    return principal


def _scope(scope: JsonObject) -> JsonObject:
    return {
        "adminConsentDescription": scope["text"],
        "adminConsentDisplayName": scope["name"],
        "id": scope["id"],
        "isEnabled": True,
        "type": scope["type"],
        "userConsentDescription": scope["text"],
        "userConsentDisplayName": scope["name"],
        "value": scope["value"],
    }


def _role(role: JsonObject) -> JsonObject:
    return {
        "allowedMemberTypes": ["Application"],
        "description": f"{role['name']}, with nobody signed in.",
        "displayName": role["name"],
        "id": role["id"],
        "isEnabled": True,
        "origin": "Application",
        "value": role["value"],
    }


def _add_administrator_client(directory: Directory, now: datetime, dice: Random) -> None:
    body: JsonObject = {"displayName": ADMINISTRATOR_CLIENT, "signInAudience": "AzureADMyOrg"}
    application = new_application(body, str(_uuid(dice)), str(_uuid(dice)), directory.domain, now)
    yesterday = now.timestamp() - 86400.0
    application["_created_at"] = yesterday
    application["_appRoles"] = list(ADMINISTRATOR_ROLES)
    principal = new_service_principal(application, str(_uuid(dice)), directory.tenant_id, now)
    principal["_created_at"] = yesterday
    directory.applications[application["id"]] = application
    directory.service_principals[principal["id"]] = principal
    key_id = str(_uuid(dice))
    directory.secrets[key_id] = StoredSecret(
        key_id=key_id,
        client_id=application["appId"],
        text=_password(dice, 40),
        end_at=now.timestamp() + _YEAR,
        created_at=yesterday,
    )


def _password(dice: Random, length: int = 16) -> str:
    return "".join(dice.choices(_LETTERS, k=length))


def _uuid(dice: Random) -> UUID:
    return UUID(int=dice.getrandbits(128), version=4)
