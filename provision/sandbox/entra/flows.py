"""What the sign-in pages remember between two requests: pending flows and who is signed in."""

from dataclasses import dataclass, field
from hmac import compare_digest
from secrets import token_urlsafe
from typing import Final, Literal

from provision.sandbox.context import Context, PendingSignIn
from provision.sandbox.directory import Account
from provision.sandbox.entra.authorization_request import AuthorizationRequest
from provision.sandbox.entra.refusals import Incident, Refused

_FLOW_LIFETIME: Final = 1800.0
_SESSION_LIFETIME: Final = 86400.0

Question = Literal["account", "device", "factor"]


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
    signed_in_at: float = 0.0
    multi_factor: bool = False
    is_confirmed: bool = False
    """Whether the person said that the device is theirs."""
    question: Question | None = None
    """What the last page asked, besides a password and consent."""
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

    def begin_as(self, session: "Session") -> None:
        """Go on as somebody whom this browser knows."""
        self.account = session.account
        self.signed_in_at = session.at
        self.multi_factor = session.multi_factor


@dataclass(slots=True)
class Session:
    """Somebody whom a browser signed in."""

    account: Account
    at: float
    multi_factor: bool


class Flows:
    """Everything pending, in memory; a restart of the sandbox forgets it."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._pending: dict[str, Flow] = {}
        self._sessions: dict[str, dict[str, Session]] = {}
        """By browser, then by account name."""
        context.sign_ins = self.begun

    def begun(self) -> list[PendingSignIn]:
        """Return the sign-ins that nobody has finished."""
        return [
            PendingSignIn(
                flow.request.address.client.client_id,
                flow.account.user_principal_name if flow.account else None,
                flow.started_at,
            )
            for flow in self._pending.values()
            if not self._is_over(flow)
        ]

    def start(self, browser: str, request: AuthorizationRequest, incident: Incident) -> Flow:
        """Return a new flow, and forget those that nobody finished."""
        now = self._context.clock.timestamp()
        self._pending = {
            key: flow for key, flow in self._pending.items() if not self._is_over(flow)
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
        is_own = compare_digest(flow.canary.encode(), canary.encode()) and flow.browser == browser
        if not is_own:
            raise Refused(90100, parameter="canary")
        return flow

    def end(self, flow: Flow) -> None:
        """Forget a flow that was answered."""
        self._pending.pop(flow.flow_id, None)

    def remember(self, flow: Flow, account: Account) -> None:
        """Take down that somebody proved who it is, for this flow and for single sign-on."""
        session = Session(account, self._context.clock.timestamp(), flow.multi_factor)
        self._sessions.setdefault(flow.browser, {})[account.user_principal_name.lower()] = session
        flow.begin_as(session)

    def sign_out(self, browser: str) -> None:
        """Forget who signed in."""
        self._sessions.pop(browser, None)

    def sessions(self, browser: str | None) -> dict[str, Session]:
        """Return whom this browser signed in, while that is good, by lower-case name."""
        known = self._sessions.get(browser or "", {})
        return {name: session for name, session in known.items() if self._is_good(session)}

    def _is_good(self, session: Session) -> bool:
        directory, account = self._context.directory, session.account
        hours = directory.switches.sign_in_frequency_hours
        longest = _SESSION_LIFETIME if hours is None else min(hours * 3600.0, _SESSION_LIFETIME)
        return (
            directory.accounts.get(account.user_principal_name.lower()) is account
            and account.is_enabled
            and session.at >= max(account.revoked_before, account.password_changed_at)
            and self._context.clock.timestamp() - session.at < longest
        )

    def _is_over(self, flow: Flow) -> bool:
        return self._context.clock.timestamp() - flow.started_at >= _FLOW_LIFETIME
