"""What the sign-in pages remember between two requests: pending flows and who is signed in."""

from dataclasses import dataclass, field
from hmac import compare_digest
from secrets import token_urlsafe
from typing import Final

from provision.sandbox.context import Context
from provision.sandbox.directory import Account
from provision.sandbox.entra.authorization_request import AuthorizationRequest
from provision.sandbox.entra.refusals import Incident, Refused

_FLOW_LIFETIME: Final = 1800.0
_SESSION_LIFETIME: Final = 86400.0


@dataclass(slots=True)
class Flow:
    """One authorization request on its way through the pages of one browser."""

    browser: str
    """Value of the browser's cookie."""
    request: AuthorizationRequest
    incident: Incident
    started_at: float
    account: Account | None = None
    """None until somebody signed in."""
    flow_id: str = field(default_factory=lambda: token_urlsafe(24))
    canary: str = field(default_factory=lambda: token_urlsafe(24))
    """Comes back with every form, so that no other site can post one."""

    def who(self) -> Account:
        """Return who signed in.

        Raises:
            Refused: AADSTS90100, nobody did.
        """
        if self.account is None:
            raise Refused(90100, parameter="session")
        return self.account


@dataclass(frozen=True, slots=True)
class _SignedIn:
    user_principal_name: str
    at: float


class Flows:
    """Everything pending, in memory; a restart of the sandbox forgets it."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._pending: dict[str, Flow] = {}
        self._sessions: dict[str, _SignedIn] = {}

    def start(self, browser: str, request: AuthorizationRequest, incident: Incident) -> Flow:
        """Return a new flow, and forget those that nobody finished."""
        now = self._context.clock.timestamp()
        self._pending = {
            key: flow
            for key, flow in self._pending.items()
            if now - flow.started_at < _FLOW_LIFETIME
        }
        flow = Flow(browser, request, incident, now)
        self._pending[flow.flow_id] = flow
        return flow

    def resume(self, browser: str | None, flow_id: str, canary: str) -> Flow:
        """Return the flow that a form belongs to.

        Raises:
            Refused: AADSTS50089 (gone), 90100 (the form is not this browser's own).
        """
        flow = self._pending.get(flow_id)
        if flow is None or self._is_over(flow):
            raise Refused(50089)
        is_own = compare_digest(flow.canary, canary) and flow.browser == browser
        if not is_own:
            raise Refused(90100, parameter="canary")
        return flow

    def end(self, flow: Flow) -> None:
        """Forget a flow that was answered."""
        self._pending.pop(flow.flow_id, None)

    def sign_in(self, browser: str, account: Account) -> None:
        """Remember who signed in, for single sign-on."""
        now = self._context.clock.timestamp()
        self._sessions[browser] = _SignedIn(account.user_principal_name.lower(), now)

    def sign_out(self, browser: str) -> None:
        """Forget who signed in."""
        self._sessions.pop(browser, None)

    def signed_in(self, browser: str | None) -> Account | None:
        """Return the account of this browser's session, while it is good."""
        session = self._sessions.get(browser or "")
        if session is None:
            return None
        account = self._context.directory.accounts.get(session.user_principal_name)
        age = self._context.clock.timestamp() - session.at
        if account is None or not account.is_enabled or age > _SESSION_LIFETIME:
            return None
        return account if session.at >= account.revoked_before else None

    def _is_over(self, flow: Flow) -> bool:
        return self._context.clock.timestamp() - flow.started_at >= _FLOW_LIFETIME
