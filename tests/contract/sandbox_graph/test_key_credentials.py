"""Certificates of an application: replaced whole, or rolled with a proof of possession."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.sandbox_graph.certificate import Sample, self_signed
from tests.contract.sandbox_graph.client import Reply, SandboxClient

FIRST, SECOND = self_signed("first"), self_signed("second")
KEY_ID = "88888888-0000-0000-0000-000000000001"


def now(client: SandboxClient) -> datetime:
    """Return the sandbox's present."""
    return datetime.fromisoformat(client.control("POST", "/clock", {"advance": 0}).body["now"])


def with_first(client: SandboxClient) -> str:
    """Return the path of an application that has the first certificate."""
    return f"/applications/{client.create('rolled', keyCredentials=[FIRST.credential()])['id']}"


def rolled(
    client: SandboxClient, path: str, action: str, proof: str | None, **body: object
) -> Reply:
    """Ask for a key to be added or removed."""
    return client.graph("POST", f"{path}/{action}", body | {"proof": proof})


def test_a_key_keeps_the_id_that_the_client_gave(client: SandboxClient) -> None:
    created = client.create("kept", keyCredentials=[FIRST.credential(keyId=KEY_ID)])
    assert created["keyCredentials"][0]["keyId"] == KEY_ID


def test_the_times_are_the_certificates_unless_given(client: SandboxClient) -> None:
    (key,) = client.create("times", keyCredentials=[FIRST.credential()])["keyCredentials"]
    assert (key["startDateTime"], key["endDateTime"]) == (
        FIRST.start_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        FIRST.end_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


def test_a_patch_replaces_the_whole_collection(client: SandboxClient) -> None:
    path = with_first(client)
    (held,) = client.graph("GET", path).body["keyCredentials"]

    both = client.graph("PATCH", path, {"keyCredentials": [held, SECOND.credential()]})
    names = {key["displayName"] for key in client.graph("GET", path).body["keyCredentials"]}
    one = client.graph("PATCH", path, {"keyCredentials": [SECOND.credential()]})
    left = [key["displayName"] for key in client.graph("GET", path).body["keyCredentials"]]
    assert (both.status, one.status) == (204, 204)
    assert names == {"CN=first", "CN=second"}
    assert left == ["CN=second"]


@pytest.mark.parametrize(
    "members",
    [
        {"key": "bm8gY2VydGlmaWNhdGU="},
        {"key": "%"},
        {"key": None},
        {"type": "AsymmetricX509"},
        {"usage": "Encrypt"},
        {"keyId": "first"},
        {"endDateTime": "soon"},
    ],
)
def test_what_is_no_certificate_is_refused(
    client: SandboxClient, members: dict[str, object]
) -> None:
    body = {"displayName": "none", "keyCredentials": [FIRST.credential(**members)]}
    assert client.graph("POST", "/applications", body).status == 400


@pytest.mark.parametrize("end", ["2300-01-01T00:00:00Z", "2020-01-01T00:00:00Z"])
def test_an_end_outside_of_the_certificate_is_refused(client: SandboxClient, end: str) -> None:
    body = {"displayName": "end", "keyCredentials": [FIRST.credential(endDateTime=end)]}

    reply = client.graph("POST", "/applications", body)
    assert (reply.status, reply.code) == (400, "KeyCredentialsInvalidEndDate")


def test_an_expired_certificate_is_refused_when_that_is_switched_on(client: SandboxClient) -> None:
    expired = self_signed("over", datetime(2020, 1, 1, tzinfo=UTC), days=1)
    body = {"displayName": "over", "keyCredentials": [expired.credential()]}

    taken = client.graph("POST", "/applications", body)
    client.control("PATCH", "/switches", {"expiredKeysRefused": True})
    refused = client.graph("POST", "/applications", body)
    assert (taken.status, refused.code) == (201, "KeyCredentialsInvalidEndDate")


def test_a_proof_lets_a_key_be_added_and_removed(client: SandboxClient) -> None:
    path = with_first(client)
    proof = FIRST.proof(path[-36:], begin=now(client))

    added = rolled(client, path, "addKey", proof, keyCredential=SECOND.credential())
    removed = rolled(client, path, "removeKey", proof, keyId=added.body["keyId"])
    (left,) = client.graph("GET", path).body["keyCredentials"]
    assert (added.status, removed.status) == (200, 204)
    assert added.headers["location"] == "https://graph.microsoft.com"
    assert added.body["@odata.context"].endswith("#microsoft.graph.keyCredential")
    assert (added.body["key"], left["displayName"]) == (None, "CN=first")


@pytest.mark.parametrize(
    ("signer", "lifetime", "age", "own"),
    [
        (SECOND, 600.0, 0.0, True),
        (FIRST, 601.0, 0.0, True),
        (FIRST, 600.0, 700.0, True),
        (FIRST, 600.0, 0.0, False),
    ],
)
def test_a_bad_proof_is_401(
    client: SandboxClient, signer: Sample, lifetime: float, age: float, own: bool
) -> None:
    path = with_first(client)
    begin = now(client) - timedelta(seconds=age)
    issuer = {True: path[-36:], False: KEY_ID}[own]
    proof = signer.proof(issuer, lifetime=lifetime, begin=begin)

    reply = rolled(client, path, "addKey", proof, keyCredential=SECOND.credential())
    assert (reply.status, reply.code) == (401, "Authentication_MissingOrMalformed")


def test_without_a_proof_nothing_is_rolled(client: SandboxClient) -> None:
    path = with_first(client)

    reply = rolled(client, path, "addKey", None, keyCredential=SECOND.credential())
    assert (reply.status, reply.code) == (403, "Authorization_RequestDenied")


def test_a_service_principal_rolls_its_keys_as_well(client: SandboxClient) -> None:
    created = client.create("principal's keys")
    principal = client.graph("POST", "/servicePrincipals", {"appId": created["appId"]}).body
    path = f"/servicePrincipals/{principal['id']}"
    client.graph("PATCH", path, {"keyCredentials": [FIRST.credential()]})

    proof = FIRST.proof(principal["id"], begin=now(client))
    reply = rolled(client, path, "addKey", proof, keyCredential=SECOND.credential())
    assert reply.status == 200
