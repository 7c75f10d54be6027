"""A read shows what was written, though replicas lag and answers get lost."""

import pytest

from provision.errors import AlreadyExists, OutcomeUnknown
from provision.tenant.port import TenantQuery
from tests.unit.graph.exchanges import (
    BY_NAME,
    COLLISION,
    CREATE,
    CREATED,
    DROPPED,
    GONE,
    GRANT,
    GRAPH,
    NAMESAKES,
    PASSWORD,
    REMOVE,
    SETTINGS,
    WARM,
)
from tests.unit.graph.graph_json import (
    APPLICATION_ID,
    CLIENT_ID,
    GRANT_ID,
    KEY_ID,
    UNIQUE_NAME,
    application_json,
    grant_json,
    password_json,
    principal_json,
)
from tests.unit.graph.scripted_wire import Bench, failure, ok


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
