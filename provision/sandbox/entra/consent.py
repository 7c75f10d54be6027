"""The consent page: what an application wants, in words, and what accepting it records."""

from starlette.responses import Response

from provision.sandbox.context import Context
from provision.sandbox.directory import Account
from provision.sandbox.entra.flows import Flow
from provision.sandbox.entra.pages import render_page
from provision.sandbox.entra.permission_grants import (
    needs_administrator,
    record_consent,
    record_roles,
)
from provision.sandbox.entra.refusals import Refused
from provision.sandbox.entra.scopes import GRAPH, Scope, Scopes, offered


def consent_page(context: Context, flow: Flow, account: Account, missing: Scopes) -> Response:
    """Return the question, or the page that says only an administrator may answer it."""
    request = flow.request
    values = {
        "flow": flow,
        "action": f"/{request.address.authority.segment}/consent",
        "application": request.address.client.display_name,
        "publisher": (request.address.client.application.get("verifiedPublisher") or {}).get(
            "displayName"
        ),
        "account": account,
        "permissions": [_in_words(context, scope) for scope in request.scopes],
        "roles": request.roles,
        "tenant": context.directory.domain,
        "has_workflow": context.directory.switches.admin_consent_workflow,
        "is_for_everybody": request.is_admin_consent,
        "is_administrator": account.is_administrator and not account.is_personal,
    }
    is_allowed = _may_accept(context, flow, account, missing, is_wide=request.is_admin_consent)
    return render_page("consent.html" if is_allowed else "approval.html", flow.incident, values)


def accept_consent(
    context: Context, flow: Flow, account: Account, missing: Scopes, *, for_everybody: bool
) -> None:
    """Record an acceptance.

    Args:
        context: Whose directory is written.
        flow: What was asked.
        account: Who accepted.
        missing: What was not granted yet.
        for_everybody: The administrator's box was ticked.

    Raises:
        Refused: AADSTS90094, the form was posted by somebody who may not.
    """
    request = flow.request
    is_wide = for_everybody or request.is_admin_consent
    if not _may_accept(context, flow, account, missing, is_wide=is_wide):
        raise approval_required(context, flow)
    client = request.address.client
    record_consent(context, client, None if is_wide else account, request.scopes)
    if request.roles:
        record_roles(context, client, request.roles)


def consent_declined(flow: Flow) -> Refused:
    """Say that the person pressed Cancel."""
    types = flow.request.response_types
    variant = "/all" if "all" in types else "/admin" if "admin_consent" in types else ""
    return Refused(f"65004{variant}")


def approval_required(context: Context, flow: Flow) -> Refused:
    """Say that only an administrator can consent, or that one was asked to."""
    return Refused(
        90095 if context.directory.switches.admin_consent_workflow else 90094,
        tenant=context.directory.domain,
        application=flow.request.address.client.display_name,
    )


def _may_accept(
    context: Context, flow: Flow, account: Account, missing: Scopes, *, is_wide: bool
) -> bool:
    if account.is_personal:
        return not is_wide
    client = flow.request.address.client
    return account.is_administrator or not (
        is_wide or needs_administrator(context, client, missing)
    )


def _in_words(context: Context, scope: Scope) -> dict[str, str]:
    known = {p["value"]: p for p in offered(context, scope.resource or GRAPH)}
    permission = known.get(scope.name, {})
    return {
        "name": scope.name,
        "title": permission.get("userConsentDisplayName") or scope.name,
        "text": permission.get("userConsentDescription") or "",
    }
