"""What a `scope` parameter asks for: names, each on the resource it belongs to."""

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.entra.refusals import Refused

OPENID_SCOPES: Final = frozenset({"openid", "profile", "email", "offline_access"})
"""They belong to no resource, and are granted on Microsoft Graph like any other."""
DEFAULT: Final = ".default"
_NAMED_IN_GRAPH_TOKENS: Final = frozenset({"openid", "profile", "email"})

ResourceName = Literal["graph", "outlook", "vault"]


@dataclass(frozen=True, slots=True)
class Resource:
    """An API that tokens are made for."""

    name: ResourceName
    client_id: str
    audience: str
    """What its tokens carry as `aud`, whichever alias was asked for."""


GRAPH: Final = Resource(
    "graph", "00000003-0000-0000-c000-000000000000", "https://graph.microsoft.com"
)
OUTLOOK: Final = Resource(
    "outlook", "00000002-0000-0ff1-ce00-000000000000", "https://outlook.office.com"
)
VAULT: Final = Resource("vault", "cfa8b339-82a2-471a-a3c9-0fc0be7a4093", "https://vault.azure.net")
_ALIASES: Final = {
    GRAPH.audience: GRAPH,
    GRAPH.client_id: GRAPH,
    OUTLOOK.audience: OUTLOOK,
    OUTLOOK.client_id: OUTLOOK,
    "https://outlook.office365.com": OUTLOOK,
    VAULT.audience: VAULT,
    VAULT.client_id: VAULT,
}


@dataclass(frozen=True, slots=True)
class Scope:
    """One delegated permission that is asked for."""

    resource: Resource | None
    """None for the OpenID scopes."""
    name: str
    """As the resource spells it."""
    text: str
    """As it is told back to the client."""

    @property
    def canonical(self) -> str:
        """Return the spelling that does not depend on an alias."""
        return self.name if self.resource is None else f"{self.resource.audience}/{self.name}"


class AppRole(NamedTuple):
    """One application permission that an administrator is asked for."""

    resource_id: str
    """Object id of the resource's service principal."""
    role_id: str
    name: str


Scopes = tuple[Scope, ...]


def parse_scopes(text: str, context: Context, application: JsonObject) -> Scopes:
    """Return what is asked, in order, each once; `.default` becomes what is declared.

    Raises:
        Refused: AADSTS70011 (unreadable), 500011 (unknown resource), 650053 (unknown name).
    """
    found: dict[str, Scope] = {}
    for word in text.split():
        scope = _parsed(word, context, application)
        meant: Scopes = (scope,)
        if scope.resource is not None and scope.name == DEFAULT:
            meant = _declared(context, application, scope.resource)
        for one in meant:
            found.setdefault(one.canonical, one)
    return tuple(found.values())


def resources_of(scopes: Scopes) -> tuple[Resource, ...]:
    """Return the resources that are asked for, in order of first mention."""
    return tuple(dict.fromkeys(s.resource for s in scopes if s.resource is not None))


def scopes_in_token(scopes: Scopes, resource: Resource) -> Scopes:
    """Return the scopes that a token for `resource` names."""
    return tuple(
        s
        for s in scopes
        if s.resource == resource
        or (s.resource is None and resource == GRAPH and s.name in _NAMED_IN_GRAPH_TOKENS)
    )


def openid_names(scopes: Scopes) -> frozenset[str]:
    """Return the OpenID scopes among these."""
    return frozenset(s.name for s in scopes if s.resource is None)


def find_resource(identifier: str, context: Context) -> Resource:
    """Return the resource with this identifier URI or client id.

    Raises:
        Refused: AADSTS500011, none has.
    """
    bare = identifier.rstrip("/").lower()
    # Azure CLI names Graph by the origin it was given.
    resource = GRAPH if bare == context.origin else _ALIASES.get(bare)
    if resource is None or resource_principal(context, resource) is None:
        raise Refused(500011, resource=identifier, tenant=context.directory.domain)
    return resource


def resource_principal(context: Context, resource: Resource) -> JsonObject | None:
    """Return the resource's service principal, if the tenant has one."""
    principals = context.directory.service_principals.values()
    return next((p for p in principals if p["appId"] == resource.client_id), None)


def offered(context: Context, resource: Resource) -> list[JsonObject]:
    """Return the delegated permissions that a resource publishes (`oauth2PermissionScopes`)."""
    principal = resource_principal(context, resource) or {}
    return list(principal.get("oauth2PermissionScopes") or ())


def everything_declared(
    context: Context, application: JsonObject
) -> tuple[str, tuple[AppRole, ...]]:
    """Return `scope` for all that an application declares, and its application permissions.

    An administrator who consents to `.default` consents to both, on every resource.

    Source:
        https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
    """
    required = application.get("requiredResourceAccess") or ()
    words, roles = [], []
    for access in required:
        resource = find_resource(access["resourceAppId"], context)
        words.append(f"{resource.audience}/{DEFAULT}")
        ids = {one["id"] for one in access["resourceAccess"] if one["type"] == "Role"}
        principal = resource_principal(context, resource) or {}
        published = principal.get("appRoles") or ()
        roles += [
            AppRole(principal["id"], role["id"], role["value"])
            for role in published
            if role["id"] in ids
        ]
    return " ".join(words), tuple(roles)


def _declared(context: Context, application: JsonObject, resource: Resource) -> tuple[Scope, ...]:
    """Return what `.default` stands for: all that the application declares on the resource."""
    declared = {
        access["id"]
        for required in application.get("requiredResourceAccess") or ()
        if required["resourceAppId"] == resource.client_id
        for access in required["resourceAccess"]
        if access["type"] == "Scope"
    }
    names = [p["value"] for p in offered(context, resource) if p["id"] in declared]
    return tuple(
        Scope(None, n, n) if n in OPENID_SCOPES else Scope(resource, n, f"{resource.audience}/{n}")
        for n in names
    )


def _parsed(word: str, context: Context, application: JsonObject) -> Scope:
    if word.lower() in OPENID_SCOPES:
        return Scope(None, word.lower(), word.lower())
    prefix, separator, name = word.rpartition("/")
    if not name or not name.replace(".", "").replace("_", "").replace("-", "").isalnum():
        raise Refused(70011, scope=word)
    resource = find_resource(prefix, context) if separator else GRAPH
    spelled = name if name == DEFAULT else _spelled(name, resource, context, application)
    shown = prefix if separator else resource.audience
    return Scope(resource, spelled, f"{shown}/{spelled}")


def _spelled(name: str, resource: Resource, context: Context, application: JsonObject) -> str:
    """Return the resource's own spelling of a scope name; Entra ignores case here."""
    known = [str(p["value"]) for p in offered(context, resource)]
    match = next((k for k in known if k.lower() == name.lower()), None)
    if match is None:
        raise Refused(
            650053, application=application["displayName"], scope=name, resource=resource.client_id
        )
    return match
