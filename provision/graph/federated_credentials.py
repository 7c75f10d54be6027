"""Federated identity credentials of an application: read, add, change, remove."""

import json
from collections.abc import Mapping
from typing import Literal

from kiota_abstractions.base_request_builder import BaseRequestBuilder
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from msgraph import GraphServiceClient

from provision.graph.answers import JsonValue
from provision.graph.read_requests import path_of
from provision.graph.wire import GraphRequest
from provision.tenant.federated_credential import FederatedCredential, FederatedTrust


def parse_federated(raw: JsonValue) -> FederatedCredential:
    """Return a credential; Entra takes one audience, so the first is all there is."""
    audiences = raw.get("audiences")
    found = audiences if isinstance(audiences, list) and audiences else [""]
    trust = FederatedTrust(
        name=str(raw.get("name") or ""),
        issuer=str(raw.get("issuer") or ""),
        subject=str(raw.get("subject") or ""),
        audience=str(found[0]),
    )
    return FederatedCredential(str(raw.get("id") or ""), trust)


class FederatedRequests:
    """Makes the writes, sends none; threads may share it."""

    def __init__(self, graph: GraphServiceClient) -> None:
        self._graph = graph

    def add(self, object_id: str, trust: FederatedTrust) -> GraphRequest:
        """Add a credential; its name collides where one has it."""
        builder = self._graph.applications.by_application_id(object_id)
        action = f"adding federated credential {trust.name!r} to application {object_id}"
        body = {"name": trust.name, **_trusted(trust)}
        return _request(action, "POST", builder.federated_identity_credentials, body)

    def change(
        self, object_id: str, credential_id: str, before: FederatedTrust, after: FederatedTrust
    ) -> GraphRequest:
        """Write what differs; the name never does, and a description is left as it is."""
        was, becomes = _trusted(before), _trusted(after)
        body = {name: value for name, value in becomes.items() if was[name] != value}
        action = f"changing federated credential {after.name!r} of application {object_id}"
        return _request(action, "PATCH", self._one(object_id, credential_id), body)

    def remove(self, object_id: str, credential_id: str) -> GraphRequest:
        """Remove a credential."""
        action = f"removing federated credential {credential_id} of application {object_id}"
        return _request(action, "DELETE", self._one(object_id, credential_id))

    def _one(self, object_id: str, credential_id: str) -> BaseRequestBuilder:
        application = self._graph.applications.by_application_id(object_id)
        held = application.federated_identity_credentials
        one: BaseRequestBuilder = held.by_federated_identity_credential_id(credential_id)
        return one


def _trusted(trust: FederatedTrust) -> dict[str, object]:
    return {
        "issuer": trust.issuer,
        "subject": trust.subject,
        "audiences": [trust.audience],
    }


def _request(
    action: str,
    method: Literal["POST", "PATCH", "DELETE"],
    builder: BaseRequestBuilder,
    body: Mapping[str, object] | None = None,
) -> GraphRequest:
    information = RequestInformation(Method[method], builder.url_template, builder.path_parameters)
    content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    return GraphRequest(action, method, path_of(information), content)
