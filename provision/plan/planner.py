"""From a manifest and a snapshot to the changes between them."""

from dataclasses import dataclass
from datetime import datetime

from provision.manifest.model import Manifest
from provision.plan.application import application_changes, desired_settings, refuse_namesakes
from provision.plan.certificates import certificate_changes
from provision.plan.changes import (
    AddPassword,
    Change,
    CreateApplication,
    CreateGrant,
    CreateServicePrincipal,
    Restore,
)
from provision.plan.consent import consent_changes
from provision.plan.consent_state import ConsentState, consent_state
from provision.plan.custody import Custody
from provision.plan.federated import federated_changes
from provision.plan.notices import Notice, notices_for
from provision.plan.password import PasswordPlan, password_request, plan_passwords
from provision.plan.policies import policy_remarks, refuse_forbidden_secret, within_policies
from provision.tenant.application import Password
from provision.tenant.port import Snapshot


@dataclass(frozen=True, slots=True)
class Plan:
    """What would have to be done, in the order that works, and what to know about it."""

    unique_name: str
    tenant_id: str
    changes: tuple[Change, ...]
    notices: tuple[Notice, ...]
    serving: Password | None
    """The client secret that satisfies the manifest; None when one has to be minted."""
    snapshot: Snapshot
    """What it was made from."""
    consent: ConsentState
    """Declared, granted, and in the tokens."""

    @property
    def restored(self) -> Restore | None:
        """Return the restoration from the bin, if there is one in the plan."""
        return next((c for c in self.changes if isinstance(c, Restore)), None)

    @property
    def consents_for_everyone(self) -> bool:
        """Tell whether the plan opens any user's mailbox to the application for the first time."""
        return any(isinstance(c, CreateGrant) and c.principal is None for c in self.changes)


def _present(snapshot: Snapshot, unique_name: str) -> Change:
    in_bin = snapshot.deleted_service_principal
    if in_bin is None:
        return CreateServicePrincipal(unique_name)
    return Restore("servicePrincipal", in_bin, unique_name, None)


def make_plan(manifest: Manifest, snapshot: Snapshot, custody: Custody, now: datetime) -> Plan:
    """Return the difference between the manifest and what exists; pure.

    Raises:
        NameTaken: The application does not exist, and a stranger has its display name.
        NotFound: A permission or a mailbox owner that the tenant does not know.
        PolicyRefused: A secret has to be minted, and the tenant's policy forbids it or its life.
        NotPermitted: Something needed for the plan itself could not be read.
    """
    written, manifest = manifest, within_policies(manifest, snapshot, now)
    actual = snapshot.existing
    unique_name = manifest.application.unique_name
    desired = desired_settings(manifest, snapshot.microsoft_graph.scope_ids, actual)
    if actual is None:
        refuse_namesakes(unique_name, desired.display_name, snapshot.namesakes)
        passwords = PasswordPlan((), None)
    else:
        passwords = plan_passwords(manifest, actual, custody, now)
    wanted = manifest.application.secret
    first_password = password_request(wanted, now) if actual is None and wanted else None
    changes: tuple[Change, ...] = (
        *application_changes(unique_name, desired, actual, first_password),
        *passwords.changes,
        *federated_changes(manifest, snapshot),
        *certificate_changes(manifest, snapshot, now),
    )
    if any(isinstance(c, AddPassword | CreateApplication) for c in changes):
        refuse_forbidden_secret(manifest, snapshot, now)
    if snapshot.deleted is not None and actual is not None:
        day = snapshot.deleted.deleted_at.date()
        changes = (Restore("application", actual.object_id, unique_name, day), *changes)
    if snapshot.service_principal is None:
        changes = (*changes, _present(snapshot, unique_name))
    return Plan(
        unique_name=unique_name,
        tenant_id=snapshot.tenant_id,
        changes=(*changes, *consent_changes(manifest, snapshot)),
        notices=(
            *notices_for(manifest, snapshot, passwords.serving, custody, now),
            *(Notice("policy", text) for text in policy_remarks(written, snapshot, now)),
        ),
        serving=passwords.serving,
        snapshot=snapshot,
        consent=consent_state(manifest, snapshot, custody),
    )
