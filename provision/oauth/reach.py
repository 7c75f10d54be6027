"""Try the login host or Graph without a credential, through the proxy of the environment."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Protocol
from urllib.parse import urlsplit

from provision.diagnose.reach import Reach, Step
from provision.errors import OutcomeUnknown, ProvisionError, RefusedError
from provision.oauth.transport import Peer

_HTTPS = 443
_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


class Looking(Protocol):
    """Tells who answers at an address."""

    def peer(self, url: str) -> Peer:
        """Fetch a document; raise what every request raises."""
        ...


def reach(what: str, url: str, http: Looking) -> Reach:
    """Return how far a request comes; any answer will do."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _HTTPS
    try:
        peer = http.peer(url)
    except ProvisionError as error:
        return Reach(what, host, port, _step(error), error.message.partition(": ")[2])
    try:
        their_time = parsedate_to_datetime(peer.date)
    except ValueError:
        their_time = None
    return Reach(what, host, port, None, "", peer.tls, peer.issuer, their_time)


def _step(error: ProvisionError) -> Step:
    match error:
        case RefusedError():
            return "tls"
        case OutcomeUnknown():
            return "answer"
        case _:
            return "connection"


def proxy_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the proxies that an environment names, without whoever signs in to them."""
    found = {}
    for name in _PROXIES:
        parts = urlsplit(environ.get(name, ""))
        if parts.hostname:
            found[name] = parts.hostname if parts.port is None else f"{parts.hostname}:{parts.port}"
    return found
