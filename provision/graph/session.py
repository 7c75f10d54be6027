"""msgraph-sdk's client over one httpx client: sends a request once, returns the answer raw."""

import ssl
from urllib.parse import urlsplit

import httpx
from azure.core.credentials import AccessToken
from kiota_abstractions.method import Method
from kiota_abstractions.native_response_handler import NativeResponseHandler
from kiota_abstractions.request_information import RequestInformation
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from kiota_http.middleware.options import ResponseHandlerOption
from msgraph import GraphRequestAdapter, GraphServiceClient

from provision.cloud import Cloud
from provision.graph.credential import Administrator
from provision.graph.loop import LoopThread
from provision.graph.transport import graph_client
from provision.graph.wire import API_VERSION, Answer, AnswerLost, GraphRequest, NotSent
from provision.tenant.caller import Caller

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


class GraphSession:
    """A `Wire` to one cloud's Graph, as one administrator; threads may share it.

    The httpx client has none of kiota's handlers: nothing here repeats, redirects or measures.
    """

    def __init__(self, cloud: Cloud, administrator: Administrator) -> None:
        self._host = urlsplit(cloud.graph).hostname or ""
        self._administrator = administrator
        self._http = graph_client(cloud)
        self._loop = LoopThread("graph")
        # Without allowed hosts the bearer would go to whatever host a request names.
        provider = AzureIdentityAuthenticationProvider(
            _HeldToken(administrator),
            scopes=[f"{cloud.graph_resource}/.default"],
            allowed_hosts=[self._host],
        )
        self._adapter = GraphRequestAdapter(provider, self._http)
        self._adapter.base_url = cloud.graph + API_VERSION
        self.graph = GraphServiceClient(request_adapter=self._adapter)
        """The SDK's request builders."""

    def tenant_id(self) -> str:
        """Return the tenant of the administrator's token, signing in if need be."""
        return self._administrator.tenant_id

    def caller(self) -> Caller:
        """Return whose token it is, signing in if need be."""
        return self._administrator.caller

    def send(self, request: GraphRequest) -> Answer:
        """Send once and return whatever was answered.

        Raises:
            NotSent: There was no connection.
            AnswerLost: It broke before the answer was complete.
            ClientRefused: The administrator cannot sign in.
        """
        # In the caller's thread: signing in may wait for a person, and the loop serves others.
        self._administrator.token()
        try:
            response = self._loop.run(self._send(request))
        except _NEVER_SENT as error:
            raise self._not_sent(request, error) from error
        except httpx.TransportError as error:
            kind = type(error).__name__
            raise AnswerLost(
                f"{request.action}: {self._host} did not answer ({kind})",
                hint="check the network, then repeat the command",
            ) from error
        return Answer(response.status_code, _headers(response), _json(response))

    def close(self) -> None:
        """Close the connections and end the loop's thread."""
        if self._loop.is_running:
            self._loop.run(self._http.aclose())
        self._loop.close()
        self._administrator.close()

    async def _send(self, request: GraphRequest) -> httpx.Response:
        information = RequestInformation(Method(request.method))
        information.url = f"{self._adapter.base_url}{request.path}"
        information.headers.try_add("Accept", "application/json")
        if request.content is not None:
            information.set_stream_content(request.content, "application/json")
        information.add_request_options([ResponseHandlerOption(NativeResponseHandler())])
        response = await self._adapter.send_primitive_async(information, "bytes", {})
        if not isinstance(response, httpx.Response):
            msg = "the native response handler was not asked"
            raise TypeError(msg)
        return response

    def _not_sent(self, request: GraphRequest, error: Exception) -> NotSent:
        if _is_certificate_error(error):
            refused = NotSent(
                f"{request.action}: the certificate of {self._host} is not trusted",
                hint="behind a proxy that opens TLS, set SSL_CERT_FILE to its CA; "
                "for a sandbox, name its own ready file with --cloud",
            )
            refused.is_permanent = True
            return refused
        return NotSent(
            f"{request.action}: {self._host} cannot be reached",
            hint="check the network and the proxy settings, then repeat the command",
        )


class _HeldToken:
    """The administrator's token as the SDK wants to be given it."""

    def __init__(self, administrator: Administrator) -> None:
        self._administrator = administrator

    def get_token(
        self,
        *_scopes: str,
        claims: str | None = None,
        tenant_id: str | None = None,  # noqa: ARG002  (the SDK's signature)
        enable_cae: bool = False,  # noqa: ARG002  (the SDK's signature)
        **_options: object,
    ) -> AccessToken:
        """Return the token; a new one where Graph demands further claims."""
        return AccessToken(self._administrator.token(claims or "").reveal(), 0)


def _headers(response: httpx.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _json(response: httpx.Response) -> object:
    try:
        return response.json()
    except (ValueError, RecursionError):  # the latter: thousands of brackets, one in the other
        return None


def _is_certificate_error(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
