"""The sign-in page: who is there, and is it really them."""

from hmac import compare_digest
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from provision.sandbox.context import Context
from provision.sandbox.directory import Account
from provision.sandbox.entra.flows import Flow
from provision.sandbox.entra.pages import render_page
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


def check_password(context: Context, form: dict[str, str]) -> Account:
    """Return the account whose name and password were typed.

    Raises:
        Refused: AADSTS50034 (nobody of that name), 50126 (wrong password), 50057 (disabled, as
            every shared mailbox is).
    """
    name = form.get("loginfmt", "").strip().lower()
    account = context.directory.accounts.get(name)
    if account is None:
        raise Refused(50034, tenant=context.directory.domain)
    typed = form.get("passwd", "").encode()
    is_right = compare_digest(typed, account.password.encode())
    if not account.is_enabled:
        raise Refused(50057)
    if not is_right:
        raise Refused(50126)
    return account
