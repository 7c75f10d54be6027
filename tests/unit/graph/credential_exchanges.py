"""An application with certificates and federated credentials, as its Graph answers."""

import base64
from datetime import UTC, datetime

from provision.tenant.certificate import Certificate
from provision.tenant.federated_credential import FederatedTrust
from provision.tenant.port import Hint, Tenant, TenantQuery
from tests.unit.graph.exchanges import BY_NAME, GRAPH, NAMESAKES
from tests.unit.graph.graph_json import (
    APPLICATION_ID,
    CLIENT_ID,
    PRINCIPAL_ID,
    UNIQUE_NAME,
    application_json,
    principal_json,
)
from tests.unit.graph.scripted_wire import Bench, Reply, ok

QUERY = TenantQuery(
    UNIQUE_NAME,
    "AEM Forms mail",
    Hint(CLIENT_ID, PRINCIPAL_ID, APPLICATION_ID),
    wants_federated=True,
    wants_certificates=True,
)
THUMBPRINT = "0123456789ABCDEF0123456789ABCDEF01234567"
SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
CERTIFICATE = Certificate(
    THUMBPRINT, "CN=mail", SINCE, UNTIL, base64.b64encode(b"a certificate").decode()
)
TRUST = FederatedTrust("main", "https://issuer.example", "repo:a/b", "api://AzureADTokenExchange")
OF_APPLICATION = rf"/applications/{APPLICATION_ID}"
ADD = ("POST", rf"{OF_APPLICATION}/federatedIdentityCredentials$")
CHANGE = ("PATCH", rf"{OF_APPLICATION}/federatedIdentityCredentials/")
REMOVE = ("DELETE", rf"{OF_APPLICATION}/federatedIdentityCredentials/")


def key_json(key_id: str = "key-1", identifier: str = THUMBPRINT) -> dict[str, object]:
    return {
        "keyId": key_id,
        "customKeyIdentifier": identifier,
        "displayName": "CN=mail",
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
        "startDateTime": "2026-01-01T00:00:00Z",
        "endDateTime": "2027-01-01T00:00:00Z",
    }


def trust_json(credential_id: str = "trust-1", **changes: object) -> dict[str, object]:
    return {
        "id": credential_id,
        "name": TRUST.name,
        "issuer": TRUST.issuer,
        "subject": TRUST.subject,
        "audiences": [TRUST.audience],
        **changes,
    }


def with_keys(*keys: dict[str, object]) -> Reply:
    return ok(application_json(keyCredentials=list(keys)))


def trusts(*found: dict[str, object]) -> Reply:
    return ok({"value": list(found)})


def bench_of(
    *rules: tuple[str, str, list[Reply]],
    by_name: tuple[Reply, ...] = (with_keys(),),
    trusted: tuple[Reply, ...] = (trusts(),),
) -> Bench:
    return Bench(
        *rules,
        ("PATCH", rf"{OF_APPLICATION}$", [ok(status=204)]),
        (*BY_NAME, by_name),
        ("GET", r"uniqueName='[^']*'\)/federatedIdentityCredentials", trusted),
        ("GET", rf"appId='{CLIENT_ID}'\)\?", [ok(principal_json())]),
        ("GET", "/oauth2", [ok({"value": []})]),
        GRAPH,
        NAMESAKES,
    )


def shown_keys(tenant: Tenant) -> list[str]:
    """Read, and return the key ids of the certificates, in order."""
    return sorted(key.key_id for key in tenant.read(QUERY).key_credentials or ())


def shown_trusts(tenant: Tenant) -> list[FederatedTrust]:
    """Read, and return whose tokens are trusted."""
    return [each.trust for each in tenant.read(QUERY).federated_credentials or ()]


def awaited(bench: Bench) -> list[str]:
    return [what for what, _ in bench.waits]
