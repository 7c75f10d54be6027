"""The administrator's access token for Graph: asked for once, renewed before it dies."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock, Thread
from typing import Protocol

from provision.errors import Throttled, Unreachable
from provision.graph.polling import Pacing, Wait
from provision.graph.token_claims import caller_of, tenant_of
from provision.secret import Secret
from provision.tenant.caller import Caller

_MARGIN = timedelta(seconds=60)
"""Life below which a token is not worth sending."""
_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class AdministratorToken:
    """An access token for Graph."""

    secret: Secret
    expires_at: datetime
    who: str = ""
    """Which credential got it, in words: `application 3f… with GitHub's token`."""


class TokenSource(Protocol):
    """Gets a fresh token, in one attempt."""

    def request(self, claims: str) -> AdministratorToken:
        """Return a token.

        Args:
            claims: What Graph demands beyond the usual, as JSON; mostly empty.

        Raises:
            ClientRefused: Entra refused, or nobody is signed in.
            Unreachable: There was no answer.
            Throttled: Entra asked for patience.
        """
        ...

    def close(self) -> None:
        """Release connections; harmless when repeated."""
        ...


class Administrator:
    """Whoever changes the tenant; threads may share it."""

    def __init__(self, connect: Callable[[], TokenSource], pacing: Pacing) -> None:
        """Sign nobody in yet: `connect` is called with the first request for a token."""
        self._connect = connect
        self._pacing = pacing
        self._lock = Lock()
        self._source: TokenSource | None = None
        self._held: AdministratorToken | None = None
        self._ahead: Future[AdministratorToken] | None = None

    def sign_in_ahead(self) -> None:
        """Ask for the first token in a thread, so that waiting for Entra overlaps other work.

        The next call that needs the token waits for it, and raises what the sign-in met. Not for
        a sign-in that asks a person: Ctrl-C would not reach it.
        """
        asked: Future[AdministratorToken] = Future()

        def ask() -> None:
            try:
                asked.set_result(self._request(""))
            except BaseException as error:  # noqa: BLE001  (raised in the thread that wants the token)
                asked.set_exception(error)

        self._ahead = asked
        # A daemon: who gives up while Entra is silent is not held.
        Thread(target=ask, name="sign-in", daemon=True).start()

    def token(self, claims: str = "") -> Secret:
        """Return a token that is good for another minute, or one with the claims demanded.

        Raises:
            ClientRefused: Entra refused, or nobody is signed in.
            Unreachable: Entra cannot be reached.
            Throttled: Entra still asks for patience when ours ends.
        """
        with self._lock:
            ahead, self._ahead = self._ahead, None
            if ahead is not None:
                self._held = ahead.result()
            held = self._held
            if held is None or claims or held.expires_at - self._pacing.clock.now() < _MARGIN:
                held = self._held = self._request(claims)
            return held.secret

    @property
    def tenant_id(self) -> str:
        """GUID of the tenant that the token belongs to, in lower case.

        Raises:
            WrongTenant: The token names none.
        """
        return tenant_of(self.token())

    @property
    def caller(self) -> Caller:
        """Whose token it is, and what it allows.

        Raises:
            WrongTenant: The token names no tenant.
        """
        token = self.token()
        held = self._held
        return caller_of(token, "" if held is None else held.who)

    def close(self) -> None:
        """Forget the token and release connections; harmless when repeated."""
        with self._lock:
            source, self._source, self._held = self._source, None, None
        if source is not None:
            source.close()

    def _request(self, claims: str) -> AdministratorToken:
        wait = Wait(self._pacing)
        while True:
            if self._source is None:
                self._source = self._connect()
            try:
                return self._source.request(claims)
            except (Throttled, Unreachable) as error:
                # A new source: MSAL remembers a refusal for a minute and would repeat it unasked.
                self._source.close()
                self._source = None
                after = error.retry_after if isinstance(error, Throttled) else None
                if not wait.pause("signing the administrator in", _PATIENCE, after):
                    raise
