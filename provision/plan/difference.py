"""A change, property by property, as a person reads it."""

from collections.abc import Iterable, Iterator
from typing import assert_never

from provision.plan.changes import (
    AddCertificates,
    AddFederatedCredential,
    AddPassword,
    Change,
    CreateApplication,
    CreateGrant,
    CreateServicePrincipal,
    ExtendGrant,
    FederatedChange,
    FieldChange,
    RemoveFederatedCredential,
    RemovePassword,
    Restore,
    UpdateApplication,
    UpdateFederatedCredential,
)
from provision.plan.resource_access import described
from provision.tenant.application import ApplicationSettings, PasswordRequest
from provision.tenant.federated_credential import FederatedTrust


def title(change: Change) -> str:  # noqa: C901, PLR0911, PLR0912  (one return a case)
    """Return what a change does, in one line without its values."""
    match change:
        case CreateApplication(unique_name=name):
            return f"create application {name}"
        case Restore(deleted_on=day, unique_name=name) if day is not None:
            return f"restore application {name}, deleted on {day:%Y-%m-%d}"
        case Restore(kind=kind, unique_name=name):
            noun = "application" if kind == "application" else "service principal of"
            return f"restore {noun} {name}"
        case UpdateApplication(unique_name=name):
            return f"update application {name}"
        case CreateServicePrincipal(unique_name=name):
            return f"create service principal of {name}"
        case CreateGrant(principal=principal, resource=resource):
            return f"grant consent on {resource} for {whom(principal)}"
        case ExtendGrant(principal=principal, resource=resource):
            return f"extend consent on {resource} for {whom(principal)}"
        case AddPassword(request=request):
            return f"add client secret {request.display_name!r}"
        case RemovePassword(key_id=key_id):
            return f"remove client secret {key_id}"
        case AddFederatedCredential(trust=trust):
            return f"add federated credential {trust.name!r}"
        case UpdateFederatedCredential(after=trust):
            return f"update federated credential {trust.name!r}"
        case RemoveFederatedCredential(credential=found):
            return f"remove federated credential {found.trust.name!r}"
        case AddCertificates(added=added):
            return f"add {len(added)} certificate{'s' if len(added) > 1 else ''}"
        case _:
            assert_never(change)


def whom(principal: str | None) -> str:
    """Return who a grant speaks for."""
    return "any user's mailbox in the tenant" if principal is None else principal


def fields(change: Change) -> tuple[FieldChange, ...]:  # noqa: C901, PLR0911, PLR0912  (one return a case)
    """Return the properties that a change writes, in Graph's order."""
    match change:
        case CreateApplication(settings=settings, password=password):
            return (*_settings(None, settings), *_password(password))
        case UpdateApplication(before=before, after=after):
            return tuple(_settings(before, after))
        case CreateServicePrincipal() | Restore():
            return ()
        case CreateGrant(scopes=scopes):
            return tuple(_items("scope", (), scopes))
        case ExtendGrant(before=before_scopes, after=after_scopes):
            return tuple(_items("scope", before_scopes, after_scopes))
        case AddPassword(request=request):
            return tuple(_password(request))
        case RemovePassword(key_id=key_id):
            return (FieldChange("passwordCredentials.keyId", key_id, None),)
        case AddFederatedCredential() | UpdateFederatedCredential() | RemoveFederatedCredential():
            return tuple(_trust(*_trusts(change)))
        case AddCertificates(added=added):
            told = (f"{c.thumbprint} ({c.subject}, until {c.end_at:%Y-%m-%d})" for c in added)
            return tuple(FieldChange("keyCredentials", None, text) for text in told)
        case _:
            assert_never(change)


def _settings(
    before: ApplicationSettings | None, after: ApplicationSettings
) -> Iterator[FieldChange]:
    was = before
    yield from _scalar("displayName", was and was.display_name, after.display_name)
    yield from _scalar("signInAudience", was and was.sign_in_audience, after.sign_in_audience)
    yield from _scalar(
        "api.requestedAccessTokenVersion", was and was.token_version, after.token_version
    )
    yield from _scalar(
        "serviceManagementReference",
        was and was.service_management_reference,
        after.service_management_reference,
    )
    yield from _items("web.redirectUris", was.redirect_uris if was else (), after.redirect_uris)
    flags = "web.implicitGrantSettings.enable{}TokenIssuance"
    yield from _scalar(
        flags.format("Access"), was and was.issues_access_tokens, after.issues_access_tokens
    )
    yield from _scalar(flags.format("Id"), was and was.issues_id_tokens, after.issues_id_tokens)
    yield from _items(
        "requiredResourceAccess",
        map(described, was.permissions) if was else (),
        map(described, after.permissions),
    )


def _trusts(change: FederatedChange) -> tuple[FederatedTrust | None, FederatedTrust | None]:
    match change:
        case AddFederatedCredential(trust=trust):
            return None, trust
        case UpdateFederatedCredential(before=was, after=becomes):
            return was, becomes
        case RemoveFederatedCredential(credential=found):
            return found.trust, None
        case _:
            assert_never(change)


def _trust(before: FederatedTrust | None, after: FederatedTrust | None) -> Iterator[FieldChange]:
    for name in ("issuer", "subject", "audience"):
        was, becomes = getattr(before, name, None), getattr(after, name, None)
        path = "audiences" if name == "audience" else name
        yield from _scalar(f"federatedIdentityCredentials.{path}", was, becomes)


def _scalar(path: str, before: object, after: object) -> Iterator[FieldChange]:
    if before != after:
        yield FieldChange(path, _text(before), _text(after))


def _text(value: object) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)


def _items(path: str, before: Iterable[str], after: Iterable[str]) -> Iterator[FieldChange]:
    was, becomes = frozenset(before), frozenset(after)
    for item in sorted(was - becomes):
        yield FieldChange(path, item, None)
    for item in sorted(becomes - was):
        yield FieldChange(path, None, item)


def _password(request: PasswordRequest | None) -> Iterator[FieldChange]:
    if request is not None:
        yield FieldChange("passwordCredentials.displayName", None, request.display_name)
        yield FieldChange("passwordCredentials.endDateTime", None, f"{request.end_at:%Y-%m-%d}")
