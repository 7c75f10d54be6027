"""A browser before the listener, as far as HTTP goes."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from provision.oauth.listener import Loopback

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
GOOD = {"code": "the-code", "state": "good"}


@dataclass
class Seen:
    status: int
    text: str
    headers: Mapping[str, str]


def ask(
    listener: Loopback[object],
    method: str = "GET",
    path: str = "/",
    body: str | None = None,
    headers: Mapping[str, str] | None = None,
    host: str = "127.0.0.1",
) -> Seen:
    port = urlsplit(listener.redirect_uri).port
    connection = http.client.HTTPConnection(host, port, timeout=10)
    try:
        connection.request(method, path, body, {"Host": f"localhost:{port}", **(headers or {})})
        response = connection.getresponse()
        return Seen(response.status, response.read().decode(), dict(response.getheaders()))
    finally:
        connection.close()


def post(listener: Loopback[object], host: str = "127.0.0.1", **fields: str) -> Seen:
    return ask(listener, "POST", "/", urlencode(fields), FORM, host)
