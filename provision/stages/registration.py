"""The registration that a look at the tenant amounts to."""

from provision.errors import TemporaryError
from provision.manifest.model import Manifest
from provision.stages.plan import Seen
from provision.stages.services import Services
from provision.tenant.registration import Registration


def registration_of(manifest: Manifest, seen: Seen, services: Services) -> Registration:
    """Return the registration that a look found.

    Raises:
        TemporaryError: The application is not there (yet).
    """
    application, principal = seen.snapshot.application, seen.snapshot.service_principal
    if application is None:
        raise TemporaryError(
            f"application {manifest.application.unique_name}: not in tenant {manifest.tenant}",
            hint="provision apply",
        )
    serving = seen.plan.serving
    return Registration(
        cloud=services.cloud.name,
        tenant_id=seen.snapshot.tenant_id,
        client_id=application.client_id,
        unique_name=manifest.application.unique_name,
        redirect_uris=tuple(sorted(application.settings.redirect_uris)),
        scopes=tuple(sorted(manifest.application.permissions)),
        sign_in_audience=application.settings.sign_in_audience,
        secret_key_id=serving.key_id if serving else None,
        application_object_id=application.object_id,
        service_principal_object_id=principal.object_id if principal else "",
    )
