"""POST token: one grant in, one JSON answer out."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.entra.authorities import resolve_authority
from provision.sandbox.entra.client_authentication import read_credentials
from provision.sandbox.entra.client_credentials_grant import redeem_application
from provision.sandbox.entra.code_grant import redeem_code
from provision.sandbox.entra.pages import begin_incident, read_form, with_headers
from provision.sandbox.entra.redemption import TokenRequest
from provision.sandbox.entra.refresh_grant import redeem_refresh_token
from provision.sandbox.entra.refusals import Refused, missing_parameter, refusal_body


class TokenEndpoint:
    """The door for everything that needs no person."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def answer(self, request: Request) -> Response:
        """Answer `POST /{tenant}/oauth2/v2.0/token`."""
        form = await read_form(request)
        incident = begin_incident(self._context, request, form)
        try:
            _require_post(request.method)
            authorization = request.headers.get("authorization", "")
            body = self._redeemed(request.path_params["tenant"], authorization, form)
            response = JSONResponse(body)
        except Refused as refused:
            told = refusal_body(refused, incident, self._context.origin)
            response = JSONResponse(told, refused.status)
        return with_headers(response, incident)

    def _redeemed(self, tenant: str, authorization: str, form: Mapping[str, str]) -> JsonObject:
        authority = resolve_authority(tenant, self._context.directory)
        grant_type = form.get("grant_type", "")
        if not grant_type:
            raise missing_parameter("grant_type")
        credentials = read_credentials(authorization, form)
        asked = TokenRequest(self._context, authority, credentials, form)
        match grant_type:
            case "authorization_code":
                return redeem_code(asked)
            case "refresh_token":
                return redeem_refresh_token(asked)
            case "client_credentials":
                return redeem_application(asked)
            case _:
                raise Refused(70003, grant_type=grant_type)


def _require_post(method: str) -> None:
    if method != "POST":
        raise Refused(900561, verbs="POST", verb=method)
