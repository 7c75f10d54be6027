"""A tenant under contract, and what a test needs beside the port."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from provision.clock import ManualClock, SystemClock
from provision.cloud import Cloud
from provision.graph import answers as parse
from provision.graph.administrator_settings import AdministratorSettings
from provision.graph.credential import Administrator
from provision.graph.polling import Pacing
from provision.graph.request_count import Meter
from provision.graph.session import GraphSession
from provision.graph.sign_in import AzureSignIn
from provision.graph.tenant import GraphTenant
from provision.graph.wire import GraphRequest
from provision.tenant.application import PasswordRequest
from provision.tenant.port import Tenant

ANY_PASSWORD = PasswordRequest(
    "contract", datetime(2026, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)
)


@dataclass(frozen=True, slots=True)
class Backend:
    """One way to run the contract."""

    tenant: Tenant
    unique_name: str
    """Nobody else's, for as long as the test runs."""
    delete: Callable[[str], None]
    """Moves an application to the bin, by object id: what somebody else does in a portal."""
    make_nameless: Callable[[str], str]
    """Makes an application with a display name alone, as a portal does; returns its object id."""
    password: PasswordRequest = ANY_PASSWORD
    user: str = "forms@contoso.com"
    """Somebody who exists."""


def name_of(test: str) -> str:
    """Return a unique name that says which test it belongs to."""
    return re.sub(r"[^a-z0-9-]+", "-", f"contract-{test.removeprefix('test_')}")[:64].strip("-")


def opened(
    cloud: Cloud, settings: AdministratorSettings, clock: SystemClock | ManualClock
) -> tuple[GraphSession, GraphTenant]:
    """Return a tenant over the wire, and the wire itself."""
    pacing = Pacing(clock, lambda: 1.0, lambda _what, _seconds: None)
    session = GraphSession(cloud, Administrator(lambda: AzureSignIn(cloud, settings), pacing))
    return session, GraphTenant(session, session.graph, pacing, Meter())


def deleting(session: GraphSession) -> Callable[[str], None]:
    """Return how to delete an application."""

    def delete(object_id: str) -> None:
        path = f"/applications/{object_id}"
        answer = session.send(GraphRequest(f"deleting {object_id}", "DELETE", path))
        assert answer.is_success, answer.status

    return delete


def making_nameless(session: GraphSession) -> Callable[[str], str]:
    """Return how to make an application that has no unique name."""

    def make(display_name: str) -> str:
        body = json.dumps({"displayName": display_name}).encode()
        answer = session.send(GraphRequest("making one", "POST", "/applications", body))
        assert answer.is_success, answer.status
        return parse.object_id(answer.body)

    return make


def some_user(session: GraphSession) -> str:
    """Return the name of a user who exists in a tenant that we know nothing about."""
    answer = session.send(
        GraphRequest("finding a user", "GET", "/users?$top=1&$select=userPrincipalName")
    )
    return str(parse.items(answer.body)[0]["userPrincipalName"])
