"""Requests made up from the contract of Graph: each gets an answer that the contract knows."""

import json
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.contract.sandbox_graph.client import SandboxClient
from tests.contract.sandbox_graph.conftest import ROLES

CONTRACT = Path(__file__).parents[4] / "shared/microsoft/openapi/derived-2026-08.openapi.yaml"
# What it takes to be let in everywhere: a 403 would hide what lies behind it.
MORE_ROLES = ["Directory.ReadWrite.All", "Policy.Read.All",
              "Policy.ReadWrite.ApplicationConfiguration"]  # fmt: skip
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
ON_SHARED_SERVERS = settings(
    deadline=None,
    max_examples=max(5, settings().max_examples // 3),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def contract() -> dict[str, Any]:
    """Return the contract, and what else is documented: a delta link may have grown too old.

    Source:
        https://learn.microsoft.com/graph/delta-query-overview#synchronization-reset
    """
    raw: dict[str, Any] = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    for path, item in raw["paths"].items():
        if path.endswith("/delta"):
            item["get"]["responses"]["410"] = item["get"]["responses"]["400"]
    return raw


def operations() -> list[Any]:
    """Return every operation of the contract; nothing where the contract is not here."""
    if not CONTRACT.exists():
        return []
    found = schemathesis.openapi.from_dict(contract()).get_all_operations()
    return [operation.ok() for operation in found if isinstance(operation, Ok)]


@pytest.fixture
def omnipotent(client: SandboxClient) -> SandboxClient:
    """Return the administrator's client with every right that the contract's calls need."""
    path = f"/applications/{client.ready.admin_client_id}/roles"
    client.control("POST", path, {"roles": [*ROLES, *MORE_ROLES]})
    client.sign_in()
    return client


@pytest.mark.skipif(not CONTRACT.exists(), reason=f"the contract is not here: {CONTRACT.name}")
@pytest.mark.parametrize("operation", operations(), ids=lambda o: f"{o.method} {o.path}")
@ON_SHARED_SERVERS
@given(data=st.data())
def test_answers_as_the_contract_says(omnipotent, operation, data):
    case = data.draw(operation.as_strategy())
    response = case.call(
        base_url=f"{omnipotent.ready.graph}/v1.0",
        headers={"Authorization": f"Bearer {omnipotent.token}"},
        verify=str(omnipotent.ready.ca_bundle),
    )

    case.validate_response(response, checks=CHECKS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
BODIES = st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode())
TARGETS = ["/applications", "/servicePrincipals", "/oauth2PermissionGrants", "/$batch"]


@pytest.mark.parametrize("target", TARGETS)
@ON_SHARED_SERVERS
@given(body=BODIES)
def test_no_body_brings_a_write_down(client, target, body):
    headers = {"Authorization": f"Bearer {client.token}", "Content-Type": "application/json"}

    reply = client.raw("POST", f"/v1.0{target}", body, headers)

    assert 400 <= reply.status < 500
    assert set(reply.body["error"]) >= {"code", "message", "innerError"}


@ON_SHARED_SERVERS
@given(option=st.sampled_from(["$filter", "$select", "$top", "$orderby", "$skiptoken", "$search",
                               "$expand", "$count"]),
       text=st.text(max_size=30))  # fmt: skip
def test_no_query_option_brings_a_list_down(client, option, text):
    from urllib.parse import urlencode  # noqa: PLC0415  (only here)

    reply = client.graph("GET", f"/applications?{urlencode({option: text})}")

    assert reply.status in (200, 400)


@ON_SHARED_SERVERS
@given(segments=st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=4))
def test_no_path_gets_an_answer_that_is_not_graphs(client, segments):
    from urllib.parse import quote  # noqa: PLC0415  (only here)

    path = "/".join(quote(segment, safe="()'=") for segment in segments)
    reply = client.graph("GET", f"/{path}")

    assert reply.status in (400, 404, 405)
    assert reply.code


@ON_SHARED_SERVERS
@given(token=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=80))
def test_no_token_but_ours_opens_anything(client, token):
    reply = client.graph("GET", "/applications", headers={"Authorization": f"Bearer {token}"})

    assert (reply.status, reply.code) == (401, "InvalidAuthenticationToken")
