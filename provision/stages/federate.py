"""Carry out one change of an application's federated credentials."""

from typing import assert_never

from provision.plan.changes import (
    AddFederatedCredential,
    FederatedChange,
    RemoveFederatedCredential,
    UpdateFederatedCredential,
)
from provision.tenant.port import Tenant


def federate(tenant: Tenant, object_id: str, change: FederatedChange) -> str:
    """Make the change, and return what shows it."""
    match change:
        case AddFederatedCredential(trust=trust):
            made = tenant.add_federated_credential(object_id, trust)
            return f"federated credential {trust.name}, {made.credential_id}"
        case UpdateFederatedCredential(credential_id=own_id, before=was, after=becomes):
            tenant.update_federated_credential(object_id, own_id, was, becomes)
            return f"federated credential {becomes.name}"
        case RemoveFederatedCredential(credential=found):
            tenant.remove_federated_credential(object_id, found.credential_id)
            return f"federated credential {found.trust.name} removed"
        case _:
            assert_never(change)
