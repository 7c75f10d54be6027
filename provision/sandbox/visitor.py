"""A small visitor that fills in forms: it plays a mailbox's owner where there is no browser."""

import ssl
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPMessage
from http.cookiejar import CookieJar
from pathlib import Path
from typing import IO, Final, Literal
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import (
    HTTPCookieProcessor,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)

from provision.cloud import is_loopback
from provision.errors import RefusedError, Unreachable
from provision.secret import Secret

Decision = Literal["accept", "cancel"]
_MOST_STEPS: Final = 20
_MOST_RELOADS: Final = 3
_TIMEOUT: Final = 20.0
_ERROR: Final = 400
_YES: Final = frozenset({"accept", "allow", "yes", "continue"})
_NO: Final = frozenset({"cancel", "decline", "no", "return"})


@dataclass(frozen=True, slots=True)
class VisitResult:
    """Where a visit ended."""

    final_url: str
    """With its query: it may hold a code."""
    status: int
    text: str
    """The last page's HTML; empty where the visitor was sent away from this machine."""


@dataclass(slots=True)
class _Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    """What would be sent as the form stands, boxes that are not ticked excluded."""
    name_field: str = ""
    password_field: str = ""
    buttons: list[tuple[str, str]] = field(default_factory=list)
    """Name and value of every submit button."""


@dataclass(frozen=True, slots=True)
class _Page:
    url: str
    status: int
    text: str
    location: str
    """Where a redirect points; empty when it is none."""


class Visitor:
    """Follows redirects, signs in once, answers one question; knows nothing of Entra.

    It goes to this machine only: a redirect elsewhere ends the visit and is reported unvisited.
    """

    def __init__(self, ca_bundle: Path | None) -> None:
        self._opener = _make_opener(ca_bundle)

    def visit(
        self,
        url: str,
        user: str,
        password: Secret,
        decide: Decision = "accept",
        *,
        user_code: str = "",
    ) -> VisitResult:
        """Go where a person would go from `url`, until a page asks nothing more.

        Args:
            url: The first page.
            user: Typed where a page asks for a password, pressed where it offers accounts.
            password: Of `user`.
            decide: What to answer where a page asks.
            user_code: Typed where a page asks for text alone, as the page of a device code does.

        Raises:
            Unreachable: The first page, or one that a form leads to, does not answer.
            RefusedError: The pages go round in circles.
        """
        page = self._first_page(url)
        has_signed_in = False
        for _ in range(_MOST_STEPS):
            if page.location:
                if not _is_here(page.location):
                    return VisitResult(page.location, page.status, "")
                try:
                    page = self._open(page.location, None)
                except Unreachable:
                    # As in a browser: nothing loads, and the address bar keeps the address.
                    return VisitResult(page.location, page.status, "")
                continue
            form = _chosen_form(page)
            if form is None or (form.password_field and has_signed_in):
                return VisitResult(page.url, page.status, page.text)
            filled = dict(form.fields)
            if form.password_field:
                has_signed_in = True
                filled[form.name_field] = user
                filled[form.password_field] = password.reveal()
            elif form.name_field and user_code:
                filled[form.name_field] = user_code
            filled.update(_pressed(form, decide, user))
            page = self._send(page, form, filled)
        raise RefusedError(f"signing in as {user!r}: the sign-in pages never end")

    def _first_page(self, url: str) -> _Page:
        """Open the first page, and reload it as a person does when it shows an error."""
        page = self._open(url, None)
        for _ in range(_MOST_RELOADS):
            if page.status < _ERROR:
                break
            page = self._open(url, None)
        return page

    def _send(self, page: _Page, form: _Form, filled: dict[str, str]) -> _Page:
        target = urljoin(page.url, form.action)
        if not _is_here(target):
            return _Page(page.url, page.status, "", target)
        encoded = urlencode(filled)
        if form.method == "post":
            return self._open(target, encoded.encode())
        return self._open(f"{target}?{encoded}", None)

    def _open(self, url: str, body: bytes | None) -> _Page:
        if not _is_here(url):
            raise RefusedError(f"visiting {urlsplit(url).hostname}: it is not this machine")
        request = Request(url, body)  # noqa: S310  (scheme and host were checked above)
        try:
            response = self._opener.open(request, timeout=_TIMEOUT)
        except HTTPError as error:
            response = error
        except OSError as error:
            raise Unreachable(f"visiting {urlsplit(url).netloc}: no answer") from error
        with response:
            text = response.read().decode("utf-8", "replace")
            location = response.headers.get("location", "") or ""
        is_redirect = response.status in {301, 302, 303, 307, 308}
        target = urljoin(url, location) if is_redirect and location else ""
        return _Page(url, response.status, text, target)


class _NoRedirects(HTTPRedirectHandler):
    """Leaves redirects to the visitor, who looks where they lead."""

    def redirect_request(
        self,
        req: Request,  # noqa: ARG002
        fp: IO[bytes],  # noqa: ARG002
        code: int,  # noqa: ARG002
        msg: str,  # noqa: ARG002
        headers: HTTPMessage,  # noqa: ARG002
        newurl: str,  # noqa: ARG002
    ) -> None:
        """Follow nothing."""
        return


class _FormReader(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[_Form] = []
        self._current: _Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a form, or add a field to the open one."""
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._current = _Form(values.get("action", ""), values.get("method", "get").lower())
            self.forms.append(self._current)
        elif self._current is not None and tag == "input":
            _add_input(self._current, values)
        elif self._current is not None and tag == "button":
            _add_button(self._current, values)

    def handle_endtag(self, tag: str) -> None:
        """Close the open form."""
        if tag == "form":
            self._current = None


def _add_input(form: _Form, values: dict[str, str]) -> None:
    kind, name = values.get("type", "text").lower(), values.get("name", "")
    if kind == "submit":
        _add_button(form, values)
    elif kind == "password":
        form.password_field = name
    elif kind in ("checkbox", "radio") and "checked" not in values:
        return
    elif name:
        form.fields[name] = values.get("value", "")
        if kind in ("email", "text") and not form.name_field:
            form.name_field = name


def _add_button(form: _Form, values: dict[str, str]) -> None:
    if values.get("type", "submit").lower() == "submit":
        form.buttons.append((values.get("name", ""), values.get("value", "")))


def _chosen_form(page: _Page) -> _Form | None:
    """Return the form a person would answer: the one for a password, else the first."""
    reader = _FormReader()
    reader.feed(page.text)
    with_password = (form for form in reader.forms if form.password_field)
    return next(with_password, reader.forms[0] if reader.forms else None)


def _pressed(form: _Form, decide: Decision, user: str) -> dict[str, str]:
    """Return what the pressed button adds.

    It is the one that names the user, else the one that means the decision, else the only one.
    """
    wanted = _YES if decide == "accept" else _NO
    named = [button for button in form.buttons if button[0]]
    fitting = [button for button in named if button[1].lower() == user.lower()]
    fitting = fitting or [button for button in named if button[1].lower() in wanted]
    chosen = fitting or (named if len(named) == 1 else [])
    return dict(chosen[:1])


def _is_here(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and is_loopback(parts.hostname or "")


def _make_opener(ca_bundle: Path | None) -> OpenerDirector:
    context = ssl.create_default_context(cafile=None if ca_bundle is None else str(ca_bundle))
    # No proxy of the environment may see what is meant for this machine.
    return build_opener(
        ProxyHandler({}),
        HTTPSHandler(context=context),
        HTTPCookieProcessor(CookieJar()),
        _NoRedirects(),
    )
