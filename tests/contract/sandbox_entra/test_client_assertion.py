"""Certificates instead of a secret: which assertion proves that a client is the application."""

from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from functools import cache

import jwt
import msal  # type: ignore[import-untyped]  # it ships no types
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from provision.clock import SystemClock
from provision.sandbox.directory import JsonObject
from provision.sandbox.keys import obtain_key
from tests.contract.sandbox_entra.tenant import (
    CLIENT_ID,
    ORIGIN,
    Sandbox,
    application,
    code_of,
)
from tests.signing import shared_key

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCOPE = "https://graph.microsoft.com/.default"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()


@cache
def certificate() -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "aem-forms")])
    start_at = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(7)
    return (
        builder.public_key(shared_key().private.public_key())
        .not_valid_before(start_at)
        .not_valid_after(start_at + timedelta(days=36500))
        .sign(shared_key().private, SHA256())
    )


def thumbprint(kind: type[SHA1] | type[SHA256]) -> str:
    return urlsafe_b64encode(certificate().fingerprint(kind())).rstrip(b"=").decode()


def hold_certificate(sandbox: Sandbox) -> None:
    """Put the certificate on the application."""
    held: JsonObject = application()
    held["keyCredentials"] = [{"keyId": "cert-1"}]
    der = certificate().public_bytes(Encoding.DER)
    held["_keys"] = {"cert-1": b64encode(der).decode()}
    sandbox.install(held)


@pytest.fixture
def with_certificate(sandbox: Sandbox) -> Sandbox:
    hold_certificate(sandbox)
    return sandbox


def assertion(
    sandbox: Sandbox,
    named: dict[str, str] | None = None,
    algorithm: str = "RS256",
    claims: dict[str, object] | None = None,
) -> str:
    said = {
        "aud": f"{ORIGIN}/{sandbox.tenant}/oauth2/v2.0/token",
        "iss": CLIENT_ID,
        "sub": CLIENT_ID,
        "jti": "1",
        "nbf": NOW - 10,
        "exp": NOW + 600,
        **(claims or {}),
    }
    headers = {"x5t": thumbprint(SHA1)} if named is None else named
    return jwt.encode(said, shared_key().private, algorithm=algorithm, headers=headers)


def answered(sandbox: Sandbox, sent: str, **changes: str) -> tuple[int, str, int]:
    fields = {
        "grant_type": "client_credentials",
        "scope": SCOPE,
        "client_secret": "-",
        "client_assertion": sent,
        "client_assertion_type": TYPE,
        **changes,
    }
    answer = sandbox.token(**fields)
    body = answer.json()
    return answer.status_code, body.get("error", ""), body.get("error_codes", [0])[0]


GOOD = (200, "", 0)


@pytest.mark.parametrize(
    ("named", "algorithm"),
    [
        ({"x5t": thumbprint(SHA1)}, "RS256"),
        ({"x5t#S256": thumbprint(SHA256)}, "PS256"),
        ({"kid": thumbprint(SHA1)}, "RS256"),
        ({"kid": certificate().fingerprint(SHA1()).hex().upper()}, "RS256"),
    ],
)
def test_a_certificate_may_be_named_in_several_ways(
    with_certificate: Sandbox, named: dict[str, str], algorithm: str
) -> None:
    assert answered(with_certificate, assertion(with_certificate, named, algorithm)) == GOOD


@pytest.mark.parametrize(
    "audience",
    ["/contoso.com/oauth2/v2.0/token", "/common/oauth2/v2.0/token", "/contoso.com/v2.0"],
)
def test_every_name_of_the_login_service_is_an_audience(
    with_certificate: Sandbox, audience: str
) -> None:
    assert (
        answered(with_certificate, assertion(with_certificate, claims={"aud": ORIGIN + audience}))
        == GOOD
    )


def test_a_mailbox_s_grants_are_redeemed_with_one_too(with_certificate: Sandbox) -> None:
    proof = {
        "client_secret": "-",
        "client_assertion": assertion(with_certificate),
        "client_assertion_type": TYPE,
    }
    body = with_certificate.redeem(with_certificate.code(), **proof).json()
    refreshed = with_certificate.refresh(body["refresh_token"], **proof)
    assert refreshed.status_code == 200


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"aud": "https://login.example/x/oauth2/v2.0/token"}, 700023),
        ({"aud": ["a", "b"]}, 700023),
        ({"aud": f"{ORIGIN}/elsewhere.example/oauth2/v2.0/token"}, 700023),
        ({"iss": "https://token.actions.githubusercontent.com"}, 700211),
        ({"sub": "another"}, 700021),
        ({"iss": "another", "sub": "another"}, 700021),
        ({"exp": NOW - 400}, 700024),
        ({"nbf": NOW + 400}, 700024),
        ({"exp": 1e300}, 0),
        ({"nbf": "soon"}, 50027),
    ],
)
def test_refuses_claims_that_are_not_right(
    with_certificate: Sandbox, claims: dict[str, object], code: int
) -> None:
    status = 401 if code else 200
    refused = answered(with_certificate, assertion(with_certificate, claims=claims))
    assert (refused[0], refused[2]) == (status, code)


@pytest.mark.parametrize("sent", ["x", "a.b.c", "..", "é.é.é", "e30.e30.e30", "\0", "[].{}.x"])
def test_refuses_what_is_no_jwt(with_certificate: Sandbox, sent: str) -> None:
    assert answered(with_certificate, sent) == (401, "invalid_client", 50027)


def test_refuses_a_header_that_names_no_key(with_certificate: Sandbox) -> None:
    assert answered(with_certificate, assertion(with_certificate, {}))[2] == 50027


def test_refuses_a_certificate_that_the_application_has_not(sandbox: Sandbox) -> None:
    told = sandbox.token(
        grant_type="client_credentials",
        scope=SCOPE,
        client_secret="-",
        client_assertion=assertion(sandbox),
        client_assertion_type=TYPE,
    )
    shown = certificate().fingerprint(SHA1()).hex().upper()
    assert told.json()["error_description"].startswith(
        "AADSTS700027: The certificate with identifier used to sign the client assertion is not "
        "registered on application. [Reason - The key was not found., Thumbprint of key used by "
        f"client: '{shown}', Please visit the Azure Portal, Graph Explorer or directly use MS "
        f"Graph to see configured keys for app Id '{CLIENT_ID}'."
    )


def test_refuses_a_key_credential_that_was_removed(with_certificate: Sandbox) -> None:
    registered = with_certificate.directory.applications
    held = next(a for a in registered.values() if a["appId"] == CLIENT_ID)
    held["keyCredentials"] = []
    assert answered(with_certificate, assertion(with_certificate))[2] == 700027


def test_refuses_a_signature_by_another_key(with_certificate: Sandbox) -> None:
    header, claims, _ = assertion(with_certificate).split(".")
    forged = jwt.encode({"a": 1}, obtain_key(None).private, algorithm="RS256").split(".")[2]
    assert answered(with_certificate, f"{header}.{claims}.{forged}")[2] == 700027


def test_refuses_a_certificate_that_is_over(with_certificate: Sandbox) -> None:
    with_certificate.context.clock.advance(37000 * 86400)
    late = NOW + 37000 * 86400
    sent = assertion(with_certificate, claims={"nbf": late - 10, "exp": late + 600})
    assert answered(with_certificate, sent)[2] == 700027


def test_says_between_which_instants_an_assertion_was_good(with_certificate: Sandbox) -> None:
    sent = assertion(with_certificate, claims={"exp": NOW - 400})
    told = with_certificate.token(
        grant_type="client_credentials",
        scope=SCOPE,
        client_secret="-",
        client_assertion=sent,
        client_assertion_type=TYPE,
    )
    assert told.json()["error_description"].startswith(
        "AADSTS700024: Client assertion is not within its valid time range. Current time: "
        "2026-03-01T12:00:00Z, assertion valid from 2026-03-01T11:59:50Z, expiry time of "
        "assertion 2026-03-01T11:53:20Z."
    )


@pytest.mark.parametrize(("kind", "code"), [("-", 900144), ("saml", 90023)])
def test_wants_the_type_that_it_knows(with_certificate: Sandbox, kind: str, code: int) -> None:
    sent = assertion(with_certificate)
    assert answered(with_certificate, sent, client_assertion_type=kind)[2] == code


def test_a_public_client_has_no_certificate(with_certificate: Sandbox) -> None:
    public = {"web": {"redirectUris": []}, "publicClient": {"redirectUris": ["http://localhost"]}}
    with_certificate.install(application(**public))
    refused = with_certificate.redeem(
        with_certificate.code(),
        client_secret="-",
        client_assertion=assertion(with_certificate),
        client_assertion_type=TYPE,
    )
    assert code_of(refused) == 700025


class InProcess:
    """What MSAL needs of a HTTP client, over the sandbox in this process."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def get(self, url: str, **rest: object) -> object:
        return self._sandbox.get(url)

    def post(
        self,
        url: str,
        data: dict[str, str | bytes],
        **rest: object,
    ) -> object:
        texts = {n: v.decode() if isinstance(v, bytes) else v for n, v in data.items()}
        return self._sandbox.post(url, texts)

    def close(self) -> None:
        return


def test_msal_signs_in_with_one(with_certificate: Sandbox) -> None:
    key = shared_key().private
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = certificate().public_bytes(Encoding.PEM).decode()
    with_certificate.context.clock.advance(SystemClock().now().timestamp() - NOW)
    client = msal.ConfidentialClientApplication(
        CLIENT_ID,
        client_credential={"private_key": pem, "public_certificate": public},
        authority=f"{ORIGIN}/{with_certificate.tenant}",
        instance_discovery=False,
        http_client=InProcess(with_certificate),
    )
    answer = client.acquire_token_for_client([SCOPE])
    assert answer.get("token_type") == "Bearer", answer
