"""The reads we send, built by msgraph-sdk's request builders."""

from collections.abc import Sequence
from threading import Lock
from urllib.parse import unquote

from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from msgraph import GraphServiceClient

from provision.errors import RefusedError
from provision.graph.wire import GraphRequest
from provision.tenant.application import EXCHANGE_ONLINE, MICROSOFT_GRAPH

_SETTINGS = (
    "displayName",
    "signInAudience",
    "api",
    "web",
    "requiredResourceAccess",
    "serviceManagementReference",
)
_APPLICATION = (
    "id",
    "appId",
    "uniqueName",
    "createdDateTime",
    *_SETTINGS,
    "passwordCredentials",
    "tags",
)
_DELETED = (*_APPLICATION, "deletedDateTime")
_NAMESAKE = ("id", "appId", "uniqueName", "displayName")
_SERVICE_PRINCIPAL = ("id", "appId", "accountEnabled")
_DELETED_PAGE = 999


class ReadRequests:
    """Makes requests, sends none; threads may share it."""

    def __init__(self, graph: GraphServiceClient) -> None:
        self._graph = graph
        # Builders of alternate keys write into path parameters that the client shares with all.
        self._lock = Lock()

    def application(self, unique_name: str, *, wants_keys: bool = False) -> GraphRequest:
        """Ask for the application with a unique name; its certificates only where they count."""
        with self._lock:
            builder = self._graph.applications_with_unique_name(quoted(unique_name))
            return _get(
                f"reading application {unique_name}",
                builder.to_get_request_information(),
                select=(*_APPLICATION, "keyCredentials") if wants_keys else _APPLICATION,
            )

    def whole_application(self, client_id: str) -> GraphRequest:
        """Ask for all that is to be known of an application."""
        with self._lock:
            builder = self._graph.applications_with_app_id(quoted(client_id))
            return _get(f"reading application {client_id}", builder.to_get_request_information())

    def whole_applications(self, display_name: str) -> GraphRequest:
        """Ask for all that is to be known of the applications with a display name."""
        with self._lock:
            return _get(
                f"looking for applications named {display_name!r}",
                self._graph.applications.to_get_request_information(),
                filter_by=f"displayName eq '{quoted(display_name)}'",
            )

    def federated_credentials(self, key: str, value: str) -> GraphRequest:
        """Ask for an application's federated credentials, by `uniqueName` or by `appId`.

        Source:
            https://learn.microsoft.com/graph/api/application-list-federatedidentitycredentials
        """
        template = (
            f"{{+baseurl}}/applications({key}='{{value}}')/federatedIdentityCredentials"
            "{?%24select}"
        )
        information = RequestInformation(Method.GET, template, {"value": quoted(value)})
        return _get(
            f"reading the federated credentials of {value}",
            information,
            select=("id", "name", "issuer", "subject", "audiences"),
        )

    def application_of_id(self, object_id: str, *, wants_keys: bool = False) -> GraphRequest:
        """Ask for the application with an object id."""
        with self._lock:
            builder = self._graph.applications.by_application_id(object_id)
            return _get(
                f"reading application {object_id}",
                builder.to_get_request_information(),
                select=(*_APPLICATION, "keyCredentials") if wants_keys else _APPLICATION,
            )

    def owners(self, unique_name: str) -> GraphRequest:
        """Ask who owns the application with a unique name; the first page says enough.

        Source:
            https://learn.microsoft.com/graph/api/application-list-owners
        """
        template = "{+baseurl}/applications(uniqueName='{uniqueName}')/owners{?%24select}"
        path = {"uniqueName": quoted(unique_name)}
        information = RequestInformation(Method.GET, template, path)
        return _get(f"reading the owners of {unique_name}", information, select=("id",))

    def default_policy(self) -> GraphRequest:
        """Ask what the tenant allows of its applications' credentials."""
        return _get(
            "reading the tenant's app management policy",
            RequestInformation(Method.GET, "{+baseurl}/policies/defaultAppManagementPolicy", {}),
        )

    def own_policies(self, unique_name: str) -> GraphRequest:
        """Ask for the policy that was made for the application with a unique name."""
        template = "{+baseurl}/applications(uniqueName='{uniqueName}')/appManagementPolicies"
        information = RequestInformation(Method.GET, template, {"uniqueName": quoted(unique_name)})
        return _get(f"reading the app management policy of {unique_name}", information)

    def authorization_policy(self) -> GraphRequest:
        """Ask what users may do by themselves."""
        return _get(
            "reading the tenant's authorization policy",
            RequestInformation(
                Method.GET, "{+baseurl}/policies/authorizationPolicy{?%24select}", {}
            ),
            select=("defaultUserRolePermissions",),
        )

    def passwords(self, object_id: str) -> GraphRequest:
        """Ask for the metadata of an application's client secrets."""
        with self._lock:
            builder = self._graph.applications.by_application_id(object_id)
            return _get(
                f"reading the passwords of application {object_id}",
                builder.to_get_request_information(),
                select=("passwordCredentials",),
            )

    def namesakes(self, display_name: str) -> GraphRequest:
        """Ask for the applications with a display name; the first page says enough."""
        with self._lock:
            return _get(
                f"looking for applications named {display_name!r}",
                self._graph.applications.to_get_request_information(),
                filter_by=f"displayName eq '{quoted(display_name)}'",
                select=_NAMESAKE,
            )

    def deleted_applications(self) -> GraphRequest:
        """Ask for the soft-deleted applications, by the cast that is documented.

        Source:
            https://learn.microsoft.com/graph/api/directory-deleteditems-list
        """
        template = (
            "{+baseurl}/directory/deletedItems/microsoft.graph.application{?%24select,%24top}"
        )
        return _get(
            "looking through deleted applications",
            RequestInformation(Method.GET, template, {}),
            select=_DELETED,
            top=_DELETED_PAGE,
        )

    def deleted_service_principals(self) -> GraphRequest:
        """Ask for the soft-deleted service principals, likewise."""
        template = (
            "{+baseurl}/directory/deletedItems/microsoft.graph.servicePrincipal{?%24select,%24top}"
        )
        return _get(
            "looking through deleted service principals",
            RequestInformation(Method.GET, template, {}),
            select=("id", "appId"),
            top=_DELETED_PAGE,
        )

    def service_principal(self, client_id: str) -> GraphRequest:
        """Ask for an application's presence in the tenant."""
        with self._lock:
            builder = self._graph.service_principals_with_app_id(quoted(client_id))
            return _get(
                f"reading the service principal of {client_id}",
                builder.to_get_request_information(),
                select=_SERVICE_PRINCIPAL,
            )

    def microsoft_graph(self, *, wants_scopes: bool) -> GraphRequest:
        """Ask for Microsoft Graph's own service principal: half a megabyte, unless selected."""
        scopes = ("oauth2PermissionScopes",) if wants_scopes else ()
        with self._lock:
            builder = self._graph.service_principals_with_app_id(MICROSOFT_GRAPH)
            return _get(
                "reading the service principal of Microsoft Graph",
                builder.to_get_request_information(),
                select=("id", "appId", *scopes),
            )

    def exchange_online(self) -> GraphRequest:
        """Ask for Exchange Online's own service principal."""
        with self._lock:
            builder = self._graph.service_principals_with_app_id(EXCHANGE_ONLINE)
            return _get(
                "reading the service principal of Exchange Online",
                builder.to_get_request_information(),
                select=("id", "appId"),
            )

    def grants(self, service_principal_object_id: str) -> GraphRequest:
        """Ask for a client's grants, by the form that Microsoft calls the freshest.

        Source:
            https://learn.microsoft.com/graph/api/oauth2permissiongrant-list
        """
        with self._lock:
            return _get(
                f"reading the grants of service principal {service_principal_object_id}",
                self._graph.oauth2_permission_grants.to_get_request_information(),
                filter_by=f"clientId eq '{quoted(service_principal_object_id)}'",
            )

    def grants_of_client(self, client_id: str) -> GraphRequest:
        """Ask for a client's grants while the object id of its service principal is not known.

        Source:
            https://learn.microsoft.com/graph/api/serviceprincipal-list-oauth2permissiongrants
        """
        template = "{+baseurl}/servicePrincipals(appId='{appId}')/oauth2PermissionGrants"
        information = RequestInformation(Method.GET, template, {"appId": quoted(client_id)})
        return _get(f"reading the grants of {client_id}", information)

    def user(self, user_principal_name: str) -> GraphRequest:
        """Ask for a user's object id."""
        with self._lock:
            builder = self._graph.users.by_user_id(user_principal_name)
            return _get(
                f"looking for user {user_principal_name}",
                builder.to_get_request_information(),
                select=("id",),
            )

    def next_page(self, action: str, link: str) -> GraphRequest | None:
        """Return the request for the page that a list links to; None on the last.

        Raises:
            RefusedError: The link leads elsewhere; our token must not follow it.
        """
        if not link:
            return None
        base_url = self._graph.request_adapter.base_url
        if not link.startswith(f"{base_url}/"):
            raise RefusedError(f"{action}: the next page is not on Graph's own host")
        return GraphRequest(action, "GET", link.removeprefix(base_url))


def quoted(text: str) -> str:
    """Return the inside of an OData string literal."""
    return text.replace("'", "''")


def path_of(information: RequestInformation) -> str:
    """Return what is asked for, below the API version, with `$` written plainly in names.

    kiota writes `%24select`, which only a whole URL parser takes for `$select`; inside a `$batch`
    there is none.
    """
    parameters = {**information.path_parameters, "baseurl": ""}
    relative = RequestInformation(information.http_method, information.url_template, parameters)
    relative.query_parameters = information.query_parameters
    path, mark, query = relative.url.partition("?")
    pairs = (pair.partition("=") for pair in query.split("&"))
    return path + mark + "&".join(f"{unquote(name)}{sign}{value}" for name, sign, value in pairs)


def _get(
    action: str,
    information: RequestInformation,
    *,
    filter_by: str | None = None,
    select: Sequence[str] = (),
    top: int | None = None,
) -> GraphRequest:
    options = {"%24filter": filter_by, "%24select": list(select) or None, "%24top": top}
    for name, value in options.items():
        if value is not None:
            information.query_parameters[name] = value
    return GraphRequest(action, "GET", path_of(information))
