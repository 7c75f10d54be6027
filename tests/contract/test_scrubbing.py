"""No credential reaches a cassette."""

import base64
import json

import pytest
from vcr.request import Request  # type: ignore[import-untyped]  # vcrpy is not annotated

from provision.graph.token_claims import tenant_of
from provision.secret import Secret
from tests.contract.scrubbing import ORIGIN, scrub_answer, scrub_login_request, scrub_request

CANARY = "canary~Q1.secret_value"
TOKEN_URL = "https://localhost:40123/contoso.onmicrosoft.com/oauth2/v2.0/token"


def token_with(claims: object) -> str:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{payload}.signature"


def answer(body: object) -> dict[str, object]:
    headers = {"Content-Type": ["application/json"], "Set-Cookie": [CANARY], "request-id": ["9f"]}
    return {"headers": headers, "body": {"string": json.dumps(body).encode()}, "status": {}}


def scrubbed_body(body: object) -> str:
    text: str = scrub_answer(answer(body))["body"]["string"].decode()
    return text


def test_drops_the_header_that_carries_the_bearer():
    request = Request("GET", f"{ORIGIN}/v1.0/me", None, {"Authorization": f"Bearer {CANARY}"})

    assert scrub_request(request).headers == {}


def test_drops_the_form_that_carries_the_client_secret():
    request = Request("POST", TOKEN_URL, f"client_secret={CANARY}", {})

    assert scrub_request(request).body == b"scrubbed"


@pytest.mark.parametrize("name", ["secretText", "refresh_token", "id_token", "hint"])
def test_drops_secrets_at_any_depth(name):
    assert CANARY not in scrubbed_body({"value": [{"passwordCredentials": [{name: CANARY}]}]})


def test_keeps_of_an_access_token_only_its_tenant():
    token = token_with({"tid": "t-1", "upn": CANARY})

    kept = json.loads(scrubbed_body({"access_token": token}))["access_token"]

    assert tenant_of(Secret(kept)) == "t-1"
    assert kept != token


def test_keeps_nothing_of_a_personal_access_token():
    assert json.loads(scrubbed_body({"access_token": CANARY.replace(".", "")})) == {
        "access_token": "scrubbed"
    }


@pytest.mark.parametrize(
    "path", ["/common/oauth2/v2.0/authorize?client_id=c", "/login", f"/{CANARY}/faults"]
)
def test_a_login_host_is_recorded_as_far_as_our_client_talks_to_it(path):
    assert scrub_login_request(Request("GET", f"{ORIGIN}{path}", None, {})) is None


def test_of_a_login_host_the_form_of_a_token_request_goes_too():
    kept = scrub_login_request(Request("POST", TOKEN_URL, f"refresh_token={CANARY}", {}))

    assert kept is not None
    assert kept.body == b"scrubbed"


def test_keeps_what_says_that_there_is_no_secret():
    assert json.loads(scrubbed_body({"secretText": None})) == {"secretText": None}


def test_keeps_only_headers_that_the_client_reads():
    assert set(scrub_answer(answer({}))["headers"]) == {"Content-Type", "request-id"}


def test_replaces_the_port_of_the_day():
    request = scrub_request(Request("POST", TOKEN_URL, None, {}))

    assert request.uri == f"{ORIGIN}/contoso.onmicrosoft.com/oauth2/v2.0/token"
    assert "40123" not in scrubbed_body({"issuer": TOKEN_URL, "cloud": "localhost:40123"})


def test_leaves_a_body_that_is_not_json_as_it_is():
    response = {"headers": {}, "body": {"string": b""}}

    assert scrub_answer(response)["body"]["string"] == b""
