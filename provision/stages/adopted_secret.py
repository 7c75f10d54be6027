"""Take a client secret that somebody else made into the vault, once it was proved to be the one."""

import re

from provision.errors import RefusedError, UsageError
from provision.oauth.scopes import authority_url
from provision.oauth.token_endpoint import Client
from provision.secret import Secret
from provision.stages.progress import Finished, Started, Waiting
from provision.stages.services import Services
from provision.stages.vault_keys import client_key
from provision.tenant.adoptee import Adoptee
from provision.tenant.application import Password
from provision.vault.port import HeldSecret

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def prove_secret(
    adoptee: Adoptee, password: Password, secret: Secret, tenant_id: str, services: Services
) -> None:
    """Return when a value is that client secret, and the vault could keep it.

    Args:
        adoptee: Whose client secret it is.
        password: Which of them.
        secret: The value that a person gave.
        tenant_id: GUID of the application's tenant.
        services: Whom to call.

    Raises:
        UsageError: The vault is switched off.
        RefusedError: The value is an id, or begins otherwise than Graph's hint says.
        ClientRefused: The token endpoint does not take it.
    """
    if not services.vault.holds_secrets:
        raise UsageError(
            f"client secret {password.key_id}: PROVISION_VAULT is 'none', so nothing can keep it",
            hint="unset PROVISION_VAULT, or leave --secret-key-id out",
        )
    _refuse_another(adoptee, password, secret)
    services.vault.prepare()
    services.report(Started("prove", f"asking the token endpoint with {password.key_id}"))
    client_id = adoptee.application.client_id
    services.endpoint.prove(
        Client(client_id, secret, authority_url(services.cloud, "tenant", tenant_id)),
        services.cloud.graph_resource,
        waiting=lambda reason, seconds: services.report(Waiting(reason, seconds)),
    )
    services.report(Finished("prove", f"client secret {password.key_id} gets tokens"))


def keep_secret(
    adoptee: Adoptee, password: Password, secret: Secret, tenant_id: str, services: Services
) -> None:
    """Keep a client secret that was proved."""
    key = client_key(services, tenant_id, adoptee.application.client_id)
    name = password.display_name or ""
    services.vault.keep_secret(key, HeldSecret(password.key_id, name, password.end_at, secret))


def _refuse_another(adoptee: Adoptee, password: Password, secret: Secret) -> None:
    if _is_guid(secret.reveal()):
        raise RefusedError(
            f"client secret {password.key_id}: what was given is an id, not a value",
            hint="the portal shows the value once, in the column Value; Secret ID is the key id",
        )
    hint = adoptee.secret_hints.get(password.key_id.lower())
    if hint is None or _begins_with(secret.reveal(), hint):
        return
    others = [
        key_id
        for key_id, begins in adoptee.secret_hints.items()
        if _begins_with(secret.reveal(), begins)
    ]
    meant = f"it begins as {' or '.join(sorted(others))} does" if others else "give the value of it"
    raise RefusedError(
        f"client secret {password.key_id}: the value that was given begins otherwise than Graph's "
        "hint says",
        hint=f"{meant}: provision adopt --secret-key-id KEYID",
    )


def _is_guid(text: str) -> bool:
    return _GUID.fullmatch(text) is not None


def _begins_with(text: str, beginning: str) -> bool:
    return text.startswith(beginning)
