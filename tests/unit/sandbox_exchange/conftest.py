"""A small tenant, and a token for it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from provision.clock import ManualClock
from provision.sandbox.context import Context, SandboxClock
from provision.sandbox.directory import Account, Directory
from provision.sandbox.faults.decisions import Faults
from provision.sandbox.faults.document import load_rules
from provision.sandbox.tokens import Claims, Tokens
from tests.signing import shared_key

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> SandboxClock:
    return SandboxClock(ManualClock(NOW))


@pytest.fixture
def directory() -> Directory:
    accounts = {
        name: Account(f"id-{name}", name, "secret", name)
        for name in ("forms@contoso.com", "alex@contoso.com", "shared@contoso.com")
    }
    accounts["shared@contoso.com"].full_access.append("Alex@contoso.com")
    accounts["shared@contoso.com"].send_as.append("Alex@contoso.com")
    return Directory("tenant", "contoso.onmicrosoft.com", accounts=accounts)


@pytest.fixture
def forms_claims() -> Claims:
    """What a token of forms@contoso.com says that opens everything of theirs."""
    return Claims(
        audience="https://outlook.office.com",
        scopes=frozenset({"IMAP.AccessAsUser.All", "POP.AccessAsUser.All", "SMTP.Send"}),
        roles=frozenset(),
        user_principal_name="forms@contoso.com",
        object_id="id-forms@contoso.com",
        client_id="client",
        tenant_id="tenant",
        expires_at=NOW.timestamp() + 3600,
    )


@pytest.fixture
def alex_claims(forms_claims: Claims) -> Claims:
    """The same for alex@contoso.com, who is a delegate of shared@contoso.com."""
    return replace(
        forms_claims, user_principal_name="alex@contoso.com", object_id="id-alex@contoso.com"
    )


@pytest.fixture
def context(directory: Directory, clock: SandboxClock) -> Context:
    origin = "https://localhost:1"
    faults = Faults(load_rules("none"), 1, clock.timestamp())
    return Context(directory, clock, Tokens(directory, clock, origin, shared_key()), faults, origin)
