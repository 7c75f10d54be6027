"""Codes and refresh tokens, and the token endpoint's successful answer."""

from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Literal
from uuid import uuid4

from provision.sandbox.context import Context
from provision.sandbox.directory import Account, IssuedGrant, JsonObject
from provision.sandbox.entra.flows import Flow
from provision.sandbox.entra.scopes import (
    Resource,
    Scopes,
    openid_names,
    scopes_in_token,
)
from provision.sandbox.tokens import ACCESS_TOKEN_LIFETIME, client_info


@dataclass(frozen=True, slots=True)
class Issue:
    """What one successful token request hands out."""

    account: Account
    grant: IssuedGrant
    """What was redeemed."""
    resource: Resource
    scopes: Scopes
    """What was asked for in this request."""
    wants_refresh_token: bool
    wants_client_info: bool


def issue_code(context: Context, flow: Flow, account: Account) -> str:
    """Return a new authorization code."""
    return approve(context, flow, account, "code").token


def approve(
    context: Context, flow: Flow, account: Account, kind: Literal["code", "device_code"]
) -> IssuedGrant:
    """Remember what an account gave an application by signing in and consenting."""
    now, request = context.clock.timestamp(), flow.request
    grant = IssuedGrant(
        token=_code_text(account),
        kind=kind,
        client_id=request.address.client.client_id,
        user_object_id=account.object_id,
        scopes=[scope.canonical for scope in request.scopes],
        authority=request.address.authority.canonical,
        redirect_uri=request.address.redirect_uri,
        code_challenge=request.code_challenge,
        nonce=request.nonce,
        issued_at=now,
        last_used_at=now,
        signed_in_at=flow.signed_in_at,
        multi_factor=flow.multi_factor,
    )
    context.directory.issued[grant.token] = grant
    context.directory.save()
    return grant


def user_answer(context: Context, issue: Issue) -> JsonObject:
    """Return the body of a 200 for a person, and remember the new refresh token."""
    tokens, account = context.tokens, issue.account
    inside = scopes_in_token(issue.scopes, issue.resource)
    names = frozenset(scope.name for scope in inside)
    answer: JsonObject = {
        "token_type": "Bearer",
        "scope": " ".join(scope.text for scope in inside),
        "expires_in": int(ACCESS_TOKEN_LIFETIME),
        "ext_expires_in": int(ACCESS_TOKEN_LIFETIME),
        "access_token": tokens.mint_for_user(
            account,
            issue.grant.client_id,
            issue.resource.audience,
            names,
            multi_factor=issue.grant.multi_factor,
        ),
    }
    if issue.wants_refresh_token:
        answer["refresh_token"] = _issue_refresh_token(context, issue)
    openid = openid_names(issue.scopes)
    if "openid" in openid:
        nonce = issue.grant.nonce if issue.grant.kind == "code" else None
        answer["id_token"] = tokens.id_token(account, issue.grant.client_id, openid, nonce)
    if issue.wants_client_info:
        answer["client_info"] = client_info(account.object_id, tokens.tenant_of(account))
    return answer


def _issue_refresh_token(context: Context, issue: Issue) -> str:
    """Return a new refresh token; the one it succeeds stays good until it dies of age.

    What this request asked for comes first: a later request without `scope` means that.
    """
    now = context.clock.timestamp()
    asked = [scope.canonical for scope in issue.scopes]
    successor = IssuedGrant(
        token=_refresh_token_text(issue.account),
        kind="refresh_token",
        client_id=issue.grant.client_id,
        user_object_id=issue.account.object_id,
        scopes=list(dict.fromkeys([*asked, *issue.grant.scopes])),
        authority=issue.grant.authority,
        redirect_uri=issue.grant.redirect_uri,
        code_challenge=None,
        nonce=None,
        issued_at=now,
        last_used_at=now,
        signed_in_at=issue.grant.signed_in_at,
        multi_factor=issue.grant.multi_factor,
    )
    context.directory.issued[successor.token] = successor
    return successor.token


# Prefixes and odd characters as observed in the wild: a client that trims, cuts or decodes twice
# breaks here first.
def _code_text(account: Account) -> str:
    if account.is_personal:
        return f"M.C5{_digits()}_BAY.2.U.{uuid4()}!{token_urlsafe(24)}*{token_urlsafe(24)}$$"
    return f"1.A{token_urlsafe(96)}"


def _refresh_token_text(account: Account) -> str:
    if account.is_personal:
        parts = token_urlsafe(90), token_urlsafe(90), token_urlsafe(60)
        return f"M.C5{_digits()}_BAY.0.U.-C{parts[0]}!{parts[1]}*{parts[2]}$$"
    return f"1.A{token_urlsafe(720)}"


def _digits() -> str:
    return f"{uuid4().int % 100:02}"
