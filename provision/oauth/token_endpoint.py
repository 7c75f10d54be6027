"""The token endpoint: asks for tokens, and asks again where that is safe."""

import logging
from dataclasses import replace
from typing import Final
from uuid import uuid4

from provision.clock import Clock
from provision.errors import (
    ClientRefused,
    ConsentMissing,
    OutcomeUnknown,
    ProvisionError,
    SignInRequired,
    Unreachable,
    UsageError,
)
from provision.oauth.authorization_request import SignIn
from provision.oauth.device_code import (
    DeviceSignIn,
    build_device_redemption,
    build_device_request,
    parse_device_answer,
    wait_for_approval,
)
from provision.oauth.http_response import Answer, Form, Http
from provision.oauth.refusal import Refusal
from provision.oauth.retry import Patience, Waiting, silent
from provision.oauth.scopes import OFFLINE_ACCESS
from provision.oauth.token_messages import (
    Client,
    TokenSet,
    build_client_credentials,
    build_redemption,
    build_refresh,
    parse,
    read,
)
from provision.secret import Secret

__all__ = ["Client", "TokenEndpoint", "TokenSet"]

_LOG: Final = logging.getLogger(__name__)
_DEADLINE: Final = 180.0
_PROOFS: Final = 3
_FRESH_CODES: Final = frozenset({"AADSTS7000215", "AADSTS700016"})
"""What a server answers that has not heard of a new secret or a new application yet."""


class TokenEndpoint:
    """Asks for tokens, and asks again where that is safe."""

    def __init__(self, http: Http, clock: Clock, deadline: float = _DEADLINE) -> None:
        self._http = http
        self._clock = clock
        self._deadline = deadline

    def redeem(
        self,
        client: Client,
        code: Secret,
        sign_in: SignIn,
        *,
        patience: float = 0.0,
        waiting: Waiting = silent,
    ) -> TokenSet:
        """Trade a code for tokens.

        A code works once: when the answer is lost nothing is repeated, and the owner signs in
        again.

        Args:
            client: Of the same client id and authority as the sign-in.
            code: Unused, at most ten minutes old.
            sign_in: What the code answers.
            patience: Seconds for a new application or secret to be known everywhere.
            waiting: Told before each pause.

        Raises:
            UsageError: The sign-in was begun for another client id or authority.
            ProvisionError: What the endpoint said.
        """
        doing = f"redeeming the sign-in code for client {client.client_id}"
        if (client.client_id, client.authority) != (sign_in.client_id, sign_in.authority):
            raise UsageError(
                f"{doing}: the sign-in was begun for another client or authority",
                hint="begin again: provision authorize",
            )
        form = build_redemption(client, code, sign_in)

        def attempt() -> TokenSet:
            try:
                return self._send(client, form, doing)
            except OutcomeUnknown as error:
                raise SignInRequired(
                    f"{doing}: the answer was lost, and a code works only once",
                    hint="sign in again: provision authorize",
                    evidence=error.evidence,
                ) from error

        tokens = self._patience(patience, waiting).repeat(attempt)
        _require_refresh_token(tokens, sign_in.scopes, doing)
        return tokens

    def begin_device(
        self,
        client: Client,
        scopes: tuple[str, ...],
        *,
        patience: float = 0.0,
        waiting: Waiting = silent,
    ) -> DeviceSignIn:
        """Ask for a code that a person types on another machine; nobody is signed in yet.

        Args:
            client: Known by its id alone here; it proves who it is when it asks for the tokens.
            scopes: Of one resource.
            patience: Seconds for a new application to be known everywhere.
            waiting: Told before each pause.

        Raises:
            ProvisionError: What the endpoint said.
        """
        form = build_device_request(client, scopes)

        def attempt() -> DeviceSignIn:
            try:
                answer, _ = self._post(client, "devicecode", form, "asking for a device code")
            except OutcomeUnknown as error:
                # A code that nobody has seen harms nobody.
                raise Unreachable(
                    error.message, hint=error.hint, evidence=error.evidence
                ) from error
            return parse_device_answer(answer, client, scopes)

        return self._patience(patience, waiting).repeat(attempt)

    def redeem_device(
        self,
        client: Client,
        begun: DeviceSignIn,
        *,
        timeout: float | None = None,
        patience: float = 0.0,
    ) -> TokenSet:
        """Wait until a person has approved, and return the tokens.

        Args:
            client: As the code was asked for.
            begun: The code.
            timeout: Seconds; None is as long as the code is good.
            patience: Seconds for a new application or secret to be known everywhere.

        Raises:
            ProvisionError: As `wait_for_approval`, and ConsentMissing without a refresh token.
        """
        doing = f"asking for the tokens of client {client.client_id}"
        form = build_device_redemption(client, begun)

        def ask() -> TokenSet | Refusal:
            answer, request_id = self._post(client, "token", form, doing)
            return read(answer, doing, request_id)

        tokens = wait_for_approval(
            ask,
            begun,
            self._clock,
            timeout=timeout,
            may_be_fresh=lambda error, seconds: _is_fresh(error) and seconds < patience,
        )
        _require_refresh_token(tokens, begun.scopes, doing)
        return tokens

    def refresh(
        self,
        client: Client,
        refresh_token: Secret,
        scopes: tuple[str, ...],
        *,
        patience: float = 0.0,
        waiting: Waiting = silent,
    ) -> TokenSet:
        """Trade a refresh token for newer tokens; the old one stays valid at Entra.

        Args:
            client: As at sign-in.
            refresh_token: Of that client and authority.
            scopes: Of one resource, consented to.
            patience: Seconds for a new secret to be known everywhere.
            waiting: Told before each pause.

        Raises:
            SignInRequired: The refresh token is dead: expired, revoked, or not of this client.
            ProvisionError: What the endpoint said.
        """
        doing = f"refreshing a token of client {client.client_id}"
        form = build_refresh(client, refresh_token, scopes)

        def attempt() -> TokenSet:
            try:
                return self._send(client, form, doing)
            except OutcomeUnknown as error:
                # Safe to repeat: redeeming a refresh token does not use it up.
                raise Unreachable(
                    error.message, hint=error.hint, evidence=error.evidence
                ) from error

        tokens = self._patience(patience, waiting).repeat(attempt)
        return replace(tokens, refresh_token=tokens.refresh_token or refresh_token)

    def prove(
        self,
        client: Client,
        resource: str,
        *,
        patience: float = 0.0,
        waiting: Waiting = silent,
    ) -> None:
        """Return once the endpoint has taken the client's secret, several times in a row.

        One success says little: a fresh secret may be known to one server and not to the next.

        Args:
            client: With the authority of its home tenant, the only one that this grant works at.
            resource: Whose token is asked for, and thrown away.
            patience: Seconds for a new secret to be known everywhere.
            waiting: Told before each pause.

        Raises:
            ClientRefused: The secret is still refused when the patience ends.
            ProvisionError: What the endpoint said.
        """
        doing = f"proving the client secret of {client.client_id}"
        form = build_client_credentials(client, resource)

        def attempt() -> None:
            for _ in range(_PROOFS):
                try:
                    self._send(client, form, doing)
                except OutcomeUnknown as error:
                    raise Unreachable(
                        error.message, hint=error.hint, evidence=error.evidence
                    ) from error

        self._patience(patience, waiting).repeat(attempt)

    def _send(self, client: Client, form: Form, doing: str) -> TokenSet:
        answer, request_id = self._post(client, "token", form, doing)
        return parse(answer, doing, request_id)

    def _post(self, client: Client, endpoint: str, form: Form, doing: str) -> tuple[Answer, str]:
        """Send a form; return the answer and the id by which Entra's support would find it."""
        request_id = str(uuid4())
        headers = {"client-request-id": request_id, "return-client-request-id": "true"}
        url = f"{client.authority}/oauth2/v2.0/{endpoint}"
        answer = self._http.post(url, form, headers)
        _LOG.debug("%s: answered %s, client-request-id %s", doing, answer.status, request_id)
        return answer, request_id

    def _patience(self, fresh: float, waiting: Waiting) -> Patience:
        return Patience(self._clock, self._deadline, fresh, _is_fresh, waiting)


def _require_refresh_token(tokens: TokenSet, scopes: tuple[str, ...], doing: str) -> None:
    if tokens.refresh_token is None and OFFLINE_ACCESS in scopes:
        raise ConsentMissing(
            f"{doing}: Entra issued no refresh token although offline_access was asked for",
            hint="add offline_access to application.permissions, then: provision apply, "
            "provision authorize",
        )


def _is_fresh(error: ProvisionError) -> bool:
    return isinstance(error, ClientRefused) and dict(error.evidence).get("code") in _FRESH_CODES
