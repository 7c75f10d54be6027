"""What a user looks like: the members a read shows unasked, and those `$select` may add."""

from typing import Final

from provision.sandbox.directory import Account, JsonObject
from provision.sandbox.graph.entity_kind import EntityKind

# What a read without `$select` shows of a user.
# Observed 2022-05 and 2023-08, Azure/azure-cli recordings test_app_owner and test_user_scenario.
_DEFAULT_MEMBERS: Final = (
    "businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone",
    "officeLocation", "preferredLanguage", "surname", "userPrincipalName",
)  # fmt: skip
USERS: Final = EntityKind(
    "users",
    "user",
    dict.fromkeys(("id", "deletedDateTime", *_DEFAULT_MEMBERS, "mailNickname", "userType"))
    | {"businessPhones": [], "accountEnabled": True},
    frozenset(
        {"id", "userPrincipalName", "mail", "displayName", "accountEnabled", "givenName",
         "surname", "mailNickname", "userType"}
    ),
    units=2,
)  # fmt: skip


def whole_user(account: Account) -> JsonObject:
    """Return everything that may be asked about a user, the id last."""
    return dict.fromkeys(_DEFAULT_MEMBERS) | {
        "businessPhones": [],
        "displayName": account.display_name,
        "givenName": account.given_name,
        "surname": account.surname,
        "mail": account.user_principal_name if account.has_mailbox else None,
        "userPrincipalName": account.user_principal_name,
        "accountEnabled": account.is_enabled,
        "mailNickname": account.user_principal_name.partition("@")[0],
        "userType": "Member",
        "deletedDateTime": None,
        "id": account.object_id,
    }


def brief_user(account: Account, *, is_id_first: bool) -> JsonObject:
    """Return what is shown of a user unasked; the id stands first wherever users are not read."""
    user = whole_user(account)
    brief = {name: user[name] for name in _DEFAULT_MEMBERS}
    return {"id": user["id"], **brief} if is_id_first else {**brief, "id": user["id"]}
