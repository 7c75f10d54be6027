"""The sign-in page: who is there, and is it really them."""

from collections.abc import Mapping
from hmac import compare_digest
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from provision.sandbox.context import Context
from provision.sandbox.directory import Account
from provision.sandbox.entra.flows import Flow, Question
from provision.sandbox.entra.pages import notice_page, render_page
from provision.sandbox.entra.refusals import Refused

COOKIE: Final = "__Host-session"
"""The prefix makes browsers insist on https, this host and the whole path."""


def browser_of(request: Request) -> str | None:
    """Return what names this browser."""
    return request.cookies.get(COOKIE)


def with_cookie(response: Response, browser: str) -> Response:
    """Name the browser, so that its forms and its session are known again."""
    response.set_cookie(COOKIE, browser, secure=True, httponly=True, samesite="lax", path="/")
    return response


def sign_in_page(flow: Flow, login: str, problem: Refused | None = None) -> Response:
    """Return the form for name and password, with what went wrong the last time."""
    request = flow.request
    values = {
        "flow": flow,
        "action": f"/{request.address.authority.segment}/login",
        "application": request.address.client.display_name,
        "login": login,
        "problem": problem,
    }
    return render_page("signin.html", flow.incident, values)


def picker_page(flow: Flow, names: list[str]) -> Response:
    """Return the choice among the accounts that this browser knows."""
    flow.question = "account"
    address = flow.request.address
    values = {
        "flow": flow,
        "action": f"/{address.authority.segment}/proceed",
        "application": address.client.display_name,
        "names": names,
    }
    return render_page("picker.html", flow.incident, values)


def question_page(name: str, flow: Flow, question: Question) -> Response:
    """Return a notice with two buttons, the answer to which goes to `proceed`."""
    flow.question = question
    address = flow.request.address
    action = f"/{address.authority.segment}/proceed"
    application = address.client.display_name
    return notice_page(name, flow.incident, flow=flow, action=action, application=application)


def check_password(context: Context, form: Mapping[str, str]) -> Account:
    """Return the account whose name and password were typed.

    Raises:
        Refused: AADSTS50034 (nobody of that name), 50053 (locked), 50126 (wrong password), 50057
            (disabled, as every shared mailbox is), 50055 (expired).
    """
    name = form.get("loginfmt", "").strip().lower()
    account = context.directory.accounts.get(name)
    if account is None:
        raise Refused(50034, tenant=context.directory.domain)
    if account.is_locked:
        raise Refused(50053)
    typed = form.get("passwd", "").encode()
    is_right = compare_digest(typed, account.password.encode())
    if not account.is_enabled:
        raise Refused(50057)
    if not is_right:
        raise Refused(50126)
    if account.password_expired:
        raise Refused(50055)
    return account
