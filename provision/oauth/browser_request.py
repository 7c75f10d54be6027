"""What a browser asks of the loopback listener: where the answer is in it, or what to show."""

from dataclasses import dataclass
from email.message import Message
from typing import Final

from provision.oauth.authorization_request import ResponseMode
from provision.oauth.page import Page, refusal_page

_LARGEST_BODY: Final = 64 * 1024
_FORM: Final = "application/x-www-form-urlencoded"
_PREPARING: Final = ("prefetch", "prerender", "preview")


@dataclass(frozen=True, slots=True)
class BrowserRequest:
    """A request without its body."""

    method: str
    target: str
    """Path and query, as sent."""
    headers: Message

    @property
    def length(self) -> int | None:
        """How many bytes of a body it announces; None when it does not say so in digits."""
        told = self.headers.get("Content-Length", "")
        return int(told) if told.isascii() and told.isdecimal() else None


@dataclass(frozen=True, slots=True)
class InAddress:
    """The answer is the query."""

    form: str


@dataclass(frozen=True, slots=True)
class InBody:
    """The answer is the body."""

    length: int


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """A visit that brings nothing: a reload, a way back, a look whether somebody is here."""


def find_answer(
    request: BrowserRequest, mode: ResponseMode, port: int
) -> Page | InAddress | InBody | NoAnswer:
    """Return where the sign-in's answer is, or the page for a request that is refused.

    Args:
        request: GET, HEAD or POST.
        mode: How the sign-in asked for its answer.
        port: The listener's own.
    """
    if not _is_local(request.headers.get("Host", ""), port):
        return refusal_page(421, "It was sent to another name than localhost.")
    if request.method == "HEAD":
        return NoAnswer()
    path, _, query = request.target.partition("?")
    if path != "/":
        return refusal_page(404, "There is nothing here.")
    if request.method == "POST":
        return _in_body(request, mode)
    return _in_address(request.headers, query, mode)


def _is_local(host: str, port: int) -> bool:
    """Tell our own names from one that some other server made to point here (DNS rebinding)."""
    return host.lower() in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}")


def _in_address(headers: Message, query: str, mode: ResponseMode) -> InAddress | NoAnswer | Page:
    if _is_prepared(headers):
        # Anything but a success makes the browser ask again when it shows the page.
        return refusal_page(503, "Pages are not prepared in advance.")
    if not query:
        return NoAnswer()
    if mode != "query":
        return refusal_page(400, "The answer to this sign-in has to be posted.")
    return InAddress(query)


def _in_body(request: BrowserRequest, mode: ResponseMode) -> InBody | Page:
    length = request.length
    if length is None:
        return refusal_page(411, "It does not say how long it is.")
    if length > _LARGEST_BODY:
        return refusal_page(413, "It is larger than a sign-in's answer.")
    if request.headers.get_content_type() != _FORM:
        return refusal_page(415, "It is not a form.")
    if mode != "form_post":
        return refusal_page(405, "The answer to this sign-in comes in the address.")
    return InBody(length)


def _is_prepared(headers: Message) -> bool:
    names = ("Purpose", "X-Purpose", "Sec-Purpose", "X-Moz")
    told = " ".join(headers.get(name, "") for name in names).lower()
    return any(word in told for word in _PREPARING)
