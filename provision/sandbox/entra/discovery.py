"""What a client reads before it signs anybody in: metadata, keys, the cloud instance."""

from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.entra.authorities import Authority, resolve_authority
from provision.sandbox.entra.pages import begin_incident, notice_page, render_page, with_headers
from provision.sandbox.entra.refusals import Refused, refusal_body, texts

_MICROSOFT: Final = "login.microsoftonline.com"
_WRONG_PLACE: Final = "/common/wrongplace"


class Discovery:
    """Documents that need no credential."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def configuration(self, request: Request) -> Response:
        """Answer `GET /{tenant}/v2.0/.well-known/openid-configuration`."""
        context = self._context
        try:
            authority = resolve_authority(request.path_params["tenant"], context.directory)
        except Refused as refused:
            refused.error = "invalid_tenant"
            return self._refusal(request, refused)
        return self._public(request, _configuration(context.origin, authority))

    async def keys(self, request: Request) -> Response:
        """Answer `GET /{tenant}/discovery/v2.0/keys`."""
        return self._public(request, self._context.tokens.jwks())

    async def instance(self, request: Request) -> Response:
        """Answer `GET /common/discovery/instance`, by which clients validate an authority."""
        origin = self._context.origin
        host = urlsplit(origin).netloc
        try:
            asked = urlsplit(request.query_params.get("authorization_endpoint", f"{origin}/common"))
        except ValueError:
            return self._refusal(request, Refused(50049))
        # MSAL for Python leaves the port out.
        if asked.hostname not in (urlsplit(origin).hostname, _MICROSOFT):
            return self._refusal(request, Refused(50049))
        base = f"{origin}/{asked.path.strip('/').partition('/')[0]}"
        document: JsonObject = {
            "tenant_discovery_endpoint": f"{base}/v2.0/.well-known/openid-configuration",
            "api-version": "1.1",
            "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
        }
        return self._public(request, document)

    async def native_client(self, request: Request) -> Response:
        """Answer `GET /common/oauth2/nativeclient`, where embedded browsers end up."""
        incident = begin_incident(self._context, request, {})
        moves_on = self._context.directory.switches.native_client_warns
        return notice_page("native_client", incident, next_page=_WRONG_PLACE if moves_on else None)

    async def wrong_place(self, request: Request) -> Response:
        """Answer `GET /common/wrongplace`, the warning after the nativeclient page."""
        return notice_page("wrong_place", begin_incident(self._context, request, {}))

    async def explain(self, request: Request) -> Response:
        """Answer `GET /error?code=`, where every `error_uri` leads."""
        code = request.query_params.get("code", "")
        found = {
            text: error
            for key, (error, text, *_) in texts().items()
            if key.partition("/")[0] == code
        }
        incident = begin_incident(self._context, request, {})
        return render_page("error.html", incident, {"code": code, "found": found})

    def _refusal(self, request: Request, refused: Refused) -> Response:
        incident = begin_incident(self._context, request, request.query_params)
        told = refusal_body(refused, incident, self._context.origin)
        return with_headers(JSONResponse(told, refused.status), incident)

    def _public(self, request: Request, document: JsonObject) -> Response:
        incident = begin_incident(self._context, request, request.query_params)
        return with_headers(JSONResponse(document), incident)


def _configuration(origin: str, authority: Authority) -> JsonObject:
    """Return OpenID Connect Discovery 1.0 metadata, members in Entra's order."""
    base = f"{origin}/{authority.segment}"
    return {
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "token_endpoint_auth_methods_supported": [
            "client_secret_post",
            "private_key_jwt",
            "client_secret_basic",
            "self_signed_tls_client_auth",
        ],
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": f"{origin}/{authority.tenant_id}/v2.0",
        "request_uri_parameter_supported": False,
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        "http_logout_supported": True,
        "frontchannel_logout_supported": True,
        "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
        "claims_supported": [
            "sub",
            "iss",
            "aud",
            "exp",
            "iat",
            "nonce",
            "preferred_username",
            "name",
            "tid",
            "ver",
            "oid",
            "email",
        ],
        "tenant_region_scope": None,
        "cloud_instance_name": urlsplit(origin).netloc,
    }
