"""The answer to an authorization request, in the response mode the client asked for."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from starlette.responses import RedirectResponse, Response

from provision.sandbox.context import Context
from provision.sandbox.directory import Account
from provision.sandbox.entra.authorization_request import ReturnAddress
from provision.sandbox.entra.flows import Flow
from provision.sandbox.entra.issuing import approve, issue_code
from provision.sandbox.entra.pages import notice_page, render_page, with_headers
from provision.sandbox.entra.refusals import Incident, Refused, refusal_body
from provision.sandbox.entra.scopes import GRAPH, openid_names, resources_of, scopes_in_token
from provision.sandbox.tokens import ACCESS_TOKEN_LIFETIME

_DECLINED: Final = 65004


def send_back(address: ReturnAddress, incident: Incident, values: Mapping[str, str]) -> Response:
    """Return a redirect, or a page that posts itself, with `state` as it came."""
    answer = dict(values)
    if address.state is not None:
        answer["state"] = address.state
    if address.mode == "form_post":
        return render_page(
            "form_post.html", incident, {"action": address.redirect_uri, "fields": answer}
        )
    # A redirect URI without a path comes back with one.
    # https://learn.microsoft.com/entra/identity-platform/reply-url
    target = address.redirect_uri
    parts = urlsplit(target)
    if not parts.path and not parts.query:
        target += "/"
    mark = "#" if address.mode == "fragment" else "&" if parts.query else "?"
    response = RedirectResponse(f"{target}{mark}{urlencode(answer)}", status_code=302)
    return with_headers(response, incident)


def send_answer(context: Context, flow: Flow, account: Account) -> Response:
    """Return everything the client asked of an account that signed in and consented."""
    request, incident = flow.request, flow.incident
    if request.address.device is not None:
        request.address.device.grant = approve(context, flow, account, "device_code")
        return notice_page("device_done", incident, application=_name(request.address))
    values: dict[str, str] = {}
    if request.is_admin_consent:
        values["admin_consent"] = "True"
        values["tenant"] = context.directory.tenant_id
        values["scope"] = " ".join(scope.text for scope in request.scopes)
    if "code" in request.response_types:
        values["code"] = issue_code(context, flow, account)
    client_id = request.address.client.client_id
    if "id_token" in request.response_types:
        values["id_token"] = context.tokens.id_token(
            account, client_id, openid_names(request.scopes), request.nonce
        )
    if "token" in request.response_types:
        resource = (*resources_of(request.scopes), GRAPH)[0]
        inside = scopes_in_token(request.scopes, resource)
        values |= {
            "token_type": "Bearer",
            "expires_in": str(int(ACCESS_TOKEN_LIFETIME)),
            "scope": " ".join(scope.text for scope in inside),
            "access_token": context.tokens.mint_for_user(
                account, client_id, resource.audience, frozenset(scope.name for scope in inside)
            ),
        }
    if not account.is_personal and not request.is_admin_consent:
        values["session_state"] = str(uuid4())
    return send_back(request.address, incident, values)


def send_refusal(
    context: Context, address: ReturnAddress, refused: Refused, incident: Incident
) -> Response:
    """Tell the client that it gets nothing, and why."""
    if address.device is not None:
        address.device.is_declined = True
        return notice_page("device_declined", incident, application=_name(address))
    body = refusal_body(refused, incident, context.origin)
    told = ("error", "error_description", "error_uri")
    values = {name: str(body[name]) for name in told if name in body}
    if refused.error == "permission_denied":  # the older consent endpoint's plain words
        values = {"error": refused.error, "error_description": refused.text}
    elif refused.error == "consent_required" and refused.code == _DECLINED:
        values = {"admin_consent": "True", **values}
    return send_back(address, incident, values)


def _name(address: ReturnAddress) -> str:
    return address.client.display_name
