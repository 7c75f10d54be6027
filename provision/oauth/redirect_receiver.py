"""Where the answer to a sign-in is taken in: the first good one counts, strangers never do."""

import threading
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar
from urllib.parse import parse_qsl

from provision.errors import ProvisionError, SignInRequired
from provision.oauth.callback import Callback, is_state, parse_callback
from provision.oauth.page import (
    Page,
    failed_page,
    foreign_page,
    refusal_page,
    signed_in_page,
    waiting_page,
)

_MOST_FIELDS = 32
_T = TypeVar("_T", covariant=True)  # noqa: PLC0105  (read only where it is used)


class Inbox(Generic[_T]):
    """Holds one answer; any number of threads may hand answers in."""

    def __init__(self, parse: Callable[[Mapping[str, str]], _T], show: Callable[[], Page]) -> None:
        """Take an answer by `parse`, which raises what Entra said instead; `show` a good one."""
        self._parse = parse
        self._good_page = show
        self._lock = threading.Lock()
        self._shown = threading.Event()
        self._state: str | None = None
        self._answer: _T | ProvisionError | None = None
        self._page: Page | None = None

    def expect(self, state: str) -> None:
        """Take answers with this state from now on."""
        with self._lock:
            self._state = state

    def take(self, form: str) -> Page:
        """Take in form-encoded parameters and return what to show for them.

        A second answer with the right state changes nothing and gets the page of the first: a
        browser may send twice, and a code works once.
        """
        try:
            pairs = parse_qsl(form, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
        except ValueError:
            return refusal_page(400, "It has more fields than a sign-in's answer.")
        parameters = dict(pairs)
        if len(parameters) < len(pairs):
            return refusal_page(400, "It names a parameter twice.")
        with self._lock:
            if self._state is None or not is_state(parameters.get("state"), self._state):
                return foreign_page()
            if self._page is None:
                self._page = self._settle(parameters)
            return self._page

    def page(self) -> Page:
        """Return what to show for a visit that brings nothing: the page of the answer, once taken.

        The address of that page is rewritten to hold no code, so that a reload brings none.
        """
        with self._lock:
            return self._page or waiting_page()

    def tell_shown(self) -> None:
        """Let the waiting side go on, once the page for the answer is on its way."""
        with self._lock:
            is_answered = self._answer is not None
        if is_answered:
            self._shown.set()

    def wait(self, timeout: float) -> _T:
        """Return the answer as soon as it is there.

        Raises:
            SignInRequired: Nothing came in time; TimeoutError is its cause.
            ProvisionError: What Entra answered instead.
        """
        if not self._shown.wait(timeout) or self._answer is None:
            raise _nothing_came(timeout) from TimeoutError()
        if isinstance(self._answer, ProvisionError):
            raise self._answer
        return self._answer

    def _settle(self, parameters: dict[str, str]) -> Page:
        try:
            self._answer = self._parse(parameters)
        except ProvisionError as error:
            self._answer = error
            return failed_page(error)
        return self._good_page()


def sign_in_inbox() -> Inbox[Callback]:
    """Return one that takes the answer to a sign-in."""
    return Inbox(parse_callback, signed_in_page)


def _nothing_came(timeout: float) -> SignInRequired:
    return SignInRequired(
        f"signing in: no answer came back within {timeout:.0f} seconds",
        hint=(
            "If the browser shows an error, Microsoft keeps it on its own page and tells nobody. "
            "AADSTS50011: the redirect URI is not registered; run provision plan, which shows it, "
            "then provision apply. AADSTS700016: the application is not known in that tenant; it "
            "may be a minute too new, or the account is of another tenant. AADSTS90002: there is "
            "no such tenant; run provision check. No browser on this machine, or none that "
            "reaches it: provision authorize --paste"
        ),
    )
