"""The writes we send: paths from msgraph-sdk's request builders, bodies of our own.

Its models would leave out a null that has to be written, and import a dozen modules more.
"""

import json
from typing import Literal

from kiota_abstractions.base_request_builder import BaseRequestBuilder
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from msgraph import GraphServiceClient

from provision.graph.bodies import (
    Body,
    certificates,
    changed_settings,
    new_application,
    new_grant,
    new_password,
    scope,
)
from provision.graph.read_requests import path_of
from provision.graph.wire import GraphRequest
from provision.tenant.application import ApplicationSettings, PasswordRequest
from provision.tenant.certificate import Certificate, KeyCredential
from provision.tenant.service_principal import GrantRequest


class WriteRequests:
    """Makes requests, sends none; threads may share it."""

    def __init__(self, graph: GraphServiceClient) -> None:
        self._graph = graph

    def create_application(
        self, unique_name: str, settings: ApplicationSettings, password: PasswordRequest | None
    ) -> GraphRequest:
        """Create, and never update: a POST, whose unique name collides where one exists."""
        return self._post(
            f"creating application {unique_name}",
            self._graph.applications,
            new_application(unique_name, settings, password),
        )

    def update_application(
        self, object_id: str, before: ApplicationSettings, after: ApplicationSettings
    ) -> GraphRequest:
        """Change what differs."""
        return self._request(
            f"changing application {object_id}",
            "PATCH",
            self._graph.applications.by_application_id(object_id),
            changed_settings(before, after),
        )

    def set_unique_name(self, object_id: str, unique_name: str) -> GraphRequest:
        """Give an application its immutable name."""
        return self._request(
            f"naming application {object_id} {unique_name}",
            "PATCH",
            self._graph.applications.by_application_id(object_id),
            {"uniqueName": unique_name},
        )

    def replace_certificates(
        self, object_id: str, kept: tuple[KeyCredential, ...], added: tuple[Certificate, ...]
    ) -> GraphRequest:
        """Write the key credentials as a whole: Graph knows no other way without a proof."""
        return self._request(
            f"adding {len(added)} certificates to application {object_id}",
            "PATCH",
            self._graph.applications.by_application_id(object_id),
            certificates(kept, added),
        )

    def create_service_principal(self, client_id: str) -> GraphRequest:
        """Give an application its presence in the tenant."""
        return self._post(
            f"creating the service principal of {client_id}",
            self._graph.service_principals,
            {"appId": client_id},
        )

    def create_grant(self, request: GrantRequest) -> GraphRequest:
        """Record consent."""
        whom = f"user {request.principal_object_id}" if request.principal_object_id else "all users"
        return self._post(
            f"granting service principal {request.client_object_id} its scopes for {whom}",
            self._graph.oauth2_permission_grants,
            new_grant(request),
        )

    def replace_grant_scopes(self, grant_id: str, scopes: frozenset[str]) -> GraphRequest:
        """Replace the scopes of a grant."""
        return self._request(
            f"changing grant {grant_id}",
            "PATCH",
            self._graph.oauth2_permission_grants.by_o_auth2_permission_grant_id(grant_id),
            {"scope": scope(scopes)},
        )

    def add_password(self, object_id: str, request: PasswordRequest) -> GraphRequest:
        """Mint a client secret."""
        return self._post(
            f"adding password {request.display_name!r} to application {object_id}",
            self._graph.applications.by_application_id(object_id).add_password,
            new_password(request),
        )

    def remove_password(self, object_id: str, key_id: str) -> GraphRequest:
        """Revoke a client secret."""
        return self._post(
            f"removing password {key_id} from application {object_id}",
            self._graph.applications.by_application_id(object_id).remove_password,
            {"keyId": key_id},
        )

    def delete_application(self, object_id: str) -> GraphRequest:
        """Move an application to the bin."""
        builder = self._graph.applications.by_application_id(object_id)
        return self._request(f"deleting application {object_id}", "DELETE", builder)

    def restore(self, object_id: str) -> GraphRequest:
        """Take something out of the bin."""
        return self._request(
            f"restoring {object_id}",
            "POST",
            self._graph.directory.deleted_items.by_directory_object_id(object_id).restore,
        )

    def purge(self, object_id: str) -> GraphRequest:
        """Delete for good what is in the bin."""
        builder = self._graph.directory.deleted_items.by_directory_object_id(object_id)
        return self._request(f"purging {object_id}", "DELETE", builder)

    def _post(self, action: str, builder: BaseRequestBuilder, body: Body) -> GraphRequest:
        return self._request(action, "POST", builder, body)

    def _request(
        self,
        action: str,
        method: Literal["POST", "PATCH", "DELETE"],
        builder: BaseRequestBuilder,
        body: Body | None = None,
    ) -> GraphRequest:
        information = RequestInformation(
            Method[method], builder.url_template, builder.path_parameters
        )
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        return GraphRequest(action, method, path_of(information), content)
