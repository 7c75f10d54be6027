"""HTTP clients that trust the cloud's CA and nothing that the environment names instead."""

import ssl

import httpx
from azure.core.pipeline.transport import RequestsTransport

from provision.cloud import Cloud

_CONNECT_TIMEOUT = 10.0
_ANSWER_TIMEOUT = 100.0


def graph_client(cloud: Cloud) -> httpx.AsyncClient:
    """Return the client for Graph; it follows no redirect, since a bearer must not leave the host.

    With a CA of its own, a cloud is reached without proxies, and `SSL_CERT_FILE` and its like are
    not consulted; Microsoft's clouds are reached as the machine is configured.
    """
    timeout = httpx.Timeout(_ANSWER_TIMEOUT, connect=_CONNECT_TIMEOUT)
    if cloud.ca_bundle is None:
        return httpx.AsyncClient(timeout=timeout, follow_redirects=False)
    context = ssl.create_default_context(cafile=str(cloud.ca_bundle))
    return httpx.AsyncClient(
        verify=context, trust_env=False, timeout=timeout, follow_redirects=False
    )


def entra_transport(cloud: Cloud) -> RequestsTransport:
    """Return the transport for azure-identity, by the same rule.

    requests lets `REQUESTS_CA_BUNDLE` and `CURL_CA_BUNDLE` win over `verify=`, unless it is told
    not to read the environment at all.
    """
    timeouts = {"connection_timeout": _CONNECT_TIMEOUT, "read_timeout": _ANSWER_TIMEOUT}
    if cloud.ca_bundle is None:
        return RequestsTransport(**timeouts)
    return RequestsTransport(
        connection_verify=str(cloud.ca_bundle), use_env_settings=False, **timeouts
    )
