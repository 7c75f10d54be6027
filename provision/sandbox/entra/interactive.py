"""The interactive endpoints: authorize, the two forms behind it, and administrator consent."""

from collections.abc import Mapping
from secrets import token_urlsafe

from starlette.requests import Request
from starlette.responses import Response

from provision.sandbox.context import Context
from provision.sandbox.directory import Account
from provision.sandbox.entra.authorities import require_admitted, resolve_authority
from provision.sandbox.entra.authorization_request import find_address, read_request
from provision.sandbox.entra.authorization_response import send_answer, send_refusal
from provision.sandbox.entra.consent import (
    accept_consent,
    approval_required,
    consent_declined,
    consent_page,
)
from provision.sandbox.entra.flows import Flow, Flows
from provision.sandbox.entra.pages import begin_incident, read_form, refusal_page, render_page
from provision.sandbox.entra.permission_grants import missing_consent
from provision.sandbox.entra.refusals import Refused
from provision.sandbox.entra.scopes import Scopes
from provision.sandbox.entra.sign_in import (
    browser_of,
    check_password,
    sign_in_page,
    with_cookie,
)


class Interactive:
    """Everything that a browser visits."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._flows = Flows(context)

    async def authorize(self, request: Request) -> Response:
        """Answer `GET /{tenant}/oauth2/v2.0/authorize`."""
        return self._begun(request, request.query_params)

    async def ask_administrator(self, request: Request) -> Response:
        """Answer `GET /{tenant}/v2.0/adminconsent`."""
        fixed = {"response_type": "admin_consent", "response_mode": "query", "prompt": ""}
        return self._begun(request, {**request.query_params, **fixed})

    async def sign_in(self, request: Request) -> Response:
        """Answer the sign-in form."""
        form = await read_form(request)
        try:
            flow = self._resumed(request, form)
        except Refused as refused:
            return refusal_page(refused, begin_incident(self._context, request, form))
        try:
            account = check_password(self._context, form)
            self._require_admitted(flow, account)
        except Refused as refused:
            return sign_in_page(flow, form.get("loginfmt", ""), refused)
        self._flows.sign_in(flow.browser, account)
        flow.account = account
        return self._signed_in(flow, account)

    async def decide(self, request: Request) -> Response:
        """Answer the consent form."""
        form = await read_form(request)
        try:
            flow = self._resumed(request, form)
            account = flow.who()
        except Refused as refused:
            return refusal_page(refused, begin_incident(self._context, request, form))
        return self._decided(flow, account, form)

    async def sign_out(self, request: Request) -> Response:
        """Answer `GET /{tenant}/oauth2/v2.0/logout`."""
        self._flows.sign_out(browser_of(request) or "")
        incident = begin_incident(self._context, request, request.query_params)
        return render_page("signed_out.html", incident, {})

    def _begun(self, request: Request, parameters: Mapping[str, str]) -> Response:
        context = self._context
        incident = begin_incident(context, request, parameters)
        try:
            authority = resolve_authority(request.path_params["tenant"], context.directory)
            address = find_address(context, authority, parameters)
        except Refused as refused:
            return refusal_page(refused, incident)
        try:
            asked = read_request(context, address, parameters)
            browser = browser_of(request) or token_urlsafe(24)
            flow = self._flows.start(browser, asked, incident)
            response = self._first_page(flow)
        except Refused as refused:
            return send_refusal(context, address, refused, incident)
        return with_cookie(response, browser)

    def _first_page(self, flow: Flow) -> Response:
        """Return the first page somebody has to see, or the answer when there is none.

        Raises:
            Refused: A page is needed and `prompt=none` forbids it.
        """
        prompt, hint = flow.request.prompt, flow.request.login_hint
        account = self._flows.signed_in(flow.browser)
        if account is not None and hint and hint.lower() != account.user_principal_name.lower():
            account = None
        if account is None or prompt in {"login", "select_account"}:
            if prompt == "none":
                raise Refused(50058)
            return sign_in_page(flow, hint or (account.user_principal_name if account else ""))
        try:
            self._require_admitted(flow, account)
        except Refused as refused:
            if prompt == "none":
                raise
            return sign_in_page(flow, "", refused)
        flow.account = account
        if prompt == "none" and self._missing(flow, account):
            raise Refused("65001/silent", **flow.request.address.client.label)
        return self._signed_in(flow, account)

    def _signed_in(self, flow: Flow, account: Account) -> Response:
        missing = self._missing(flow, account)
        if missing or flow.request.prompt == "consent" or flow.request.is_admin_consent:
            return consent_page(self._context, flow, account, missing)
        return self._answered(flow, account)

    def _decided(self, flow: Flow, account: Account, form: Mapping[str, str]) -> Response:
        try:
            if form.get("decision") == "return":
                raise approval_required(self._context, flow)
            if form.get("decision") != "accept":
                raise consent_declined()
            accept_consent(
                self._context,
                flow,
                account,
                self._missing(flow, account),
                for_everybody="for_everybody" in form,
            )
        except Refused as refused:
            self._flows.end(flow)
            return send_refusal(self._context, flow.request.address, refused, flow.incident)
        return self._answered(flow, account)

    def _answered(self, flow: Flow, account: Account) -> Response:
        self._flows.end(flow)
        return send_answer(self._context, flow.request, account, flow.incident)

    def _resumed(self, request: Request, form: Mapping[str, str]) -> Flow:
        return self._flows.resume(browser_of(request), form.get("flow", ""), form.get("canary", ""))

    def _require_admitted(self, flow: Flow, account: Account) -> None:
        address = flow.request.address
        require_admitted(account, address.authority, address.client.audience, address.client.label)

    def _missing(self, flow: Flow, account: Account) -> Scopes:
        return missing_consent(
            self._context, flow.request.address.client, account, flow.request.scopes
        )
