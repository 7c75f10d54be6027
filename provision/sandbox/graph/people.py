"""`/me`, `/users`, `/organization` and `/domains`."""

from dataclasses import asdict
from typing import Final
from uuid import uuid4

from provision.sandbox.context import Context
from provision.sandbox.directory import Account, Directory, JsonObject
from provision.sandbox.graph.call import METADATA, NO_CONTENT, Answer, Call, object_body
from provision.sandbox.graph.credential_shape import instant_text
from provision.sandbox.graph.entity_kind import EntityKind
from provision.sandbox.graph.query import collection, entity
from provision.sandbox.graph.refusals import (
    GraphRefusal,
    bad_request,
    invalid_value,
    name_in_use,
    resource_not_found,
)
from provision.sandbox.graph.stored_objects import location
from provision.sandbox.graph.user_shape import USERS, brief_user, whole_user

_ORGANIZATION: Final = EntityKind(
    "organization",
    "organization",
    dict.fromkeys(
        ("id", "deletedDateTime", "businessPhones", "city", "country", "countryLetterCode",
         "displayName", "technicalNotificationMails", "tenantType", "assignedPlans",
         "provisionedPlans", "verifiedDomains")
    ),
    frozenset({"id"}),
)  # fmt: skip
_DOMAINS: Final = EntityKind(
    "domains",
    "domain",
    dict.fromkeys(
        ("authenticationType", "availabilityStatus", "id", "isAdminManaged", "isDefault",
         "isInitial", "isRoot", "isVerified", "supportedServices", "state")
    ),
    frozenset(),
)  # fmt: skip
_INITIAL: Final = ".onmicrosoft.com"
_WRITABLE: Final = {
    "displayName": str, "accountEnabled": bool, "mailNickname": str, "passwordProfile": dict,
    "userPrincipalName": str, "givenName": str, "surname": str,
}  # fmt: skip
_REQUIRED: Final = ("accountEnabled", "displayName", "mailNickname", "userPrincipalName",
                    "passwordProfile")  # fmt: skip


def read_me(context: Context, call: Call) -> Answer:
    """Answer `GET /me`."""
    name = call.claims.user_principal_name
    account = context.directory.accounts.get((name or "").lower())
    if account is None:
        raise GraphRefusal(
            400, "BadRequest", "/me request is only valid with delegated authentication flow."
        )
    return _answer(call, account)


def read_user(context: Context, call: Call) -> Answer:
    """Answer `GET /users/{id}`, by object id or user principal name."""
    return _answer(call, find_user(context, call))


def list_users(context: Context, call: Call) -> Answer:
    """Answer `GET /users`."""
    answer = collection(
        context, call, [whole_user(account) for account in _members(context.directory)], USERS
    )
    if answer.body is None or "$select" in call.query:
        return answer
    accounts = {account.object_id: account for account in _members(context.directory)}
    shown = [brief_user(accounts[u["id"]], is_id_first=False) for u in answer.body["value"]]
    return Answer(200, answer.body | {"value": shown}, units=answer.units)


def create_user(context: Context, call: Call) -> Answer:
    """Answer `POST /users`: a member who can sign in, without a mailbox."""
    body = object_body(call)
    _check_user(context.directory, body)
    missing = next((name for name in _REQUIRED if body.get(name) is None), None)
    if missing is not None:
        raise bad_request(f"A value is required for property '{missing}' of resource 'User'.")
    password = body["passwordProfile"].get("password")
    if not isinstance(password, str) or not password:
        raise bad_request("The specified password does not comply with password complexity.")
    name = body["userPrincipalName"]
    if name.lower() in context.directory.accounts:
        raise name_in_use("userPrincipalName", None)
    account = Account(
        object_id=str(uuid4()),
        user_principal_name=name,
        password=password,
        display_name=body["displayName"],
        given_name=body.get("givenName"),
        surname=body.get("surname"),
        is_enabled=body["accountEnabled"],
        has_mailbox=False,
    )
    context.directory.accounts[name.lower()] = account
    context.directory.save()
    envelope = {"@odata.context": f"{METADATA}users/$entity"}
    place = location(context, account.object_id, "User")
    return Answer(201, envelope | brief_user(account, is_id_first=True), location=place)


def update_user(context: Context, call: Call) -> Answer:
    """Answer `PATCH /users/{id}`: name, password, and whether the account is enabled."""
    account, body = find_user(context, call), object_body(call)
    _check_user(context.directory, {**body, "userPrincipalName": account.user_principal_name})
    account.display_name = body.get("displayName") or account.display_name
    account.given_name = body.get("givenName", account.given_name)
    account.surname = body.get("surname", account.surname)
    account.is_enabled = body.get("accountEnabled", account.is_enabled)
    account.password = (body.get("passwordProfile") or {}).get("password") or account.password
    context.directory.save()
    return NO_CONTENT


def delete_user(context: Context, call: Call) -> Answer:
    """Answer `DELETE /users/{id}`: into the bin; nobody signs in any more, and nothing is owned."""
    account, directory = find_user(context, call), context.directory
    del directory.accounts[account.user_principal_name.lower()]
    now = instant_text(context.clock.now().replace(microsecond=0))
    binned = {"deletedDateTime": now, "_type": "user", "_account": asdict(account)}
    directory.deleted[account.object_id] = whole_user(account) | binned
    for owned in (*directory.applications.values(), *directory.service_principals.values()):
        owned["_owners"] = [o for o in owned.get("_owners", ()) if o != account.object_id]
    directory.save()
    return NO_CONTENT


def list_groups_of_user(context: Context, call: Call) -> Answer:
    """Answer `POST /users/{id}/getMemberGroups`: the sandbox has no groups."""
    find_user(context, call)
    body: JsonObject = {"@odata.context": f"{METADATA}Collection(Edm.String)", "value": []}
    return Answer(200, body, location="https://graph.microsoft.com", units=2)


def read_organization(context: Context, call: Call) -> Answer:
    """Answer `GET /organization`."""
    return collection(context, call, [_organization(context.directory)], _ORGANIZATION)


def list_domains(context: Context, call: Call) -> Answer:
    """Answer `GET /domains`."""
    initial = context.directory.domain
    domains: list[JsonObject] = [
        {
            "authenticationType": "Managed",
            "availabilityStatus": None,
            "id": name,
            "isAdminManaged": True,
            "isDefault": name != initial,
            "isInitial": name == initial,
            "isRoot": True,
            "isVerified": True,
            "supportedServices": ["Email", "OfficeCommunicationsOnline"],
            "state": None,
        }
        for name in _domain_names(context.directory)
    ]
    return collection(context, call, domains, _DOMAINS)


def _members(directory: Directory) -> list[Account]:
    return [account for account in directory.accounts.values() if not account.is_personal]


def find_user(context: Context, call: Call) -> Account:
    """Return the user that the second segment names, by object id or user principal name.

    Raises:
        GraphRefusal: Nobody of the tenant has it.
    """
    wanted = call.key().value.lower()
    for account in _members(context.directory):
        if wanted in (account.object_id, account.user_principal_name.lower()):
            return account
    raise resource_not_found(call.key().value)


def _answer(call: Call, account: Account) -> Answer:
    is_selected = "$select" in call.query
    user = whole_user(account) if is_selected else brief_user(account, is_id_first=False)
    return entity(call, user, USERS)


def _check_user(directory: Directory, body: JsonObject) -> None:
    for name, value in body.items():
        if name not in _WRITABLE:
            raise bad_request(f"Property '{name}' cannot be set in the sandbox.")
        if not isinstance(value, _WRITABLE[name]):
            raise invalid_value(name, "User")
    name = str(body.get("userPrincipalName", ""))
    domain = name.rpartition("@")[2].lower()
    # Any tenant's initial domain will do, so that recordings of other tenants can be replayed.
    if domain not in _domain_names(directory) and not domain.endswith(_INITIAL):
        raise bad_request(
            "The domain portion of the userPrincipalName property is invalid. You must use one "
            "of the verified domain names in your organization."
        )


def _domain_names(directory: Directory) -> list[str]:
    names = {a.user_principal_name.rpartition("@")[2].lower() for a in _members(directory)}
    return [directory.domain, *sorted(name for name in names if not name.endswith(_INITIAL))]


def _organization(directory: Directory) -> JsonObject:
    domains = [
        {
            "capabilities": "Email, OfficeCommunicationsOnline",
            "isDefault": name != directory.domain,
            "isInitial": name == directory.domain,
            "name": name,
            "type": "Managed",
        }
        for name in _domain_names(directory)
    ]
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
        "verifiedDomains": domains,
    }
