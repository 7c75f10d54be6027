"""Find the application that a person means to adopt, in the tenant or in what was exported."""

from provision.errors import NotFound, RefusedError
from provision.graph.adoptee import adoptee as parse_adoptee
from provision.graph.exported import read_export
from provision.stages.services import AdministratorServices
from provision.tenant.adoptee import Adoptee


def find_adoptee(
    admin: AdministratorServices, *, client_id: str | None, display_name: str | None
) -> Adoptee:
    """Return the application that a person means.

    Raises:
        NotFound: There is none.
        RefusedError: Several have that display name; all of them are told.
    """
    if client_id is not None:
        found = admin.tenant.find_by_client_id(client_id)
        if found is None:
            raise NotFound(
                f"application {client_id}: tenant {admin.tenant_id} has none of that client id",
                hint="list them: az ad app list --show-mine",
            )
        return found
    candidates = admin.tenant.find_by_display_name(display_name or "")
    if not candidates:
        raise NotFound(
            f"application {display_name!r}: tenant {admin.tenant_id} has none of that display name",
            hint="list them: az ad app list --show-mine",
        )
    if len(candidates) > 1:
        raise RefusedError(
            f"application {display_name!r}: {len(candidates)} have that display name: "
            + "; ".join(map(_candidate, candidates)),
            hint="say which: provision adopt --client-id CLIENT_ID",
        )
    return candidates[0]


def exported_adoptee(text: str) -> Adoptee:
    """Return the application that the portal's manifest, or `az ad app show`, describes.

    Raises:
        UsageError: The text is no application's.
    """
    return parse_adoptee(read_export(text))


def _candidate(adoptee: Adoptee) -> str:
    application, created = adoptee.application, adoptee.created_at
    when = f"created {created:%Y-%m-%d}" if created else "created nobody knows when"
    name = application.unique_name
    return f"{application.client_id} ({when}, {f'uniqueName {name}' if name else 'no uniqueName'})"
