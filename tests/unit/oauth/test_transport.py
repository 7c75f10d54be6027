import ssl
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from provision.cloud import BUILT_IN
from provision.errors import OutcomeUnknown, RefusedError, Unreachable, UsageError
from provision.oauth.transport import Transport, open_transport
from provision.secret import Secret

URL = "https://login.example/token"


def over(handler) -> Transport:
    return Transport(httpx.Client(transport=httpx.MockTransport(handler)))


def failing(error: Exception) -> Transport:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error

    return over(handler)


def test_a_form_is_encoded_for_the_wire() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=request.content, headers={"X-Kind": "A"})

    form: dict[str, str | Secret] = {"client_secret": Secret("a+b&c%41~"), "scope": "x y"}
    with over(handler) as transport:
        answer = transport.post(URL, form, {"client-request-id": "1"})
    assert answer.body == b"client_secret=a%2Bb%26c%2541~&scope=x+y"
    assert answer.headers["x-kind"] == "A"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ConnectError("x"), Unreachable),
        (httpx.ConnectTimeout("x"), Unreachable),
        (httpx.ProxyError("x"), Unreachable),
        (httpx.ReadTimeout("x"), OutcomeUnknown),
        (httpx.WriteError("x"), OutcomeUnknown),
        (httpx.RemoteProtocolError("x"), OutcomeUnknown),
        (httpx.DecodingError("x"), OutcomeUnknown),
    ],
)
def test_tells_what_never_arrived_from_what_may_have(error, kind) -> None:
    with pytest.raises(kind, match=r"login\.example"):
        failing(error).post(URL, {}, {})


def test_a_foreign_certificate_is_final() -> None:
    error = httpx.ConnectError("x")
    error.__cause__ = ssl.SSLCertVerificationError("self-signed")
    with pytest.raises(RefusedError, match="certificate"):
        failing(error).get(URL)


def test_an_error_names_the_host_and_not_the_address() -> None:
    with pytest.raises(Unreachable) as caught:
        failing(httpx.ConnectError("x")).get("https://login.example/a?code=secret-code")
    assert "secret-code" not in caught.value.message


def test_opens_for_a_cloud_of_microsofts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    with open_transport(BUILT_IN["global"]) as transport:
        assert isinstance(transport, Transport)


@pytest.mark.parametrize("content", [None, "not a certificate"])
def test_an_unreadable_ca_file_is_a_mistake_of_the_cloud_file(tmp_path: Path, content) -> None:
    path = tmp_path / "ca.pem"
    path.write_text(content or "")
    broken = replace(BUILT_IN["global"], ca_bundle=path if content else tmp_path / "absent.pem")
    with pytest.raises(UsageError, match="CA file"):
        open_transport(broken)


def test_an_unreadable_ca_file_of_the_environment_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent/ca.pem")
    with pytest.raises(UsageError, match="SSL_CERT_FILE"):
        open_transport(BUILT_IN["global"])
