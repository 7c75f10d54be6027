"""What the vault knows registrations, applications and mailboxes by."""

from provision.manifest.model import Manifest
from provision.stages.services import Services
from provision.tenant.registration import Registration
from provision.vault.port import ClientKey, MailboxKey, RegistrationKey


def registration_key(manifest: Manifest, services: Services, tenant_id: str) -> RegistrationKey:
    """Return what the vault knows this registration by."""
    return RegistrationKey(services.cloud.name, tenant_id, manifest.application.unique_name)


def client_key(services: Services, tenant_id: str, client_id: str) -> ClientKey:
    """Return what the vault knows this application's secrets by."""
    return ClientKey(services.cloud.name, tenant_id, client_id)


def mailbox_key(registration: Registration, address: str) -> MailboxKey:
    """Return what the vault knows a mailbox's tokens by."""
    return MailboxKey(registration.cloud, registration.tenant_id, registration.client_id, address)
