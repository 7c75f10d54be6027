"""What lies in the bin: for thirty days, and not in the way of what took its place."""

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random

import pytest

from provision.clock import ManualClock
from provision.sandbox.context import Context, SandboxClock
from provision.sandbox.directory import JsonObject
from provision.sandbox.faults.decisions import Faults
from provision.sandbox.graph.access import authenticate
from provision.sandbox.graph.call import Call, split_path
from provision.sandbox.graph.dispatch import dispatch
from provision.sandbox.graph.refusals import GraphRefusal
from provision.sandbox.seed import make_directory
from provision.sandbox.tokens import Tokens
from tests.signing import shared_key

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORIGIN = "https://localhost:1"
SCOPES = frozenset({"Application.ReadWrite.All", "Directory.ReadWrite.All"})
DAY = 86400.0
Ask = Callable[..., JsonObject]


@pytest.fixture
def context() -> Context:
    clock = SandboxClock(ManualClock(NOW))
    directory = make_directory("contoso.onmicrosoft.com", NOW, Random(1))
    tokens = Tokens(directory, clock, ORIGIN, shared_key())
    return Context(directory, clock, tokens, Faults((), 1, NOW.timestamp()), ORIGIN)


@pytest.fixture
def ask(context: Context) -> Ask:
    """Send one request as the administrator and return the body of the answer."""

    def asked(method: str, path: str, body: JsonObject | None = None) -> JsonObject:
        account = context.directory.accounts["admin@contoso.com"]
        token = context.tokens.mint_for_user(account, "c", "https://graph.microsoft.com", SCOPES)
        claims = authenticate(context, f"Bearer {token}")
        return dispatch(context, Call(method, split_path(path), {}, {}, claims, body)).body or {}

    return asked


def deleted(ask: Ask, **members: object) -> str:
    """Return the object id of an application that was made and deleted."""
    object_id = ask("POST", "applications", {"displayName": "binned", **members})["id"]
    ask("DELETE", f"applications/{object_id}")
    return str(object_id)


def test_the_bin_is_emptied_after_thirty_days(ask: Ask, context: Context) -> None:
    object_id = deleted(ask)

    context.clock.advance(29 * DAY)
    assert ask("GET", f"directory/deletedItems/{object_id}")["id"] == object_id
    context.clock.advance(DAY)
    with pytest.raises(GraphRefusal, match="does not exist"):
        ask("GET", f"directory/deletedItems/{object_id}")


def test_a_name_that_was_thrown_away_with_the_rest_is_not_free(ask: Ask, context: Context) -> None:
    deleted(ask, uniqueName="thrown-away")
    context.clock.advance(31 * DAY)

    with pytest.raises(GraphRefusal, match="uniqueName already exists"):
        ask("POST", "applications", {"displayName": "again", "uniqueName": "thrown-away"})


def test_an_application_is_not_restored_over_one_that_took_its_address(ask: Ask) -> None:
    object_id = deleted(ask, identifierUris=["api://taken"])
    ask("POST", "applications", {"displayName": "new", "identifierUris": ["api://taken"]})

    with pytest.raises(GraphRefusal, match="identifierUris already exists"):
        ask("POST", f"directory/deletedItems/{object_id}/restore")


def test_a_principal_is_not_restored_beside_a_new_one(ask: Ask) -> None:
    made = ask("POST", "applications", {"displayName": "one"})
    principal = ask("POST", "servicePrincipals", {"appId": made["appId"]})
    ask("DELETE", f"servicePrincipals/{principal['id']}")
    ask("POST", "servicePrincipals", {"appId": made["appId"]})

    with pytest.raises(GraphRefusal, match="is already in use"):
        ask("POST", f"directory/deletedItems/{principal['id']}/restore")


def test_a_principal_is_not_restored_before_its_application(ask: Ask) -> None:
    made = ask("POST", "applications", {"displayName": "both"})
    principal = ask("POST", "servicePrincipals", {"appId": made["appId"]})
    ask("DELETE", f"applications/{made['id']}")

    with pytest.raises(GraphRefusal, match="does not reference a valid application object"):
        ask("POST", f"directory/deletedItems/{principal['id']}/restore")


def test_a_hundred_owners_are_enough(ask: Ask, context: Context) -> None:
    object_id = ask("POST", "applications", {"displayName": "crowded"})["id"]
    stored = context.directory.applications[object_id]
    stored["_owners"] = [f"11111111-2222-3333-4444-{n:012}" for n in range(100)]
    reference = {"@odata.id": f"{ORIGIN}/v1.0/users/alex@contoso.com"}

    with pytest.raises(GraphRefusal, match="The size of the object has exceeded its limit"):
        ask("POST", f"applications/{object_id}/owners/$ref", reference)
