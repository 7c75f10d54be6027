"""Graph's JSON → the values of `provision.tenant`; pure, and forgiving where Graph is loose."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from provision.errors import RefusedError
from provision.secret import Secret
from provision.tenant.application import (
    Application,
    ApplicationSettings,
    MintedPassword,
    Namesake,
    Password,
    ResourceAccess,
)
from provision.tenant.certificate import KeyCredential
from provision.tenant.service_principal import Grant, Resource, ServicePrincipal

JsonValue = Mapping[str, object]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def application(body: object) -> Application:
    """Return an application.

    Raises:
        RefusedError: It lacks its ids; so for every function here.
    """
    raw = _object(body)
    return Application(
        object_id=_required(raw, "id"),
        client_id=_required(raw, "appId"),
        unique_name=_text(raw.get("uniqueName")) or None,
        settings=settings(raw),
        passwords=passwords(raw),
        tags=frozenset(_texts(raw.get("tags"))),
        created_at=instant(raw["createdDateTime"]) if raw.get("createdDateTime") else None,
    )


def settings(body: object) -> ApplicationSettings:
    """Return what a manifest decides about an application; null collections are empty ones."""
    raw = _object(body)
    web = _object(raw.get("web"))
    implicit = _object(web.get("implicitGrantSettings"))
    version = _object(raw.get("api")).get("requestedAccessTokenVersion")
    return ApplicationSettings(
        display_name=_text(raw.get("displayName")),
        sign_in_audience=_text(raw.get("signInAudience")),
        token_version=version if isinstance(version, int) else None,
        redirect_uris=frozenset(_texts(web.get("redirectUris"))),
        issues_access_tokens=implicit.get("enableAccessTokenIssuance") is True,
        issues_id_tokens=implicit.get("enableIdTokenIssuance") is True,
        permissions=frozenset(_permissions(raw.get("requiredResourceAccess"))),
        service_management_reference=_text(raw.get("serviceManagementReference")) or None,
    )


def passwords(body: object) -> frozenset[Password]:
    """Return the metadata of an application's client secrets."""
    return frozenset(map(password, _objects(_object(body).get("passwordCredentials"))))


def password(body: object) -> Password:
    """Return a client secret's metadata."""
    raw = _object(body)
    return Password(
        key_id=_required(raw, "keyId"),
        display_name=_text(raw.get("displayName")) or None,
        start_at=instant(raw.get("startDateTime")),
        end_at=instant(raw.get("endDateTime")),
    )


def key_credentials(body: object) -> Iterator[KeyCredential]:
    """Yield an application's key credentials, to the letter; Graph shows no key."""
    for raw in _objects(_object(body).get("keyCredentials")):
        yield KeyCredential(
            key_id=_required(raw, "keyId"),
            custom_key_identifier=_text(raw.get("customKeyIdentifier")) or None,
            display_name=_text(raw.get("displayName")) or None,
            kind=_text(raw.get("type")),
            usage=_text(raw.get("usage")),
            start=_text(raw.get("startDateTime")),
            end=_text(raw.get("endDateTime")),
        )


def minted(body: object) -> MintedPassword | None:
    """Return a fresh client secret; None when the answer does not show its value."""
    text = _text(_object(body).get("secretText"))
    return MintedPassword(password(body), Secret(text)) if text else None


def minted_with(body: object) -> MintedPassword | None:
    """Return the client secret that was created together with its application, if any."""
    found = (minted(item) for item in _objects(_object(body).get("passwordCredentials")))
    return next((secret for secret in found if secret is not None), None)


def service_principal(body: object) -> ServicePrincipal:
    """Return a service principal; one that does not say otherwise is enabled."""
    raw = _object(body)
    return ServicePrincipal(
        object_id=_required(raw, "id"),
        client_id=_required(raw, "appId"),
        is_enabled=raw.get("accountEnabled") is not False,
    )


def resource(body: object) -> Resource:
    """Return an API and its delegated scopes by name, as far as they were asked for."""
    raw = _object(body)
    scopes = _objects(raw.get("oauth2PermissionScopes"))
    return Resource(
        object_id=_required(raw, "id"),
        client_id=_required(raw, "appId"),
        scope_ids={_text(s.get("value")): _text(s.get("id")) for s in scopes if s.get("value")},
    )


def grant(body: object) -> Grant:
    """Return a delegated consent; `scope` may be null and may begin with a space."""
    raw = _object(body)
    is_for_all = raw.get("consentType") == "AllPrincipals"
    return Grant(
        grant_id=_required(raw, "id"),
        client_object_id=_required(raw, "clientId"),
        resource_object_id=_required(raw, "resourceId"),
        consent_type="AllPrincipals" if is_for_all else "Principal",
        principal_object_id=_text(raw.get("principalId")) or None,
        scopes=frozenset(_text(raw.get("scope")).split()),
    )


def namesake(body: object) -> Namesake:
    """Return an application, seen only as the bearer of a display name."""
    raw = _object(body)
    return Namesake(
        object_id=_required(raw, "id"),
        client_id=_required(raw, "appId"),
        unique_name=_text(raw.get("uniqueName")) or None,
        display_name=_text(raw.get("displayName")),
    )


def items(body: object) -> tuple[JsonValue, ...]:
    """Return the objects of one page of a list."""
    return tuple(_objects(_object(body).get("value")))


def next_link(body: object) -> str:
    """Return the whole URL of the next page; empty on the last."""
    return _text(_object(body).get("@odata.nextLink"))


def object_id(body: object) -> str:
    """Return an object's id."""
    return _required(_object(body), "id")


def instant(raw: object) -> datetime:
    """Return an instant; fractions may have seven digits, and a missing one is long past."""
    text = _text(raw)
    if not text:
        return _EPOCH
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise RefusedError(f"Graph answered with {text[:40]!r} for an instant") from error
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def _permissions(raw: object) -> Iterator[ResourceAccess]:
    for declared in _objects(raw):
        for access in _objects(declared.get("resourceAccess")):
            yield ResourceAccess(
                # Graph keeps the case of a GUID that somebody wrote, and compares without it.
                resource_client_id=_text(declared.get("resourceAppId")).lower(),
                permission_id=_text(access.get("id")).lower(),
                kind="Role" if access.get("type") == "Role" else "Scope",
            )


def _required(raw: JsonValue, name: str) -> str:
    value = _text(raw.get(name))
    if not value:
        raise RefusedError(f"Graph answered with an object that has no {name}")
    return value


def _objects(raw: object) -> list[JsonValue]:
    return [item for item in raw if isinstance(item, dict)] if isinstance(raw, list) else []


def _object(raw: object) -> JsonValue:
    return raw if isinstance(raw, dict) else {}


def _texts(raw: object) -> list[str]:
    return [item for item in raw if isinstance(item, str)] if isinstance(raw, list) else []


def _text(raw: object) -> str:
    return raw if isinstance(raw, str) else ""
