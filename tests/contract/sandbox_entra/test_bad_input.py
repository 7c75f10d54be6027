"""Noise on every endpoint: a refusal of Entra's or a clean 4xx, never a 5xx, never a traceback."""

import json

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.sandbox_entra.tenant import (
    CHALLENGE,
    CLIENT_ID,
    MAIL,
    REDIRECT,
    SECRET,
    Sandbox,
    code_of,
)

FORM = {"content-type": "application/x-www-form-urlencoded"}
PATHS = [
    "/{tenant}/oauth2/v2.0/token",
    "/{tenant}/oauth2/v2.0/devicecode",
    "/{tenant}/oauth2/v2.0/authorize",
    "/{tenant}/v2.0/adminconsent",
    "/{tenant}/adminconsent",
    "/{tenant}/login",
    "/{tenant}/proceed",
    "/{tenant}/consent",
    "/{tenant}/oauth2/v2.0/logout",
    "/{tenant}/v2.0/.well-known/openid-configuration",
    "/{tenant}/discovery/v2.0/keys",
    "/common/discovery/instance",
    "/common/oauth2/nativeclient",
    "/common/wrongplace",
    "/devicelogin",
    "/error",
]
BODIES = [
    b"",
    b"&&&===",
    b"client_id",
    b"client_id=%00&grant_type=%00",
    b"client_id=\xff\xfe\xc3&grant_type=\xff",
    b"%%%zz=%u0041",
    b"flow=%C3%A9&canary=%C3%A9",
    b"a=1&a=2",
    b'{"client_id": 1}',
    b"x" * 70_000,
]
LIMITED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def send(
    sandbox: Sandbox, method: str, path: str, body: bytes, headers: dict[str, str]
) -> httpx.Response:
    target = path.replace("{tenant}", sandbox.tenant)
    return sandbox.runner.run(sandbox.client.request(method, target, content=body, headers=headers))


def is_clean(answer: httpx.Response) -> bool:
    return answer.status_code < 500 and "Traceback" not in answer.text


@pytest.mark.parametrize("path", PATHS)
def test_every_verb_has_a_clean_answer(sandbox: Sandbox, path: str) -> None:
    verbs = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW")
    answers = [send(sandbox, verb, path, b"", {}) for verb in verbs]
    assert all(map(is_clean, answers))


@pytest.mark.parametrize("path", PATHS)
def test_every_body_has_a_clean_answer(sandbox: Sandbox, path: str) -> None:
    answers = [send(sandbox, "POST", path, body, FORM) for body in BODIES]
    assert all(map(is_clean, answers))


@pytest.mark.parametrize("path", PATHS)
def test_every_tenant_has_a_clean_answer(sandbox: Sandbox, path: str) -> None:
    names = ("%00", "%ff", "..", "%2e%2e", "é", "x" * 3000, "'\"<>", "{tenantid}")
    targets = [path.replace("{tenant}", name) for name in names]
    assert all(is_clean(send(sandbox, "GET", target, b"", {})) for target in targets)


@pytest.mark.parametrize("kind", ["", "text/plain", "multipart/form-data", "application/json", ";"])
def test_a_body_of_another_type_says_nothing(sandbox: Sandbox, kind: str) -> None:
    body = f"grant_type=client_credentials&client_id={CLIENT_ID}".encode()
    answer = send(sandbox, "POST", PATHS[0], body, {"content-type": kind})
    assert code_of(answer) == 900144


def test_what_is_said_twice_is_refused(sandbox: Sandbox) -> None:
    body = b"grant_type=refresh_token&grant_type=client_credentials"
    answer = send(sandbox, "POST", PATHS[0], body, FORM)
    assert (answer.status_code, code_of(answer)) == (400, 9002313)


def test_a_body_longer_than_any_form_is_not_read_to_its_end(sandbox: Sandbox) -> None:
    answer = send(sandbox, "POST", PATHS[0], b"a=" + b"x" * 70_000, FORM)
    assert (answer.status_code, code_of(answer)) == (400, 9002313)


@pytest.mark.parametrize("verb", ["GET", "PUT", "DELETE", "PATCH"])
def test_a_wrong_verb_is_named(sandbox: Sandbox, verb: str) -> None:
    told = send(sandbox, verb, PATHS[0], b"", {}).json()["error_description"]
    assert told.startswith(
        f"AADSTS900561: The endpoint only accepts POST requests. Received a {verb} request."
    )


@pytest.mark.parametrize("sent", ["x\r\nset-cookie: a=b", "é", "0" * 500, "not-a-guid"])
def test_an_id_that_is_none_is_not_echoed(sandbox: Sandbox, sent: str) -> None:
    fields = {"grant_type": "client_credentials", "client-request-id": sent}
    answer = sandbox.post(f"/{sandbox.tenant}/oauth2/v2.0/token", fields)
    assert "set-cookie" not in answer.headers
    assert answer.json()["correlation_id"] != sent


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"redirect_uri": "http://[::1"}, 90102),
        ({"redirect_uri": "nowhere"}, 90102),
        ({"redirect_uri": "javascript:alert(1)"}, 50011),
        ({"client_id": "\0"}, 700016),
        ({"client_id": "[" + CLIENT_ID + "]"}, 700016),
    ],
)
def test_stays_on_a_page(sandbox: Sandbox, changes: dict[str, str], code: int) -> None:
    page = sandbox.authorize(**changes)
    assert (page.status_code, f"AADSTS{code}:" in page.text) == (400, True)


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Basic " + "A" * 5000},
        {"authorization": "Basic w6k6w6k="},
        {"authorization": "Bearer x"},
        {"cookie": "__Host-session=; __Host-session=x"},
        {"origin": "null"},
    ],
)
def test_odd_headers_are_survived(sandbox: Sandbox, headers: dict[str, str]) -> None:
    assert is_clean(send(sandbox, "POST", PATHS[0], b"grant_type=refresh_token", headers))
    assert is_clean(send(sandbox, "GET", PATHS[2], b"", headers))


texts = st.text(max_size=40)
token_fields = st.fixed_dictionaries(
    {"grant_type": st.sampled_from(["authorization_code", "refresh_token", "device_code", "x"])},
    optional={
        "client_id": st.one_of(st.just(CLIENT_ID), texts),
        "client_secret": st.one_of(st.just(SECRET), texts),
        "client_assertion": texts,
        "client_assertion_type": texts,
        "scope": st.one_of(st.just(MAIL), texts),
        "code": texts,
        "refresh_token": texts,
        "device_code": texts,
        "redirect_uri": st.one_of(st.just(REDIRECT), texts),
        "code_verifier": texts,
    },
)
authorize_fields = st.fixed_dictionaries(
    {"client_id": st.one_of(st.just(CLIENT_ID), texts)},
    optional={
        "response_type": st.one_of(st.sampled_from(["code", "id_token", "admin_consent"]), texts),
        "redirect_uri": st.one_of(st.just(REDIRECT), texts),
        "scope": st.one_of(st.just(MAIL), texts),
        "response_mode": st.one_of(st.sampled_from(["query", "form_post"]), texts),
        "prompt": st.one_of(st.sampled_from(["none", "login"]), texts),
        "state": texts,
        "nonce": texts,
        "login_hint": texts,
        "domain_hint": texts,
        "claims": texts,
        "code_challenge": st.one_of(st.just(CHALLENGE), texts),
        "code_challenge_method": texts,
    },
)


@LIMITED
@given(fields=token_fields)
def test_the_token_endpoint_refuses_noise_in_its_own_form(
    sandbox: Sandbox, fields: dict[str, str]
) -> None:
    answer = sandbox.post(f"/{sandbox.tenant}/oauth2/v2.0/token", fields)
    body = json.loads(answer.content)
    assert answer.status_code in (400, 401)
    assert body["error_description"].startswith(f"AADSTS{body['error_codes'][0]}: ")


@LIMITED
@given(fields=authorize_fields)
def test_authorize_answers_noise_with_a_page_or_the_registered_address(
    sandbox: Sandbox, fields: dict[str, str]
) -> None:
    answer = sandbox.get(f"/{sandbox.tenant}/oauth2/v2.0/authorize", **fields)
    assert answer.status_code in (200, 302, 400)
    assert answer.headers.get("location", REDIRECT).startswith(("http://localhost/", REDIRECT))
