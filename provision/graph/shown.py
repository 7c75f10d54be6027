"""What a read has to show, each as a question to a snapshot; pure."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import fields
from typing import TypeVar

from provision.tenant.application import ApplicationSettings
from provision.tenant.certificate import Certificate
from provision.tenant.federated_credential import FederatedCredential, FederatedTrust
from provision.tenant.port import Snapshot
from provision.tenant.service_principal import GrantRequest

_State = TypeVar("_State", ApplicationSettings, FederatedTrust)
Shown = Callable[[str, Snapshot], bool | None]
"""Whether a read of the application with this unique name shows it; None: it is about another."""


def application_shown(unique_name: str) -> Shown:
    """Expect an application."""
    return lambda name, read: None if name != unique_name else read.application is not None


def application_seen(unique_name: str) -> Shown:
    """Expect an application that somebody may delete meanwhile: the bin shows that at once."""
    return lambda name, read: None if name != unique_name else read.existing is not None


def object_gone(object_id: str) -> Shown:
    """Expect an application or a service principal to be nowhere, not even in the bin."""

    def gone(_name: str, read: Snapshot) -> bool | None:
        existing, principal = read.existing, read.service_principal
        return (
            (existing is None or existing.object_id != object_id)
            and (principal is None or principal.object_id != object_id)
            and read.deleted_service_principal != object_id
        )

    return gone


def password_shown(object_id: str, key_id: str) -> Shown:
    """Expect a client secret on its application."""

    def shown(_name: str, read: Snapshot) -> bool | None:
        if read.application is None or read.application.object_id != object_id:
            return None
        return any(password.key_id == key_id for password in read.application.passwords)

    return shown


def password_gone(object_id: str, key_id: str) -> Shown:
    """Expect a client secret to be on its application no more."""
    shown = password_shown(object_id, key_id)

    def gone(name: str, read: Snapshot) -> bool | None:
        is_there = shown(name, read)
        return None if is_there is None else not is_there

    return gone


def settings_shown(
    object_id: str, replaced: Sequence[ApplicationSettings], after: ApplicationSettings
) -> Shown:
    """Expect anything but the settings that our writes replaced."""

    def shown(_name: str, read: Snapshot) -> bool | None:
        if read.application is None or read.application.object_id != object_id:
            return None
        actual = read.application.settings
        return not any(_is_state(actual, before, after) for before in replaced)

    return shown


def certificates_shown(
    object_id: str, key_ids: Collection[str], added: Sequence[Certificate]
) -> Shown:
    """Expect the certificates that were there or were added."""

    def shown(_name: str, read: Snapshot) -> bool | None:
        keys = read.key_credentials
        if keys is None or read.application is None or read.application.object_id != object_id:
            return None
        return {key.key_id for key in keys}.issuperset(key_ids) and all(
            any(key.is_of(certificate) for key in keys) for certificate in added
        )

    return shown


def trust_shown(object_id: str, credential_id: str) -> Shown:
    """Expect a federated credential on its application."""
    return _trusting(
        object_id, lambda trusts: any(t.credential_id == credential_id for t in trusts)
    )


def trust_gone(object_id: str, credential_id: str) -> Shown:
    """Expect a federated credential to be on its application no more."""
    return _trusting(
        object_id, lambda trusts: all(t.credential_id != credential_id for t in trusts)
    )


def trust_named(object_id: str, name: str) -> Shown:
    """Expect a federated credential of that name, whatever its case."""
    wanted = name.casefold()
    return _trusting(
        object_id, lambda trusts: any(t.trust.name.casefold() == wanted for t in trusts)
    )


def trust_changed(
    object_id: str, credential_id: str, replaced: Sequence[FederatedTrust], after: FederatedTrust
) -> Shown:
    """Expect anything but what our writes replaced in a federated credential."""
    return _trusting(
        object_id,
        lambda trusts: (
            not any(
                t.credential_id == credential_id and _is_state(t.trust, before, after)
                for t in trusts
                for before in replaced
            )
        ),
    )


def _trusting(object_id: str, is_met: Callable[[Collection[FederatedCredential]], bool]) -> Shown:
    def shown(_name: str, read: Snapshot) -> bool | None:
        trusts = read.federated_credentials
        if trusts is None or read.application is None or read.application.object_id != object_id:
            return None
        return "federated credentials" in read.unknown or is_met(trusts)

    return shown


def _is_state(actual: _State, before: _State, after: _State) -> bool:
    names = [f.name for f in fields(after)]
    changed = [n for n in names if getattr(before, n) != getattr(after, n)]
    return bool(changed) and all(getattr(actual, n) == getattr(before, n) for n in changed)


def service_principal_shown(client_id: str) -> Shown:
    """Expect an application's presence in the tenant."""

    def shown(_name: str, read: Snapshot) -> bool | None:
        if read.application is None or read.application.client_id != client_id:
            return None
        return read.service_principal is not None

    return shown


def grant_shown(request: GrantRequest) -> Shown:
    """Expect consent for this client, resource and principal, with whatever scopes."""

    def shown(_name: str, read: Snapshot) -> bool | None:
        principal = read.service_principal
        if principal is None or principal.object_id != request.client_object_id:
            return None
        return "grants" in read.unknown or any(
            grant.resource_object_id == request.resource_object_id
            and grant.principal_object_id == request.principal_object_id
            for grant in read.grants
        )

    return shown


def scopes_shown(grant_id: str, scopes: frozenset[str]) -> Shown:
    """Expect at least these scopes on a grant that exists."""

    def shown(_name: str, read: Snapshot) -> bool | None:
        found = [grant for grant in read.grants if grant.grant_id == grant_id]
        return found[0].scopes >= scopes if found else None

    return shown
