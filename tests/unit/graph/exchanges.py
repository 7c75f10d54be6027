"""A tenant under test: what is asked of it, and what its Graph answers."""

from datetime import UTC, datetime

from provision.graph import answers as parse
from provision.graph.wire import AnswerLost
from provision.tenant.application import ApplicationSettings, PasswordRequest
from provision.tenant.port import Hint, TenantQuery
from provision.tenant.service_principal import GrantRequest
from tests.unit.graph.graph_json import (
    APPLICATION_ID,
    CLIENT_ID,
    GRAPH_ID,
    PRINCIPAL_ID,
    UNIQUE_NAME,
    application_json,
    graph_principal_json,
    password_json,
)
from tests.unit.graph.scripted_wire import failure, ok

SETTINGS: ApplicationSettings = parse.settings(application_json())
PASSWORD = PasswordRequest(
    "aem-forms", datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 8, 28, tzinfo=UTC)
)
GRANT = GrantRequest(PRINCIPAL_ID, GRAPH_ID, None, frozenset({"User.Read", "openid"}))
WARM = TenantQuery(UNIQUE_NAME, "AEM Forms mail", Hint(CLIENT_ID, PRINCIPAL_ID))
CREATED = ok(application_json(passwordCredentials=[password_json(secretText="s~1")]), status=201)
GONE = failure(404, "Request_ResourceNotFound", "Resource 'x' does not exist.")
COLLISION = failure(
    400,
    "Request_MultipleObjectsWithSameKeyValue",
    "Another object with the same value for property uniqueName already exists.",
)
CREATE = ("POST", "^/applications$")
BY_NAME = ("GET", r"/applications\(uniqueName='[^']*'\)(?!/)")
REMOVE = ("POST", "/removePassword$")
PASSWORDS = ("GET", rf"/applications/{APPLICATION_ID}\?")
GRAPH = ("GET", "appId='00000003", [ok(graph_principal_json())])
NAMESAKES = ("GET", r"/applications\?", [ok({"value": []})])
DROPPED = AnswerLost("creating: graph.example did not answer (ReadError)")
