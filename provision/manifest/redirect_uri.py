"""What a web redirect URI may look like, whatever the audience."""

import re
from typing import Final

MAX_LENGTH: Final = 256
UNSUPPORTED: Final = "!$'(),;"
"""Characters that Entra does not accept in a redirect URI.

Source: https://learn.microsoft.com/entra/identity-platform/reply-url
"""

# RFC 3986, appendix B, with the authority taken apart.
_URI: Final = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://"
    r"(?P<user>[^/?#@]*@)?(?P<host>\[[^\]/?#]*\]|[^/?#:@\[\]]*)(?::(?P<port>[0-9]*))?"
    r"(?P<path>/[^?#]*)?(?P<query>\?[^#]*)?(?P<fragment>#.*)?",
    re.DOTALL,
)
_LOOPBACK: Final = ("localhost", "127.0.0.1")
_MAX_PORT: Final = 65535


def objection(uri: str) -> tuple[str, str] | None:
    """Return what is wrong with a URI and what was probably meant, or None."""
    if len(uri) > MAX_LENGTH:
        return f"a redirect URI has at most {MAX_LENGTH} characters, this one has {len(uri)}", ""
    strange = sorted({c for c in uri if c in UNSUPPORTED or c.isspace() or not c.isprintable()})
    if strange or not uri.isascii():
        shown = " ".join(repr(c) for c in strange) or "letters outside ASCII"
        return f"{uri!r}: a redirect URI may not contain {shown}", ""
    match = _URI.fullmatch(uri)
    if match is None:
        return f"{uri!r} is not a URI: it starts with https:// or http://localhost", ""
    return _parts_objection(uri, match)


def _parts_objection(uri: str, match: re.Match[str]) -> tuple[str, str] | None:
    host = match["host"].lower()
    if match["fragment"] is not None:
        return f"{uri!r}: a redirect URI has no fragment", uri.partition("#")[0]
    if not host or match["user"]:
        return "a redirect URI names a host, and neither user nor password", ""
    if host.startswith("["):
        return f"{uri!r}: Entra accepts no IPv6 address", _on_localhost(match)
    if match["port"] and not 0 < int(match["port"][:6]) <= _MAX_PORT:
        return f"{uri!r}: no such port", ""
    return _scheme_objection(uri, match["scheme"].lower(), host)


def _scheme_objection(uri: str, scheme: str, host: str) -> tuple[str, str] | None:
    if scheme == "http" and host not in _LOOPBACK:
        meant = f"https{uri[len(scheme) :]}"
        return f"{uri!r}: only http://localhost does without https", meant
    if scheme not in ("http", "https"):
        return f"{uri!r}: a web redirect URI has the scheme https", ""
    return None


def _on_localhost(match: re.Match[str]) -> str:
    port = f":{match['port']}" if match["port"] else ""
    return f"http://localhost{port}{match['path'] or ''}"


def is_loopback(uri: str) -> bool:
    """Tell whether a valid redirect URI leads back to the machine of the browser."""
    match = _URI.fullmatch(uri)
    return match is not None and match["host"].lower() in _LOOPBACK


def has_query(uri: str) -> bool:
    """Tell whether a valid redirect URI carries a query."""
    return "?" in uri


def has_wildcard(uri: str) -> bool:
    """Tell whether a valid redirect URI stands for many."""
    return "*" in uri


def without_port(uri: str) -> str:
    """Return what Entra compares: for localhost the port does not count."""
    match = _URI.fullmatch(uri)
    if match is None or match["host"].lower() != "localhost":
        return uri
    return f"{match['scheme'].lower()}://localhost{match['path'] or ''}{match['query'] or ''}"
