"""The application: wanted settings, and the change that reaches them."""

from collections.abc import Mapping

from provision.errors import NameTaken
from provision.manifest.model import Manifest
from provision.plan.changes import Change, CreateApplication, UpdateApplication
from provision.plan.resource_access import resource_accesses
from provision.tenant.application import (
    MICROSOFT_GRAPH,
    Application,
    ApplicationSettings,
    Namesake,
    PasswordRequest,
    ResourceAccess,
)

PERSONAL_AUDIENCE = "AzureADandPersonalMicrosoftAccount"


def desired_settings(
    manifest: Manifest, tenant_scope_ids: Mapping[str, str], actual: Application | None
) -> ApplicationSettings:
    """Return the settings that the manifest wants.

    What it does not speak of is kept as it is: declarations on other resources, application
    permissions, and the token version unless a personal audience demands 2.

    Raises:
        NotFound: A permission name that neither catalogue nor tenant knows.
    """
    wanted = manifest.application
    existing = frozenset[ResourceAccess]() if actual is None else actual.settings.permissions
    version = None if actual is None else actual.settings.token_version
    reference = None if actual is None else actual.settings.service_management_reference
    return ApplicationSettings(
        display_name=wanted.display_name,
        sign_in_audience=wanted.sign_in_audience,
        token_version=2 if wanted.sign_in_audience == PERSONAL_AUDIENCE else version,
        redirect_uris=frozenset(wanted.redirect_uris) | _kept_uris(manifest, actual),
        issues_access_tokens=wanted.issues_access_tokens,
        issues_id_tokens=wanted.issues_id_tokens,
        permissions=resource_accesses(wanted.permissions, tenant_scope_ids)
        | frozenset(access for access in existing if not _is_ours(access))
        | kept_permissions(manifest, tenant_scope_ids, actual),
        service_management_reference=wanted.service_management_reference or reference,
    )


def kept_permissions(
    manifest: Manifest, tenant_scope_ids: Mapping[str, str], actual: Application | None
) -> frozenset[ResourceAccess]:
    """Return the delegated Microsoft Graph permissions that stay although nobody names them."""
    if actual is None or manifest.application.manage == "full":
        return frozenset()
    ours = frozenset(access for access in actual.settings.permissions if _is_ours(access))
    return ours - resource_accesses(manifest.application.permissions, tenant_scope_ids)


def _kept_uris(manifest: Manifest, actual: Application | None) -> frozenset[str]:
    if actual is None or manifest.application.manage == "full":
        return frozenset()
    return actual.settings.redirect_uris


def _is_ours(access: ResourceAccess) -> bool:
    return access.resource_client_id == MICROSOFT_GRAPH and access.kind == "Scope"


def application_changes(
    unique_name: str,
    desired: ApplicationSettings,
    actual: Application | None,
    password: PasswordRequest | None,
) -> tuple[Change, ...]:
    """Return the creation, the update, or nothing.

    Args:
        unique_name: The key that decides which application is ours.
        desired: From `desired_settings`.
        actual: None when the tenant has no application of that name.
        password: The secret that a new application is created with.
    """
    if actual is None:
        return (CreateApplication(unique_name, desired, password),)
    if actual.settings == desired:
        return ()
    return (UpdateApplication(actual.object_id, unique_name, actual.settings, desired),)


def refuse_namesakes(unique_name: str, display_name: str, namesakes: tuple[Namesake, ...]) -> None:
    """Refuse to create an application beside a stranger of the same display name.

    Raises:
        NameTaken: There is one; it is named, and nothing of it is touched.
    """
    strangers = [n for n in namesakes if n.unique_name != unique_name]
    if not strangers:
        return
    first = strangers[0]
    count = f" ({len(strangers)} of them)" if len(strangers) > 1 else ""
    raise NameTaken(
        f"application {unique_name!r}: the tenant already has an application with the display name "
        f"{display_name!r}{count}, client id {first.client_id}, which this manifest does not own",
        hint=_way_out(first, unique_name),
    )


def _way_out(stranger: Namesake, unique_name: str) -> str:
    if stranger.unique_name is not None:
        return (
            f"choose another application.displayName, or set application.uniqueName to "
            f"{stranger.unique_name!r} if that application is the one you mean"
        )
    return (
        "choose another application.displayName, or, if that application is the one you mean, "
        f"provision adopt --client-id {stranger.client_id} --unique-name {unique_name} "
        "--file adopted.yaml"
    )
