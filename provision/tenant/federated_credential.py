"""Whose tokens stand for an application (Graph `federatedIdentityCredential`)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FederatedTrust:
    """One trust, as it is wanted or was found."""

    name: str
    """Immutable; unique within the application whatever its case."""
    issuer: str
    subject: str
    """Compared letter by letter, case included."""
    audience: str


@dataclass(frozen=True, slots=True)
class FederatedCredential:
    """A trust as Graph keeps it."""

    credential_id: str
    trust: FederatedTrust
