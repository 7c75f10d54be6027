"""Another administrator, who changes an application between two requests of the client."""

from collections.abc import Callable, Mapping, Sequence
from re import findall
from typing import Final
from urllib.parse import unquote

from provision.sandbox.context import Context
from provision.sandbox.directory import Directory, JsonObject
from provision.sandbox.faults.rules import ForeignWrite
from provision.sandbox.graph.passwords import mint

_NAME: Final = "Somebody else"
_SCOPE: Final = "Calendars.Read"


def application_of(directory: Directory, names: Sequence[str]) -> JsonObject | None:
    """Return the application that a path is about: its own, its principal's or its grant's.

    Args:
        directory: Where it is looked up.
        names: Ids and alternate keys of the path, lower case.
    """
    wanted = set(names)
    grants = [g for g in directory.grants.values() if g["id"].lower() in wanted]
    wanted |= {grant["clientId"] for grant in grants}
    principals = [p for p in directory.service_principals.values() if p["id"] in wanted]
    wanted |= {principal["appId"] for principal in principals}
    for application in directory.applications.values():
        keys = (application["id"], application["appId"], application["uniqueName"])
        if any(key is not None and key.lower() in wanted for key in keys):
            return application
    return None


def write_as_another(context: Context, writes: Sequence[ForeignWrite], path: str) -> None:
    """Carry out what another administrator does to the application that a path is about.

    A path that is about none means the newest one that the client itself made; where there is
    none either, nothing happens.
    """
    directory = context.directory
    made = [a for a in directory.applications.values() if "_appRoles" not in a]
    application = application_of(directory, findall(r"[^/()=']+", unquote(path).lower()))
    if application is None and made:
        application = made[-1]
    if application is None or not writes:
        return
    with context.faults.replication.recording(directory):
        for write in writes:
            _WRITES[write](context, application)
        directory.save()


def _add_redirect(context: Context, application: JsonObject) -> None:
    uris = application["web"]["redirectUris"]
    uris.append(f"https://elsewhere.example/{len(uris) + 1}")
    for principal in _principals(context, application):
        principal["replyUrls"] = [*principal["replyUrls"], uris[-1]]


def _add_secret(context: Context, application: JsonObject) -> None:
    mint(context, application, {"displayName": _NAME}, has_hint=True)


def _remove_secret(context: Context, application: JsonObject) -> None:
    held = application["passwordCredentials"]
    application["passwordCredentials"] = held[1:]
    for credential in held[:1]:
        context.directory.secrets.pop(credential["keyId"], None)


def _add_grant_scope(context: Context, application: JsonObject) -> None:
    parties = {principal["id"] for principal in _principals(context, application)}
    for grant in context.directory.grants.values():
        scopes = (grant["scope"] or "").split()
        if grant["clientId"] in parties and _SCOPE not in scopes:
            grant["scope"] = " ".join([*scopes, _SCOPE])


def _change_audience(context: Context, application: JsonObject) -> None:
    is_single = application["signInAudience"] == "AzureADMyOrg"
    audience = "AzureADMultipleOrgs" if is_single else "AzureADMyOrg"
    for item in (application, *_principals(context, application)):
        item["signInAudience"] = audience


def _rename(context: Context, application: JsonObject) -> None:
    application["displayName"] = _NAME
    for principal in _principals(context, application):
        principal |= {"displayName": _NAME, "appDisplayName": _NAME}


def _principals(context: Context, application: JsonObject) -> list[JsonObject]:
    principals = context.directory.service_principals.values()
    return [p for p in principals if p["appId"] == application["appId"]]


_WRITES: Final[Mapping[ForeignWrite, Callable[[Context, JsonObject], None]]] = {
    "adds-redirect": _add_redirect,
    "adds-secret": _add_secret,
    "removes-secret": _remove_secret,
    "adds-grant-scope": _add_grant_scope,
    "changes-audience": _change_audience,
    "renames": _rename,
}
