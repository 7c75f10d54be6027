"""The result of `apply`: all that signing a mailbox in needs to know about the tenant."""

from dataclasses import dataclass
from datetime import datetime

from provision.secret import Secret


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """A client secret that is held here, with what identifies it at Graph."""

    key_id: str
    secret: Secret
    end_at: datetime | None = None
    """When it dies; None where nobody said."""


@dataclass(frozen=True, slots=True)
class Registration:
    """Where and as whom to ask for tokens. Holds no secret and may be shown to anyone.

    The client secret is referred to by its key id; the vault, a sink or the caller has the value.
    """

    cloud: str
    """A `Cloud.name`."""
    tenant_id: str
    client_id: str
    unique_name: str
    redirect_uris: tuple[str, ...]
    """Sorted; the first loopback one serves the listener."""
    scopes: tuple[str, ...]
    """Declared permission names, sorted; without a resource prefix."""
    sign_in_audience: str
    secret_key_id: str | None
    """None when no live secret satisfies the manifest (it lives elsewhere, or nowhere)."""
    application_object_id: str = ""
    """A hint that saves a round trip; never decides anything."""
    service_principal_object_id: str = ""
    """Likewise."""
