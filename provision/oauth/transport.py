"""Requests to the login host over httpx: TLS as the cloud wants it, and no repetition."""

import ssl
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import urlsplit

import httpx

from provision.cloud import Cloud
from provision.diagnose.reach import certificate_issuer
from provision.errors import OutcomeUnknown, RefusedError, Unreachable, UsageError
from provision.oauth.http_response import Answer, Form
from provision.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

_CONNECT: Final = 10.0
_ANSWER: Final = 30.0
_NEVER_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.LocalProtocolError,
)


@dataclass(frozen=True, slots=True)
class Peer:
    """Whoever answered a request, as far as the connection shows it."""

    tls: str
    """`TLSv1.3`; empty without TLS."""
    issuer: str
    """Organization that issued its certificate."""
    date: str
    """The answer's `Date` header; empty without one."""


class Transport:
    """The `Http` port over one httpx client; a context manager, usable from several threads."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: "TracebackType | None",
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def get(self, url: str) -> Answer:
        """Fetch a document."""
        with _translated(url):
            return _answer(self._client.get(url))

    def peer(self, url: str) -> Peer:
        """Fetch a document and return what is known of whoever answered, whatever was answered."""
        with _translated(url), self._client.stream("GET", url) as response:
            stream = response.extensions.get("network_stream")
            tls = None if stream is None else stream.get_extra_info("ssl_object")
            return Peer(
                tls="" if tls is None else tls.version() or "",
                issuer="" if tls is None else certificate_issuer(tls.getpeercert()),
                date=response.headers.get("date", ""),
            )

    def post(self, url: str, form: Form, headers: Mapping[str, str]) -> Answer:
        """Send a form."""
        with _translated(url):
            return _answer(self._client.post(url, data=_revealed(form), headers=dict(headers)))


def open_transport(cloud: Cloud) -> Transport:
    """Return a transport for the cloud's login host; the caller closes it.

    A cloud's own CA is the only one trusted, whatever SSL_CERT_FILE or REQUESTS_CA_BUNDLE say.
    Proxies of the environment are used, except for this machine.

    Raises:
        UsageError: The CA file of the cloud or of SSL_CERT_FILE cannot be read.
    """
    return Transport(
        httpx.Client(
            verify=_tls(cloud),
            trust_env=not cloud.is_on_this_machine,
            timeout=httpx.Timeout(_ANSWER, connect=_CONNECT),
            headers={"accept": "application/json", "user-agent": "provision"},
        )
    )


def _tls(cloud: Cloud) -> ssl.SSLContext:
    try:
        if cloud.ca_bundle is not None:
            return ssl.create_default_context(cafile=str(cloud.ca_bundle))
        # Mozilla's list, or SSL_CERT_FILE's; with the system's, where a company's own CA is.
        context = httpx.create_ssl_context()
        context.load_default_certs()
    except OSError as error:
        named = cloud.ca_bundle or "that SSL_CERT_FILE or SSL_CERT_DIR names"
        raise UsageError(
            f"cloud {cloud.name}: the CA file {named} cannot be read",
            hint="name a readable PEM file; for a sandbox, the ready file of the one that runs",
        ) from error
    return context


def _revealed(form: Form) -> dict[str, str]:
    return {
        name: value.reveal() if isinstance(value, Secret) else value for name, value in form.items()
    }


def _answer(response: httpx.Response) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, headers, response.content)


@contextmanager
def _translated(url: str) -> "Iterator[None]":
    host = urlsplit(url).netloc
    try:
        yield
    except httpx.RequestError as error:
        if _is_untrusted(error):
            raise RefusedError(
                f"connecting to {host}: its certificate is not one that is trusted here",
                hint="behind a proxy that inspects TLS, point SSL_CERT_FILE to its CA; for a "
                "sandbox, use the ready file of the one that is running",
            ) from error
        if isinstance(error, _NEVER_SENT):
            raise Unreachable(
                f"connecting to {host}: no connection ({type(error).__name__})",
                hint="check name resolution, proxy and firewall towards this host",
            ) from error
        raise OutcomeUnknown(
            f"waiting for {host}: the connection ended without an answer ({type(error).__name__})",
            hint="check the connection to this host",
        ) from error


def _is_untrusted(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
