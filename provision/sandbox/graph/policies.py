"""`/policies`: app management for the tenant or for one application, and what users may do."""

from typing import Final
from uuid import uuid4

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.graph.call import METADATA, NO_CONTENT, REFERENCE, Answer, Call, object_body
from provision.sandbox.graph.credential_restrictions import (
    DEFAULT,
    DURATION,
    SECTIONS,
    filled,
    policy_of,
    tenant_policy,
)
from provision.sandbox.graph.credential_shape import instant_text
from provision.sandbox.graph.directory_objects import OBJECTS, served_object
from provision.sandbox.graph.entity_kind import EntityKind
from provision.sandbox.graph.query import collection, entity
from provision.sandbox.graph.refusals import bad_request, invalid_value, resource_not_found
from provision.sandbox.graph.stored_objects import visible, writable

_KINDS: Final = {
    "passwordCredentials": (
        "passwordAddition", "passwordLifetime", "symmetricKeyAddition", "symmetricKeyLifetime",
        "customPasswordAddition",
    ),
    "keyCredentials": ("asymmetricKeyLifetime",),
}  # fmt: skip
_STATES: Final = ("enabled", "disabled")
_DOCUMENT: Final = frozenset({"displayName", "description", "isEnabled", *SECTIONS})
_TENANT_KIND: Final = EntityKind(
    "policies/defaultAppManagementPolicy",
    "tenantAppManagementPolicy",
    dict.fromkeys(("id", "displayName", "description", "isEnabled", *SECTIONS[:2])),
    frozenset(),
)
_APP_KIND: Final = EntityKind(
    "policies/appManagementPolicies",
    "appManagementPolicy",
    dict.fromkeys(("id", "displayName", "description", "isEnabled", "restrictions")),
    frozenset({"id", "displayName"}),
)
_AUTHORIZATION_KIND: Final = EntityKind(
    "policies/authorizationPolicy",
    "authorizationPolicy",
    dict.fromkeys(
        (
            "id",
            "allowInvitesFrom",
            "allowUserConsentForRiskyApps",
            "blockMsolPowerShell",
            "description",
            "displayName",
            "guestUserRoleId",
            "defaultUserRolePermissions",
        )
    ),
    frozenset(),
)
_KEY_AT: Final = 2
# https://learn.microsoft.com/entra/identity/enterprise-apps/configure-user-consent
_USER_CONSENT: Final = "ManagePermissionGrantsForSelf.microsoft-user-default"


def read_default(context: Context, call: Call) -> Answer:
    """Answer `GET /policies/defaultAppManagementPolicy`."""
    return entity(call, tenant_policy(context.directory), _TENANT_KIND)


def update_default(context: Context, call: Call) -> Answer:
    """Answer `PATCH /policies/defaultAppManagementPolicy`."""
    body = _checked(object_body(call), SECTIONS[:2])
    policies = context.directory.policies
    policies[DEFAULT] = policies.get(DEFAULT, {}) | body
    context.directory.save()
    return NO_CONTENT


def list_all(context: Context, call: Call) -> Answer:
    """Answer `GET /policies/appManagementPolicies`."""
    stored = context.directory.policies
    policies = [_served(policy) for name, policy in stored.items() if name != DEFAULT]
    return collection(context, call, policies, _APP_KIND)


def create(context: Context, call: Call) -> Answer:
    """Answer `POST /policies/appManagementPolicies`."""
    body = _checked(object_body(call), SECTIONS[2:])
    if not body.get("displayName"):
        raise invalid_value("displayName", "AppManagementPolicy")
    policy: JsonObject = {
        "id": str(uuid4()),
        "displayName": body["displayName"],
        "description": body.get("description"),
        "isEnabled": body.get("isEnabled", False),
        "restrictions": body.get("restrictions"),
        "_applies_to": [],
    }
    context.directory.policies[policy["id"]] = policy
    context.directory.save()
    envelope = {"@odata.context": f"{METADATA}{_APP_KIND.set_name}/$entity"}
    return Answer(201, envelope | _served(policy))


def read(context: Context, call: Call) -> Answer:
    """Answer `GET /policies/appManagementPolicies/{id}`."""
    return entity(call, _served(_find(context, call)), _APP_KIND)


def update(context: Context, call: Call) -> Answer:
    """Answer `PATCH /policies/appManagementPolicies/{id}`."""
    policy = _find(context, call)
    policy |= _checked(object_body(call), SECTIONS[2:])
    context.directory.save()
    return NO_CONTENT


def delete(context: Context, call: Call) -> Answer:
    """Answer `DELETE /policies/appManagementPolicies/{id}`."""
    del context.directory.policies[_find(context, call)["id"]]
    context.directory.save()
    return NO_CONTENT


def assign(context: Context, call: Call) -> Answer:
    """Answer `POST /applications/{id}/appManagementPolicies/$ref`; one replaces another."""
    owner, reference = writable(context, call), str(object_body(call, REFERENCE).get(REFERENCE))
    policy = context.directory.policies.get(reference.rstrip("/").rpartition("/")[2].lower())
    if policy is None or "_applies_to" not in policy:
        raise resource_not_found(reference)
    for other in context.directory.policies.values():
        if owner["id"] in other.get("_applies_to", ()):
            other["_applies_to"].remove(owner["id"])
    policy["_applies_to"].append(owner["id"])
    context.directory.save()
    return NO_CONTENT


def list_own(context: Context, call: Call) -> Answer:
    """Answer `GET /applications/{id}/appManagementPolicies`."""
    own = policy_of(context.directory, visible(context, call))
    return collection(context, call, [_served(own)] if own else [], _APP_KIND)


def list_applies_to(context: Context, call: Call) -> Answer:
    """Answer `GET /policies/appManagementPolicies/{id}/appliesTo`."""
    ids = _find(context, call)["_applies_to"]
    items = [served_object(context, object_id) for object_id in ids]
    return collection(context, call, [item for item in items if item], OBJECTS)


def read_authorization(context: Context, call: Call) -> Answer:
    """Answer `GET /policies/authorizationPolicy`, as the switches have it."""
    switches = context.directory.switches
    kind = "recommended" if switches.recommended_consent_policy else "legacy"
    consents = [f"{_USER_CONSENT}-{kind}"] if switches.user_consent_allowed else []
    policy: JsonObject = {
        "id": "authorizationPolicy",
        "allowInvitesFrom": "everyone",
        "allowedToSignUpEmailBasedSubscriptions": True,
        "allowedToUseSSPR": True,
        "allowEmailVerifiedUsersToJoinOrganization": False,
        "allowUserConsentForRiskyApps": None,
        "blockMsolPowerShell": False,
        "description": "Used to manage authorization related settings across the company.",
        "displayName": "Authorization Policy",
        "guestUserRoleId": "10dae51f-b6af-4016-8d66-8c2a99b929b3",
        "defaultUserRolePermissions": {
            "allowedToCreateApps": switches.users_may_register,
            "allowedToCreateSecurityGroups": True,
            "allowedToCreateTenants": True,
            "allowedToReadBitlockerKeysForOwnedDevice": True,
            "allowedToReadOtherUsers": True,
            "permissionGrantPoliciesAssigned": consents,
        },
    }
    return entity(call, policy, _AUTHORIZATION_KIND)


def _find(context: Context, call: Call) -> JsonObject:
    key = call.key(_KEY_AT).value.lower()
    policy = context.directory.policies.get(key)
    if policy is None or key == DEFAULT:
        raise resource_not_found(call.key(_KEY_AT).value)
    return policy


def _served(policy: JsonObject) -> JsonObject:
    return {name: value for name, value in policy.items() if not name.startswith("_")}


def _checked(body: JsonObject, sections: tuple[str, ...]) -> JsonObject:
    unknown = next((name for name in body if name not in _DOCUMENT), None)
    if unknown is not None:
        raise bad_request(f"Property '{unknown}' is read-only and cannot be set.")
    for name in ("displayName", "description"):
        if not isinstance(body.get(name), str | None):
            raise invalid_value(name, "AppManagementPolicy")
    if not isinstance(body.get("isEnabled", False), bool):
        raise invalid_value("isEnabled", "AppManagementPolicy")
    checked = dict(body)
    for section in sections:
        if section in body:
            checked[section] = _checked_section(section, body[section])
    return checked


def _checked_section(section: str, value: object) -> JsonObject:
    if not isinstance(value, dict):
        raise invalid_value(section, "AppManagementPolicy")
    checked: JsonObject = {"passwordCredentials": [], "keyCredentials": []} | value
    for name, kinds in _KINDS.items():
        rules = checked[name] or []
        if not isinstance(rules, list) or not all(_is_rule(rule, kinds) for rule in rules):
            raise invalid_value(section, "AppManagementPolicy")
        checked[name] = [filled(rule) for rule in rules]
    return checked


def _is_rule(rule: object, kinds: tuple[str, ...]) -> bool:
    if not isinstance(rule, dict) or rule.get("restrictionType") not in kinds:
        return False
    longest, after = rule.get("maxLifetime"), rule.get("restrictForAppsCreatedAfterDateTime")
    try:
        is_time = after is None or bool(instant_text(after))
    except (TypeError, ValueError):
        return False
    is_span = longest is None or (isinstance(longest, str) and bool(DURATION.fullmatch(longest)))
    return is_time and is_span and rule.get("state", "enabled") in _STATES
