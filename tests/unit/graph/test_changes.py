"""Each change is one request, and what was just made is waited for on evidence."""

from dataclasses import replace

import pytest

from provision.errors import AlreadyExists, NameTaken, NotFound, NotYetVisible, PolicyRefused
from provision.graph.retry import PERSONAL_PATIENCE
from tests.unit.graph.exchanges import (
    BY_NAME,
    COLLISION,
    CREATE,
    CREATED,
    GONE,
    GRANT,
    PASSWORD,
    SETTINGS,
)
from tests.unit.graph.graph_json import (
    APPLICATION_ID,
    CLIENT_ID,
    GRANT_ID,
    KEY_ID,
    PRINCIPAL_ID,
    UNIQUE_NAME,
    application_json,
    grant_json,
    principal_json,
)
from tests.unit.graph.scripted_wire import Bench, failure, ok

DELETED = ("GET", "/directory/deletedItems/")


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


def test_an_old_application_that_is_not_found_is_not_waited_for():
    bench = Bench(("POST", "/addPassword$", [GONE]))

    with pytest.raises(NotFound, match="adding password 'aem-forms' to application"):
        bench.tenant().add_password(APPLICATION_ID, PASSWORD)
    assert bench.waits == []


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


def test_closing_closes_the_wire():
    bench = Bench()

    bench.tenant().close()

    assert bench.wire.is_closed
