"""A pipeline's own tokens, which stand for an application that trusts them; fresh each time.

Source:
    https://docs.github.com/actions/reference/security/oidc
    https://learn.microsoft.com/rest/api/azure/devops/distributedtask/oidctoken/create
    https://learn.microsoft.com/entra/workload-id/workload-identity-federation
"""

import json
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

import httpx

from provision.cloud import BUILT_IN, Cloud, is_loopback
from provision.errors import ClientRefused, ProvisionError, Throttled, Unreachable, UsageError
from provision.graph.administrator_settings import AdministratorSettings, TokenService, Way
from provision.graph.token_claims import issuer_of
from provision.secret import Secret

AUDIENCE = "api://AzureADTokenExchange"
"""What a federated credential expects, unless it was made with another."""
_API_VERSION = "7.1"
_LONGEST = 65536
_TIMEOUT = httpx.Timeout(20.0, connect=10.0)
_TOO_MANY_REQUESTS = 429
_SERVER_FAULT = 500


def assertion_source(
    cloud: Cloud, settings: AdministratorSettings, way: Way
) -> Callable[[], str] | None:
    """Return what gets a fresh assertion at each call; None where the way needs none.

    Nothing is kept: such tokens live for five to ten minutes.
    """
    if way == "workload-identity" and settings.token_file is not None:
        path = settings.token_file
        return lambda: _fitting(cloud, str(path), Secret(path.read_text(encoding="utf-8").strip()))
    if way == "github" and settings.github is not None:
        github = settings.github
        return lambda: _fitting(cloud, "GitHub", _from_github(cloud, github))
    if way == "azure-devops" and settings.azure_devops is not None:
        devops = settings.azure_devops
        return lambda: _fitting(cloud, "Azure DevOps", _from_azure_devops(cloud, devops))
    return None


def _from_github(cloud: Cloud, service: TokenService) -> Secret:
    sign = "&" if urlsplit(service.url).query else "?"
    url = f"{service.url}{sign}{urlencode({'audience': AUDIENCE})}"
    request = httpx.Request("GET", url, headers=_headers(service))
    return _asked(
        cloud,
        request,
        "value",
        "asking GitHub for the job's token",
        "give the job `permissions: id-token: write`",
    )


def _from_azure_devops(cloud: Cloud, service: TokenService) -> Secret:
    query = {"api-version": _API_VERSION, "serviceConnectionId": service.service_connection_id}
    url = f"{service.url.rstrip('/')}?{urlencode(query)}"
    # Without the last header a wrong token is answered with a sign-in page.
    headers = _headers(service, content_type="application/json", x_tfs_fedauthredirect="Suppress")
    return _asked(
        cloud,
        httpx.Request("POST", url, headers=headers),
        "oidcToken",
        "asking Azure DevOps for the service connection's token",
        "map SYSTEM_ACCESSTOKEN: $(System.AccessToken) into the step, and let the pipeline use "
        "the service connection",
    )


def _headers(service: TokenService, **others: str) -> httpx.Headers:
    return httpx.Headers(
        {"authorization": f"Bearer {service.bearer.reveal()}", "accept": "application/json"}
        | {name.replace("_", "-"): value for name, value in others.items()}
    )


def _asked(cloud: Cloud, request: httpx.Request, member: str, action: str, hint: str) -> Secret:
    """Send once, to the host that the runner named and to no other.

    Raises:
        UsageError: The address is not https (this machine's may be http), or of another world.
        ClientRefused: The service gives no token.
        Throttled: It asked for patience.
        Unreachable: It did not answer.
    """
    host = request.url.host
    if request.url.scheme != "https" and not (request.url.scheme == "http" and is_loopback(host)):
        raise UsageError(f"{action}: its address is not https", hint="unset it, or correct it")
    _require_same_world(cloud, host, action)
    # No redirect is followed: the bearer is for this host alone.
    with httpx.Client(timeout=_TIMEOUT, trust_env=not is_loopback(host)) as client:
        try:
            answer = client.send(request, stream=True)
            body = _bounded(answer)
        except httpx.RequestError as error:
            raise Unreachable(
                f"{action}: {host} did not answer ({type(error).__name__})",
                hint="check the network and the proxy settings, then repeat the command",
            ) from error
    if not answer.is_success:
        raise _refusal(answer, f"{action}: {host} answered {answer.status_code}", hint)
    try:
        decoded = json.loads(body)
        return Secret(str(decoded[member]))
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ClientRefused(f"{action}: {host} answered without a token", hint=hint) from error


def _bounded(answer: httpx.Response) -> bytes:
    body = b""
    for chunk in answer.iter_bytes():
        body += chunk
        if len(body) > _LONGEST:
            return b""
    return body


def _refusal(answer: httpx.Response, said: str, hint: str) -> ProvisionError:
    if answer.status_code == _TOO_MANY_REQUESTS:
        return Throttled(said, retry_after=None)
    if answer.status_code >= _SERVER_FAULT:
        return Unreachable(said, hint="try again in a minute")
    return ClientRefused(said, hint=hint)


def _fitting(cloud: Cloud, origin: str, assertion: Secret) -> str:
    """Return an assertion that may be sent to the cloud's login host.

    Raises:
        UsageError: It is Microsoft's to judge and the cloud is not Microsoft's, or the reverse.
    """
    issuer = issuer_of(assertion)
    host = urlsplit(issuer).hostname or ""
    _require_same_world(cloud, host, f"signing in with {origin}'s token, whose issuer is {host!r}")
    return assertion.reveal()


def _require_same_world(cloud: Cloud, host: str, action: str) -> None:
    """Keep what Microsoft would accept from a cloud file's host, and the reverse."""
    if (cloud.name in BUILT_IN) is is_loopback(host):
        where = "Microsoft's" if cloud.name in BUILT_IN else "a cloud file's"
        raise UsageError(
            f"{action}: {host} and the login host are of different worlds (this cloud is {where})",
            hint="name Microsoft's cloud with --cloud global, or sign in with AZURE_CLIENT_SECRET",
        )
