"""What redeeming a code and redeeming a refresh token have in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from provision.sandbox.context import Context
from provision.sandbox.directory import Account, IssuedGrant
from provision.sandbox.entra.authorities import Authority
from provision.sandbox.entra.client_authentication import Credentials, authenticate
from provision.sandbox.entra.clients import Client, Platform, find_client
from provision.sandbox.entra.gates import missing_factor, refuse_access
from provision.sandbox.entra.permission_grants import missing_consent
from provision.sandbox.entra.refusals import Refused
from provision.sandbox.entra.scopes import GRAPH, Resource, Scopes, parse_scopes, resources_of

GrantKind = Literal["code", "refresh_token"]


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """One request to the token endpoint."""

    context: Context
    authority: Authority
    credentials: Credentials
    form: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OpenedGrant:
    """A code or refresh token whose client proved itself and whose owner may still sign in."""

    client: Client
    grant: IssuedGrant
    account: Account
    platform: Platform | None


def open_grant(asked: TokenRequest, kind: GrantKind) -> OpenedGrant:
    """Return what a code or refresh token stands for; its age is not looked at here.

    Raises:
        Refused: The client, its secret, the text, the authority or the account is wrong.
    """
    context = asked.context
    client = find_client(context, asked.credentials.client_id, asked.authority)
    text = asked.form[kind]
    grant = context.directory.issued.get(text)
    platform = None if grant is None else client.platform_of(grant.redirect_uri)
    authenticate(context, client, asked.credentials, platform)
    if grant is None or grant.kind != kind:
        raise _unknown(text, kind)
    if grant.client_id != client.client_id:
        raise Refused("70000/client")
    account = owner_of(context, grant)
    if grant.authority != asked.authority.canonical:
        raise _issued_elsewhere(kind, account)
    opened = OpenedGrant(client, grant, account, platform)
    require_still_allowed(context, opened)
    return opened


def require_still_allowed(context: Context, opened: OpenedGrant) -> None:
    """Refuse a grant whose owner a policy keeps out meanwhile.

    Raises:
        Refused: AADSTS53003, 50105, 50076 or 50079.
    """
    client, grant, account = opened.client, opened.grant, opened.account
    by_device = not grant.redirect_uri
    refuse_access(context, client, account, variant="/grant", by_device_code=by_device)
    scopes = scopes_remembered(context, opened)
    factor = missing_factor(context, account, scopes, has_factor=grant.multi_factor)
    if factor is not None:
        raise factor


def scopes_remembered(context: Context, opened: OpenedGrant) -> Scopes:
    """Return what a request without `scope` means: the first resource of the grant."""
    known = parse_scopes(" ".join(opened.grant.scopes), context, opened.client.application)
    return of_first_resource(known)


def of_first_resource(scopes: Scopes) -> Scopes:
    """Return the scopes of the first resource that is named, and the OpenID scopes."""
    first = first_resource(scopes)
    return tuple(s for s in scopes if s.resource is None or s.resource == first)


def first_resource(scopes: Scopes) -> Resource:
    """Return the resource a token is for; sign-in scopes alone mean Microsoft Graph."""
    return (*resources_of(scopes), GRAPH)[0]


def require_consent(context: Context, opened: OpenedGrant, scopes: Scopes) -> None:
    """Refuse scopes that nobody granted.

    Raises:
        Refused: AADSTS65001; for a personal account 70000.
    """
    client = opened.client
    if not missing_consent(context, client, opened.account, scopes):
        return
    if opened.account.is_personal:
        raise scopes_unauthorized()
    raise Refused(65001, **client.label)


def scopes_unauthorized() -> Refused:
    """Say, as for personal accounts, that a scope is not covered by the grant."""
    return Refused("70000/scopes")


def grant_expired_for_person() -> Refused:
    """Say, as for personal accounts, that a refresh token is dead, whatever the cause."""
    return Refused("70000/expired")


def _unknown(text: str, kind: GrantKind) -> Refused:
    if text.startswith("M."):
        return Refused("70000/unknown", parameter=kind)
    return Refused(9002313)


def owner_of(context: Context, grant: IssuedGrant) -> Account:
    """Return the account that a grant was given to.

    Raises:
        Refused: AADSTS50034 (gone) or 50057 (disabled).
    """
    accounts = context.directory.accounts.values()
    account = next((a for a in accounts if a.object_id == grant.user_object_id), None)
    if account is None:
        raise Refused("50034/grant", tenant=context.directory.domain)
    if not account.is_enabled:
        raise Refused("50057/grant")
    return account


def _issued_elsewhere(kind: GrantKind, account: Account) -> Refused:
    if kind == "code":
        return Refused(700005)
    return Refused(70000121 if account.is_personal else 7000012)
