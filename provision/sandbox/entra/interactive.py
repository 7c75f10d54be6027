"""The interactive endpoints: authorize, administrator consent, device login, and their forms."""

from collections.abc import Callable, Mapping
from secrets import token_urlsafe

from starlette.requests import Request
from starlette.responses import Response

from provision.sandbox.context import Context
from provision.sandbox.entra.authorities import resolve_authority
from provision.sandbox.entra.authorization_request import (
    ADMIN_CONSENT,
    AuthorizationRequest,
    ReturnAddress,
    find_address,
    read_request,
)
from provision.sandbox.entra.authorization_response import send_refusal
from provision.sandbox.entra.device_codes import DeviceCodes
from provision.sandbox.entra.flows import Flow, Flows
from provision.sandbox.entra.pages import (
    begin_incident,
    notice_page,
    read_parameters,
    refusal_page,
    render_page,
)
from provision.sandbox.entra.refusals import Incident, Refused
from provision.sandbox.entra.sign_in import browser_of, with_cookie
from provision.sandbox.entra.steps import Steps

Parameters = Mapping[str, str]


class Interactive:
    """Everything that a browser visits."""

    def __init__(self, context: Context, devices: DeviceCodes) -> None:
        self._context = context
        self._devices = devices
        self._flows = Flows(context)
        self._steps = Steps(context, self._flows)

    async def authorize(self, request: Request) -> Response:
        """Answer `/{tenant}/oauth2/v2.0/authorize`, asked for by a link or by a form."""
        return await self._page(request, self._begun)

    async def ask_administrator(self, request: Request) -> Response:
        """Answer `GET /{tenant}/v2.0/adminconsent`."""
        return await self._page(request, lambda r, p: self._begun(r, {**p, **ADMIN_CONSENT}))

    async def ask_administrator_for_all(self, request: Request) -> Response:
        """Answer `GET /{tenant}/adminconsent`, which asks for all that is declared."""
        fixed = {**ADMIN_CONSENT, "response_type": "admin_consent all", "scope": ".default"}
        return await self._page(request, lambda r, p: self._begun(r, {**p, **fixed}))

    async def sign_in(self, request: Request) -> Response:
        """Answer the sign-in form."""
        return await self._form(request, self._steps.sign_in)

    async def proceed(self, request: Request) -> Response:
        """Answer the small questions between sign-in and consent."""
        return await self._form(request, self._steps.proceed)

    async def decide(self, request: Request) -> Response:
        """Answer the consent form."""
        return await self._form(request, self._steps.decide)

    async def device_login(self, request: Request) -> Response:
        """Answer `/devicelogin`: the form for a user code, and what it holds."""
        return await self._page(request, self._device_page)

    async def sign_out(self, request: Request) -> Response:
        """Answer `/{tenant}/oauth2/v2.0/logout`."""
        self._flows.sign_out(browser_of(request) or "")
        return notice_page("signed_out", begin_incident(self._context, request, {}))

    async def _page(
        self, request: Request, answer: Callable[[Request, Parameters], Response]
    ) -> Response:
        """Answer with what `answer` makes of the parameters, or with a page that refuses."""
        parameters: Parameters = {}
        try:
            parameters = await read_parameters(request)
            return answer(request, parameters)
        except Refused as refused:
            return refusal_page(refused, begin_incident(self._context, request, parameters))

    async def _form(
        self, request: Request, answer: Callable[[Flow, Parameters], Response]
    ) -> Response:
        """Answer a form of one of our own pages."""

        def resumed(request: Request, form: Parameters) -> Response:
            if request.method != "POST":
                raise Refused(900561, verbs="POST", verb=request.method)
            names = form.get("flow", ""), form.get("canary", "")
            return answer(self._flows.resume(browser_of(request), *names), form)

        return await self._page(request, resumed)

    def _begun(self, request: Request, parameters: Parameters) -> Response:
        context = self._context
        authority = resolve_authority(request.path_params["tenant"], context.directory)
        address = find_address(context, authority, parameters)
        incident = begin_incident(context, request, parameters)
        try:
            asked = read_request(context, address, parameters)
            if asked.prompt == "none":
                return self._started(request, incident, asked)
        except Refused as refused:
            return send_refusal(context, address, refused, incident)
        return self._started(request, incident, asked)

    def _device_page(self, request: Request, parameters: Parameters) -> Response:
        incident = begin_incident(self._context, request, parameters)
        typed, problem = parameters.get("otc", ""), None
        if request.method == "POST":
            try:
                device = self._devices.typed(typed)
            except Refused as refused:
                problem = refused
            else:
                address = ReturnAddress(device.authority, device.client, "", "query", None, device)
                types = frozenset({"code"})
                asked = AuthorizationRequest(address, types, device.scopes, "select_account")
                return self._started(request, incident, asked)
        return render_page("device_code.html", incident, {"typed": typed, "problem": problem})

    def _started(
        self, request: Request, incident: Incident, asked: AuthorizationRequest
    ) -> Response:
        browser = browser_of(request) or token_urlsafe(24)
        flow = self._flows.start(browser, asked, incident)
        return with_cookie(self._steps.begin(flow), browser)
