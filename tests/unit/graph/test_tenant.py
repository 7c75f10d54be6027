"""Each change is one request, and what was just made is waited for on evidence."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from provision.errors import (
    AlreadyExists,
    NameTaken,
    NotFound,
    NotPermitted,
    NotYetVisible,
    OutcomeUnknown,
    PolicyRefused,
    RefusedError,
)
from provision.graph import answers as parse
from provision.graph.retry import PERSONAL_PATIENCE
from provision.graph.wire import AnswerLost
from provision.tenant.application import ApplicationSettings, PasswordRequest
from provision.tenant.port import Hint, TenantQuery
from provision.tenant.service_principal import GrantRequest
from tests.unit.graph.graph_json import (
    APPLICATION_ID,
    CLIENT_ID,
    GRANT_ID,
    GRAPH_ID,
    KEY_ID,
    PRINCIPAL_ID,
    UNIQUE_NAME,
    application_json,
    grant_json,
    graph_principal_json,
    password_json,
    principal_json,
)
from tests.unit.graph.scripted_wire import Bench, failure, ok

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
BY_NAME = ("GET", r"/applications\(uniqueName")
DELETED = ("GET", "/directory/deletedItems/")
REMOVE = ("POST", "/removePassword$")
PASSWORDS = ("GET", rf"/applications/{APPLICATION_ID}\?")
GRAPH = ("GET", "appId='00000003", [ok(graph_principal_json())])
NAMESAKES = ("GET", r"/applications\?", [ok({"value": []})])


def test_a_new_application_and_its_secret_are_one_request():
    bench = Bench((*CREATE, [CREATED]))

    created = bench.tenant().create_application(UNIQUE_NAME, SETTINGS, PASSWORD)

    assert bench.wire.lines == ["POST /applications"]
    assert created.application.client_id == CLIENT_ID
    assert created.minted is not None
    assert created.minted.secret.reveal() == "s~1"
    assert created.minted.password.key_id == KEY_ID


def test_a_new_application_may_have_no_secret():
    bench = Bench((*CREATE, [ok(application_json(), status=201)]))

    assert bench.tenant().create_application(UNIQUE_NAME, SETTINGS, None).minted is None


@pytest.mark.parametrize("status", [400, 409])
def test_a_live_application_with_the_name_is_told_from_a_deleted_one(status):
    bench = Bench(
        (*CREATE, [replace(COLLISION, status=status)]), (*BY_NAME, [ok(application_json())])
    )

    with pytest.raises(AlreadyExists, match=UNIQUE_NAME):
        bench.tenant().create_application(UNIQUE_NAME, SETTINGS, None)


def test_a_deleted_application_that_holds_the_name_is_named():
    deleted = [application_json(id="x", uniqueName="other"), application_json(id="in-the-bin")]
    bench = Bench((*CREATE, [COLLISION]), (*DELETED, [ok({"value": deleted})]))

    with pytest.raises(NameTaken, match="in-the-bin") as caught:
        bench.tenant().create_application(UNIQUE_NAME, SETTINGS, None)
    assert caught.value.evidence[0] == ("deleted-object-id", "in-the-bin")


@pytest.mark.parametrize("bin_answer", [ok({"value": []}), failure(403, "Denied")])
def test_a_name_that_nobody_visible_holds_is_taken_all_the_same(bin_answer):
    bench = Bench((*CREATE, [COLLISION]), (*DELETED, [bin_answer]))

    with pytest.raises(NameTaken, match="no application, live or deleted"):
        bench.tenant().create_application(UNIQUE_NAME, SETTINGS, None)


def test_a_policy_refusal_is_one():
    refused = failure(400, "CredentialTypeNotAllowedAsPerAppPolicy", "Credential type not allowed.")

    with pytest.raises(PolicyRefused):
        Bench((*CREATE, [refused])).tenant().create_application(UNIQUE_NAME, SETTINGS, PASSWORD)


def test_a_fresh_application_is_waited_for_when_a_password_is_added():
    minted = ok(password_json(secretText="s~2"))
    bench = Bench((*CREATE, [CREATED]), ("POST", "/addPassword$", [GONE, GONE, minted]))
    tenant = bench.tenant()
    tenant.create_application(UNIQUE_NAME, SETTINGS, None)

    assert tenant.add_password(APPLICATION_ID, PASSWORD).secret.reveal() == "s~2"
    assert bench.meter.read().retries == 2


def test_an_old_application_that_is_not_found_is_not_waited_for():
    bench = Bench(("POST", "/addPassword$", [GONE]))

    with pytest.raises(NotFound, match="adding password 'aem-forms' to application"):
        bench.tenant().add_password(APPLICATION_ID, PASSWORD)
    assert bench.waits == []


def test_a_secret_that_graph_does_not_show_is_an_error():
    bench = Bench(("POST", "/addPassword$", [ok(password_json())]))

    with pytest.raises(OutcomeUnknown, match="without the secret's value"):
        bench.tenant().add_password(APPLICATION_ID, PASSWORD)


def test_a_personal_audience_is_given_ten_minutes():
    personal = replace(SETTINGS, sign_in_audience="AzureADandPersonalMicrosoftAccount")
    missing = failure(409, "Error_MsaAppDoesNotExist")
    bench = Bench((*CREATE, [CREATED]), ("PATCH", "/applications/", [missing]))
    tenant = bench.tenant()
    tenant.create_application(UNIQUE_NAME, personal, None)

    with pytest.raises(NotYetVisible):
        tenant.update_application(APPLICATION_ID, personal, replace(personal, display_name="n"))
    assert PERSONAL_PATIENCE - 15 < bench.clock.monotonic() <= PERSONAL_PATIENCE


def test_settings_that_do_not_differ_are_not_written():
    bench = Bench()

    bench.tenant().update_application(APPLICATION_ID, SETTINGS, SETTINGS)

    assert bench.wire.sent == []


def test_settings_that_differ_are_one_patch():
    bench = Bench(("PATCH", "/applications/", [ok(status=204)]))

    bench.tenant().update_application(
        APPLICATION_ID, SETTINGS, replace(SETTINGS, display_name="New")
    )

    assert bench.wire.lines == [f"PATCH /applications/{APPLICATION_ID}"]
    assert bench.wire.body(0) == {"displayName": "New"}


def test_settings_are_read_afresh():
    bench = Bench(("GET", f"/applications/{APPLICATION_ID}", [ok(application_json())]))

    assert bench.tenant().read_settings(APPLICATION_ID) == SETTINGS


def test_a_service_principal_waits_for_its_application():
    detail = {"code": "NoBackingApplicationObject"}
    early = replace(failure(400, "x"), body={"error": {"code": "x", "details": [detail]}})
    bench = Bench(("POST", "/servicePrincipals$", [early, ok(principal_json(), status=201)]))

    assert bench.tenant().create_service_principal(CLIENT_ID).object_id == PRINCIPAL_ID
    assert bench.wire.body(0) == {"appId": CLIENT_ID}
    assert bench.waits == [(f"creating the service principal of {CLIENT_ID}", 0.5)]


def test_a_grant_waits_for_a_fresh_service_principal():
    bench = Bench(
        ("POST", "/servicePrincipals$", [ok(principal_json(), status=201)]),
        ("POST", "/oauth2PermissionGrants$", [GONE, ok(grant_json(), status=201)]),
    )
    tenant = bench.tenant()
    tenant.create_service_principal(CLIENT_ID)

    assert tenant.create_grant(GRANT).grant_id == GRANT_ID


@pytest.mark.parametrize("status", [400, 409])
def test_a_grant_that_exists_is_told_by_its_message(status):
    exists = failure(status, "Request_BadRequest", "Permission entry already exists.")

    with pytest.raises(AlreadyExists):
        Bench(("POST", "/oauth2PermissionGrants$", [exists])).tenant().create_grant(GRANT)


def test_scopes_of_a_grant_are_replaced_as_a_whole():
    bench = Bench(("PATCH", "/oauth2PermissionGrants/", [ok(status=204)]))

    bench.tenant().replace_grant_scopes(GRANT_ID, frozenset({"b", "a"}))

    assert bench.wire.body(0) == {"scope": "a b"}


def test_a_password_is_removed():
    bench = Bench((*REMOVE, [ok(status=204)]))

    bench.tenant().remove_password(APPLICATION_ID, KEY_ID)

    assert bench.wire.body(0) == {"keyId": KEY_ID}


@pytest.mark.parametrize("read", [ok({"passwordCredentials": []}), GONE])
@pytest.mark.parametrize("refused", [failure(400, "Request_BadRequest", "No such key."), GONE])
def test_a_password_that_is_gone_is_no_error(refused, read):
    bench = Bench((*REMOVE, [refused]), (*PASSWORDS, [read]))

    bench.tenant().remove_password(APPLICATION_ID, KEY_ID)


@pytest.mark.parametrize(
    "read", [ok({"passwordCredentials": [password_json()]}), failure(403, "Denied")]
)
def test_a_password_that_may_be_there_is_not_taken_for_gone(read):
    refused = failure(400, "Request_BadRequest", "Something else.")
    bench = Bench((*REMOVE, [refused]), (*PASSWORDS, [read]))

    with pytest.raises(RefusedError, match="Something else"):
        bench.tenant().remove_password(APPLICATION_ID, KEY_ID)


def test_a_refusal_to_remove_is_not_taken_for_gone():
    bench = Bench((*REMOVE, [failure(403, "Authorization_RequestDenied")]))

    with pytest.raises(NotPermitted):
        bench.tenant().remove_password(APPLICATION_ID, KEY_ID)


def test_a_fresh_password_is_removed_once_graph_knows_it():
    refused = failure(400, "Request_BadRequest", "No such key.")
    bench = Bench(
        ("POST", "/addPassword$", [ok(password_json(secretText="s~1"))]),
        (*REMOVE, [refused, refused, ok(status=204)]),
        (*PASSWORDS, [ok({"passwordCredentials": []})]),
    )
    tenant = bench.tenant()
    tenant.add_password(APPLICATION_ID, PASSWORD)

    tenant.remove_password(APPLICATION_ID, KEY_ID)

    assert bench.wire.lines.count(f"POST /applications/{APPLICATION_ID}/removePassword") == 3


def test_a_password_that_was_removed_here_is_gone_for_good():
    refused = failure(400, "Request_BadRequest", "No such key.")
    bench = Bench(
        ("POST", "/addPassword$", [ok(password_json(secretText="s~1"))]),
        (*REMOVE, [ok(status=204), refused]),
        (*PASSWORDS, [ok({"passwordCredentials": []})]),
    )
    tenant = bench.tenant()
    tenant.add_password(APPLICATION_ID, PASSWORD)
    tenant.remove_password(APPLICATION_ID, KEY_ID)

    tenant.remove_password(APPLICATION_ID, KEY_ID)

    assert bench.waits == []


def test_a_fresh_password_that_never_appears_is_not_taken_for_gone():
    refused = failure(400, "Request_BadRequest", "No such key.")
    bench = Bench(
        ("POST", "/addPassword$", [ok(password_json(secretText="s~1"))]),
        (*REMOVE, [refused]),
        (*PASSWORDS, [ok({"passwordCredentials": []})]),
    )
    tenant = bench.tenant()
    tenant.add_password(APPLICATION_ID, PASSWORD)

    with pytest.raises(NotYetVisible, match="removing password"):
        tenant.remove_password(APPLICATION_ID, KEY_ID)


def test_closing_closes_the_wire():
    bench = Bench()

    bench.tenant().close()

    assert bench.wire.is_closed


def created_tenant(*reads) -> Bench:
    return Bench(
        (*CREATE, [CREATED]),
        ("POST", "/servicePrincipals$", [ok(principal_json(), status=201)]),
        ("POST", "/oauth2PermissionGrants$", [ok(grant_json(), status=201)]),
        *reads,
        GRAPH,
        NAMESAKES,
    )


def test_a_read_waits_until_it_shows_what_was_created():
    shown = ok(application_json(passwordCredentials=[password_json()]))
    bench = created_tenant(
        (*BY_NAME, [GONE, ok(application_json()), shown]),
        ("GET", f"appId='{CLIENT_ID}'", [GONE, GONE, ok(principal_json())]),
        (
            "GET",
            "/oauth2PermissionGrants",
            [ok({"value": []})] * 3 + [ok({"value": [grant_json()]})],
        ),
    )
    tenant = bench.tenant()
    tenant.create_application(UNIQUE_NAME, SETTINGS, PASSWORD)
    tenant.create_service_principal(CLIENT_ID)
    tenant.create_grant(GRANT)

    snapshot = tenant.read(WARM)

    assert snapshot.application is not None
    assert {password.key_id for password in snapshot.application.passwords} == {KEY_ID}
    assert snapshot.service_principal is not None
    assert {grant.grant_id for grant in snapshot.grants} == {GRANT_ID}
    assert bench.waits[0][0] == f"Graph to show application {UNIQUE_NAME}"
    assert bench.meter.read().requests == 4
    assert bench.meter.read().last_write_index == 3


def test_a_read_shows_what_there_is_when_the_deadline_passes():
    bench = created_tenant((*BY_NAME, [GONE]))
    tenant = bench.tenant()
    tenant.create_application(UNIQUE_NAME, SETTINGS, None)

    assert tenant.read(WARM).application is None
    waited = len(bench.waits)
    assert tenant.read(WARM).application is None
    assert len(bench.waits) == waited


def test_a_read_waits_for_scopes_that_were_added():
    wide = grant_json(scope="User.Read openid Mail.Read")
    bench = Bench(
        (*BY_NAME, [ok(application_json())]),
        ("GET", f"appId='{CLIENT_ID}'", [ok(principal_json())]),
        ("GET", "/oauth2", [ok({"value": [grant_json()]}), ok({"value": [wide]})]),
        ("PATCH", "/oauth2PermissionGrants/", [ok(status=204)]),
        GRAPH,
        NAMESAKES,
    )
    tenant = bench.tenant()
    tenant.replace_grant_scopes(GRANT_ID, frozenset({"User.Read", "openid", "Mail.Read"}))

    (grant,) = tenant.read(WARM).grants

    assert "Mail.Read" in grant.scopes


def test_a_removed_password_is_not_waited_for():
    bench = Bench(
        ("POST", "/addPassword$", [ok(password_json(secretText="s~1"))]),
        (*REMOVE, [ok(status=204)]),
        (*BY_NAME, [ok(application_json())]),
        GRAPH,
        NAMESAKES,
    )
    tenant = bench.tenant()
    tenant.add_password(APPLICATION_ID, PASSWORD)
    tenant.remove_password(APPLICATION_ID, KEY_ID)

    tenant.read(WARM)

    assert bench.waits == []


def test_another_application_is_not_waited_for():
    bench = created_tenant((*BY_NAME, [GONE]))
    tenant = bench.tenant()
    tenant.create_application(UNIQUE_NAME, SETTINGS, None)

    tenant.read(TenantQuery("another", "Another"))

    assert bench.waits == []


DROPPED = AnswerLost("creating: graph.example did not answer (ReadError)")


def test_a_creation_whose_answer_was_lost_is_recognised_behind_the_collision():
    bench = Bench((*CREATE, [DROPPED, COLLISION]), (*BY_NAME, [GONE, GONE, ok(application_json())]))
    tenant = bench.tenant()
    with pytest.raises(OutcomeUnknown):
        tenant.create_application(UNIQUE_NAME, SETTINGS, PASSWORD)

    with pytest.raises(AlreadyExists):
        tenant.create_application(UNIQUE_NAME, SETTINGS, PASSWORD)
    assert bench.waits[0][0] == f"reading application {UNIQUE_NAME}"


def test_ids_that_a_lost_answer_kept_from_us_are_fresh_all_the_same():
    bench = Bench(
        ("POST", "/servicePrincipals$", [DROPPED]),
        ("POST", "/oauth2PermissionGrants$", [GONE, ok(grant_json(), status=201)]),
        (*BY_NAME, [ok(application_json())]),
        ("GET", f"appId='{CLIENT_ID}'", [ok(principal_json())]),
        GRAPH,
        NAMESAKES,
    )
    tenant = bench.tenant()
    with pytest.raises(OutcomeUnknown):
        tenant.create_service_principal(CLIENT_ID)
    tenant.read(TenantQuery(UNIQUE_NAME, "AEM Forms mail"))

    assert tenant.create_grant(GRANT).grant_id == GRANT_ID


def test_a_read_waits_for_what_graph_says_is_there_already():
    exists = failure(409, "Request_MultipleObjectsWithSameKeyValue", "… is already in use.")
    bench = Bench(
        ("POST", "/servicePrincipals$", [exists]),
        (*BY_NAME, [ok(application_json())]),
        ("GET", rf"appId='{CLIENT_ID}'\)\?", [GONE, ok(principal_json())]),
        ("GET", "/oauth2PermissionGrants", [ok({"value": []})]),
        GRAPH,
        NAMESAKES,
    )
    tenant = bench.tenant()
    with pytest.raises(AlreadyExists):
        tenant.create_service_principal(CLIENT_ID)

    assert tenant.read(WARM).service_principal is not None
    assert len(bench.waits) == 1
