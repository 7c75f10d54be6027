"""How far a connection to one host came; values alone, the adapters fill them in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Step = Literal["name", "connection", "tls", "answer"]
"""What can fail, in the order in which it is tried."""


@dataclass(frozen=True, slots=True)
class Reach:
    """One host, tried from here without a credential."""

    what: str
    """`login`, `Graph`, `IMAP` …"""
    host: str
    port: int
    failed_at: Step | None
    """None where the host answered."""
    said: str = ""
    """Why it failed, in the words of whoever knows."""
    tls: str = ""
    """`TLSv1.3`; empty where nobody saw it."""
    issuer: str = ""
    """Organization that vouches for the host's certificate; empty where nobody saw it."""
    their_time: datetime | None = None
    """What the host's clock said, to the second."""


def certificate_issuer(certificate: Mapping[str, Any] | None) -> str:
    """Return the organization that issued a certificate, or its common name; empty without either.

    Args:
        certificate: As `ssl.SSLSocket.getpeercert` returns it.
    """
    groups = (certificate or {}).get("issuer", ())
    names = dict(pair for group in groups for pair in group)
    return str(names.get("organizationName") or names.get("commonName") or "")
