"""POST token: one grant in, one JSON answer out."""

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.entra.authorities import resolve_authority
from provision.sandbox.entra.client_authentication import read_credentials
from provision.sandbox.entra.client_credentials_grant import redeem_application
from provision.sandbox.entra.clients import find_client
from provision.sandbox.entra.code_grant import redeem_code
from provision.sandbox.entra.device_codes import DeviceCodes
from provision.sandbox.entra.device_grant import redeem_device_code
from provision.sandbox.entra.pages import begin_incident, read_parameters, with_headers
from provision.sandbox.entra.redemption import TokenRequest
from provision.sandbox.entra.refresh_grant import redeem_refresh_token
from provision.sandbox.entra.refusals import Refused, missing_parameter, refusal_body
from provision.sandbox.entra.scopes import parse_scopes


class TokenEndpoint:
    """The door for everything that needs no person."""

    def __init__(self, context: Context, devices: DeviceCodes) -> None:
        self._context = context
        self._devices = devices

    async def answer(self, request: Request) -> Response:
        """Answer `POST /{tenant}/oauth2/v2.0/token`."""
        return await self._answered(request, ("POST",), self._redeemed)

    async def start_device(self, request: Request) -> Response:
        """Answer `/{tenant}/oauth2/v2.0/devicecode`; some clients ask by GET."""
        return await self._answered(request, ("POST", "GET"), self._started)

    async def _answered(
        self,
        request: Request,
        verbs: tuple[str, ...],
        answer: Callable[[Request, Mapping[str, str]], JsonObject],
    ) -> Response:
        form: Mapping[str, str] = {}
        try:
            _require_verb(request.method, verbs)
            form = await read_parameters(request)
            response = JSONResponse(answer(request, form))
            incident = begin_incident(self._context, request, form)
        except Refused as refused:
            incident = begin_incident(self._context, request, form)
            told = refusal_body(refused, incident, self._context.origin)
            response = JSONResponse(told, refused.status)
        return with_headers(response, incident)

    def _started(self, request: Request, form: Mapping[str, str]) -> JsonObject:
        authority = resolve_authority(request.path_params["tenant"], self._context.directory)
        for required in ("client_id", "scope"):
            if not form.get(required, "").strip():
                raise missing_parameter(required)
        client = find_client(self._context, form["client_id"], authority)
        is_public = bool(client.application.get("isFallbackPublicClient"))
        if self._context.directory.switches.device_code_public_only and not is_public:
            raise Refused("70002/device")
        scopes = parse_scopes(form["scope"], self._context, client.application)
        return self._devices.start(client, authority, scopes)

    def _redeemed(self, request: Request, form: Mapping[str, str]) -> JsonObject:
        authority = resolve_authority(request.path_params["tenant"], self._context.directory)
        grant_type = form.get("grant_type", "")
        if not grant_type:
            raise missing_parameter("grant_type")
        if "resource" in form:
            raise Refused(901002)
        credentials = read_credentials(request.headers, form)
        asked = TokenRequest(self._context, authority, credentials, form)
        match grant_type:
            case "authorization_code":
                return redeem_code(asked)
            case "refresh_token":
                return redeem_refresh_token(asked)
            case "client_credentials":
                return redeem_application(asked)
            case "urn:ietf:params:oauth:grant-type:device_code" | "device_code":
                return redeem_device_code(asked, self._devices)
            case _:
                raise Refused(70003, grant_type=grant_type)


def _require_verb(method: str, verbs: tuple[str, ...]) -> None:
    if method not in verbs:
        raise Refused(900561, verbs=", ".join(verbs), verb=method)
