"""The token endpoint: bodies, statuses, and what a client must say about itself."""

from base64 import b64encode
from urllib.parse import quote

import jwt
import pytest

from tests.contract.sandbox_entra.tenant import (
    CLIENT_ID,
    CLIENT_OBJECT_ID,
    DAY,
    GRAPH_CLIENT,
    ORIGIN,
    SECRET,
    Sandbox,
    application,
    claims_of,
    code_of,
)

DEFAULT = "https://graph.microsoft.com/.default"


def app_token(sandbox: Sandbox, segment: str = "", **changes: str) -> dict[str, object]:
    fields = {"grant_type": "client_credentials", "scope": DEFAULT, **changes}
    return dict(sandbox.token(segment, **fields).json())


def test_a_refusal_has_entra_s_members_and_correlates(sandbox: Sandbox) -> None:
    answer = sandbox.post(
        f"/{sandbox.tenant}/oauth2/v2.0/token",
        {"client_id": CLIENT_ID, "client_secret": "no", "grant_type": "client_credentials"},
        {"client-request-id": "aaaaaaaa-0000-4000-8000-000000000000"},
    )
    body = answer.json()
    assert list(body) == [
        "error",
        "error_description",
        "error_codes",
        "timestamp",
        "trace_id",
        "correlation_id",
        "error_uri",
    ]
    assert body["correlation_id"] == "aaaaaaaa-0000-4000-8000-000000000000"
    assert body["error_description"].splitlines()[1:] == [
        f"Trace ID: {body['trace_id']}",
        f"Correlation ID: {body['correlation_id']}",
        f"Timestamp: {body['timestamp']}",
    ]
    assert body["error_uri"] == f"{ORIGIN}/error?code=7000215"
    assert body["timestamp"] == "2026-03-01 12:00:00Z"
    assert answer.headers["x-ms-request-id"] == body["trace_id"]
    assert (answer.headers["cache-control"], answer.headers["pragma"]) == (
        "no-store, no-cache",
        "no-cache",
    )


@pytest.mark.parametrize(
    ("fields", "status", "error", "code"),
    [
        ({"grant_type": "-"}, 400, "invalid_request", 900144),
        ({"client_id": "-"}, 400, "invalid_request", 900144),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        ({"client_id": "0"}, 400, "unauthorized_client", 700016),
        ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        ({"client_secret": "-"}, 401, "invalid_client", 7000218),
        ({"client_secret": ""}, 401, "invalid_client", 7000218),
        ({"client_assertion": "a.b.c"}, 400, "invalid_request", 900144),
        ({"scope": "-"}, 400, "invalid_request", 90014),
        ({"scope": "Mail.Read"}, 400, "invalid_scope", 1002012),
        ({"scope": f"{DEFAULT} openid"}, 400, "invalid_scope", 70011),
        ({"scope": "https://api.example/.default"}, 400, "invalid_resource", 500011),
    ],
)
def test_refuses_with_the_right_status_error_and_code(
    sandbox: Sandbox, fields: dict[str, str], status: int, error: str, code: int
) -> None:
    answer = sandbox.token(**{"grant_type": "client_credentials", "scope": DEFAULT, **fields})
    assert (answer.status_code, answer.json()["error"], code_of(answer)) == (status, error, code)


def test_an_unknown_tenant_is_refused(sandbox: Sandbox) -> None:
    assert app_token(sandbox, "nowhere.example")["error_codes"] == [90002]


def test_another_verb_is_refused(sandbox: Sandbox) -> None:
    assert code_of(sandbox.get(f"/{sandbox.tenant}/oauth2/v2.0/token")) == 900561


def test_a_body_of_another_type_is_not_read(sandbox: Sandbox) -> None:
    answer = sandbox.post(
        f"/{sandbox.tenant}/oauth2/v2.0/token",
        {"grant_type": "client_credentials"},
        {"content-type": "application/json"},
    )
    assert code_of(answer) == 900144


@pytest.mark.parametrize(
    "resource", ["https://vault.azure.net", "cfa8b339-82a2-471a-a3c9-0fc0be7a4093"]
)
def test_a_token_for_key_vault_is_for_key_vault_alone(sandbox: Sandbox, resource: str) -> None:
    token = str(app_token(sandbox, scope=f"{resource}/.default")["access_token"])

    claims = jwt.decode(token, options={"verify_signature": False})
    assert (claims["aud"], claims.get("roles")) == ("https://vault.azure.net", None)


def test_an_expired_secret_says_that_it_expired(sandbox: Sandbox) -> None:
    sandbox.context.clock.advance(500 * DAY)
    assert app_token(sandbox)["error_codes"] == [7000222]


def test_a_fresh_secret_is_refused_at_first() -> None:
    rule = {"fault": "refused-secret", "chance": 1.0, "requests": [1, 1]}
    fresh = Sandbox(faults={"version": 1, "rules": [rule]})
    answers = app_token(fresh), app_token(fresh)
    fresh.close()
    assert answers[0]["error_codes"] == [7000215]
    assert "access_token" in answers[1]


def test_the_secret_may_come_form_encoded_in_http_basic(sandbox: Sandbox) -> None:
    pair = f"{CLIENT_ID}:{quote(SECRET, safe='')}"
    answer = sandbox.post(
        f"/{sandbox.tenant}/oauth2/v2.0/token",
        {"grant_type": "client_credentials", "scope": DEFAULT},
        {"authorization": f"Basic {b64encode(pair.encode()).decode()}"},
    )
    assert answer.status_code == 200


def test_unreadable_http_basic_names_no_client(sandbox: Sandbox) -> None:
    answer = sandbox.post(
        f"/{sandbox.tenant}/oauth2/v2.0/token",
        {"grant_type": "client_credentials", "scope": DEFAULT},
        {"authorization": "Basic ???"},
    )
    assert code_of(answer) == 900144


@pytest.mark.parametrize("segment", ["common", "organizations", "consumers"])
def test_an_application_on_its_own_needs_a_tenant(sandbox: Sandbox, segment: str) -> None:
    assert app_token(sandbox, segment)["error_codes"] == [9001023]


def test_an_application_without_presence_gets_nothing(sandbox: Sandbox) -> None:
    del sandbox.directory.service_principals[CLIENT_OBJECT_ID]
    answer = sandbox.token(grant_type="client_credentials", scope=DEFAULT)
    assert (answer.status_code, code_of(answer)) == (401, 7000229)


def test_an_application_gets_its_roles_and_no_refresh_token(sandbox: Sandbox) -> None:
    sandbox.install(application() | {"_appRoles": ["User.Read.All", "IMAP.AccessAsApp"]})
    body = app_token(sandbox)
    assert list(body) == ["token_type", "expires_in", "ext_expires_in", "access_token"]
    claims = claims_of(str(body["access_token"]))
    assert (claims["roles"], claims["aud"]) == (["User.Read.All"], "https://graph.microsoft.com")


def test_exchange_roles_go_into_exchange_tokens(sandbox: Sandbox) -> None:
    sandbox.install(application() | {"_appRoles": ["User.Read.All", "IMAP.AccessAsApp"]})
    body = app_token(sandbox, scope="https://outlook.office365.com/.default")
    claims = claims_of(str(body["access_token"]))
    assert (claims["roles"], claims["aud"]) == (["IMAP.AccessAsApp"], "https://outlook.office.com")


def test_without_roles_the_token_names_none(sandbox: Sandbox) -> None:
    assert "roles" not in claims_of(str(app_token(sandbox)["access_token"]))


@pytest.mark.parametrize(
    "scope", [f"{ORIGIN}//.default", f"{ORIGIN}/.default", f"{GRAPH_CLIENT}/.default"]
)
def test_microsoft_graph_has_other_names(sandbox: Sandbox, scope: str) -> None:
    claims = claims_of(str(app_token(sandbox, scope=scope)["access_token"]))
    assert claims["aud"] == "https://graph.microsoft.com"
