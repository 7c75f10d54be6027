"""`/me`, `/users`, `/organization` and the tenant's application policy: read only."""

from typing import Final

from provision.sandbox.context import Context
from provision.sandbox.directory import Account, Directory, JsonObject
from provision.sandbox.graph.application_rules import policy_id
from provision.sandbox.graph.call import Answer, Call
from provision.sandbox.graph.query import collection, entity
from provision.sandbox.graph.refusals import GraphRefusal, resource_not_found

_USER_FILTERABLE: Final = frozenset(
    {"id", "userPrincipalName", "mail", "displayName", "accountEnabled"}
)
# What a read without `$select` shows of a user.
# https://learn.microsoft.com/graph/api/user-get
_DEFAULT_MEMBERS: Final = (
    "businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone",
    "officeLocation", "preferredLanguage", "surname", "userPrincipalName", "id",
)  # fmt: skip


def read_me(context: Context, call: Call) -> Answer:
    """Answer `GET /me`."""
    name = call.claims.user_principal_name
    account = context.directory.accounts.get((name or "").lower())
    if account is None:
        raise GraphRefusal(
            400, "BadRequest", "/me request is only valid with delegated authentication flow."
        )
    return _user_answer(call, account)


def read_user(context: Context, call: Call) -> Answer:
    """Answer `GET /users/{id}`, by object id or user principal name."""
    wanted = call.key().value.lower()
    for account in _members(context.directory):
        if wanted in (account.object_id, account.user_principal_name.lower()):
            return _user_answer(call, account)
    raise resource_not_found(call.key().value)


def list_users(context: Context, call: Call) -> Answer:
    """Answer `GET /users`."""
    users = [_user(account) for account in _members(context.directory)]
    if "$select" not in call.query and "$filter" not in call.query:
        users = [{name: user[name] for name in _DEFAULT_MEMBERS} for user in users]
    return collection(context, call, users, "users", "user", filterable=_USER_FILTERABLE, units=2)


def read_organization(context: Context, call: Call) -> Answer:
    """Answer `GET /organization`."""
    items = [_organization(context.directory)]
    return collection(
        context, call, items, "organization", "organization", filterable=frozenset({"id"}), units=1
    )


def read_app_policy(context: Context, call: Call) -> Answer:
    """Answer `GET /policies/defaultAppManagementPolicy`."""
    policy = _app_policy(context.directory)
    return entity(call, policy, "policies/defaultAppManagementPolicy", "tenantAppManagementPolicy")


def _members(directory: Directory) -> list[Account]:
    return [account for account in directory.accounts.values() if not account.is_personal]


def _user_answer(call: Call, account: Account) -> Answer:
    user = _user(account)
    if "$select" not in call.query:
        user = {name: user[name] for name in _DEFAULT_MEMBERS}
    return entity(call, user, "users", "user")


def _user(account: Account) -> JsonObject:
    given, _, surname = account.display_name.partition(" ")
    return dict.fromkeys(_DEFAULT_MEMBERS) | {
        "businessPhones": [],
        "displayName": account.display_name,
        "givenName": given,
        "surname": surname or None,
        "mail": account.user_principal_name,
        "userPrincipalName": account.user_principal_name,
        "id": account.object_id,
        "accountEnabled": account.is_enabled,
        "userType": "Member",
    }


def _organization(directory: Directory) -> JsonObject:
    domains = sorted(
        {account.user_principal_name.partition("@")[2] for account in _members(directory)}
    )
    verified = [_domain(directory.domain, is_initial=True)]
    verified += [_domain(name) for name in domains if name != directory.domain]
    return {
        "id": directory.tenant_id,
        "deletedDateTime": None,
        "businessPhones": [],
        "city": None,
        "country": None,
        "countryLetterCode": "US",
        "displayName": directory.domain.partition(".")[0].capitalize(),
        "technicalNotificationMails": [],
        "tenantType": "AAD",
        "assignedPlans": [],
        "provisionedPlans": [],
        "verifiedDomains": verified,
    }


def _domain(name: str, *, is_initial: bool = False) -> JsonObject:
    return {
        "capabilities": "Email, OfficeCommunicationsOnline",
        "isDefault": not is_initial,
        "isInitial": is_initial,
        "name": name,
        "type": "Managed",
    }


def _app_policy(directory: Directory) -> JsonObject:
    switches = directory.switches
    restrictions: list[JsonObject] = []
    if switches.passwords_forbidden:
        restrictions.append(_restriction("passwordAddition", None))
    if switches.password_lifetime_days is not None:
        longest = f"P{switches.password_lifetime_days}D"
        restrictions.append(_restriction("passwordLifetime", longest))
    return {
        "id": policy_id(directory),
        "displayName": "Application management policy of the tenant",
        "description": "Follows the sandbox's switches.",
        "isEnabled": bool(restrictions),
        "applicationRestrictions": {
            "passwordCredentials": restrictions,
            "keyCredentials": [],
        },
        "servicePrincipalRestrictions": {"passwordCredentials": [], "keyCredentials": []},
    }


def _restriction(kind: str, longest: str | None) -> JsonObject:
    return {
        "restrictionType": kind,
        "state": "enabled",
        "maxLifetime": longest,
        "restrictForAppsCreatedAfterDateTime": None,
    }
