"""What one read showed or a write did is not lost to the next replica that is behind."""

from dataclasses import replace

from tests.unit.graph.exchanges import (
    BY_NAME,
    CREATE,
    CREATED,
    GONE,
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
from tests.unit.graph.scripted_wire import Bench, ok


def created_tenant(*reads) -> Bench:
    return Bench(
        (*CREATE, [CREATED]),
        ("POST", "/servicePrincipals$", [ok(principal_json(), status=201)]),
        ("POST", "/oauth2PermissionGrants$", [ok(grant_json(), status=201)]),
        *reads,
        GRAPH,
        NAMESAKES,
    )


def read_twice_bench(*by_name) -> Bench:
    return Bench(
        (*BY_NAME, list(by_name)),
        ("GET", f"appId='{CLIENT_ID}'", [ok(principal_json())]),
        ("GET", "/oauth2PermissionGrants", [ok({"value": [grant_json()]})]),
        ("PATCH", f"/applications/{APPLICATION_ID}$", [ok(status=204)]),
        (*REMOVE, [ok(status=204)]),
        GRAPH,
        NAMESAKES,
    )


def test_what_one_read_showed_is_waited_for_by_the_next():
    bench = read_twice_bench(ok(application_json()), GONE, GONE, ok(application_json()))
    tenant = bench.tenant()
    tenant.read(WARM)

    assert tenant.read(WARM).application is not None
    assert [what for what, _ in bench.waits] == [
        f"Graph to show application {UNIQUE_NAME} again"
    ] * 2


def test_what_was_created_is_waited_for_by_every_read():
    bench = created_tenant((*BY_NAME, [ok(application_json()), GONE, ok(application_json())]))
    tenant = bench.tenant()
    tenant.create_application(UNIQUE_NAME, SETTINGS, None)
    tenant.read(WARM)

    assert tenant.read(WARM).application is not None


def test_a_grant_that_one_read_showed_is_waited_for_by_the_next():
    bench = Bench(
        (*BY_NAME, [ok(application_json())]),
        ("GET", f"appId='{CLIENT_ID}'", [ok(principal_json())]),
        ("GET", "/oauth2", [ok({"value": v}) for v in ([grant_json()], [], [grant_json()])]),
        GRAPH,
        NAMESAKES,
    )
    tenant = bench.tenant()
    tenant.read(WARM)

    assert {grant.grant_id for grant in tenant.read(WARM).grants} == {GRANT_ID}


def test_what_somebody_else_deleted_is_reported_when_the_deadline_passes():
    bench = read_twice_bench(ok(application_json()), GONE)
    tenant = bench.tenant()
    tenant.read(WARM)

    assert tenant.read(WARM).application is None
    assert 100 < bench.clock.monotonic() <= 180
    waited = len(bench.waits)
    assert tenant.read(WARM).application is None
    assert len(bench.waits) == waited


def test_what_is_in_the_bin_is_not_waited_for():
    deleted = ok({"value": [application_json(deletedDateTime="2026-03-01T00:00:00Z")]})
    bench = Bench(
        (*BY_NAME, [ok(application_json()), GONE]),
        ("GET", f"appId='{CLIENT_ID}'", [ok(principal_json())]),
        ("GET", "/oauth2", [ok({"value": []})]),
        ("GET", "deletedItems/microsoft.graph.application", [deleted]),
        ("GET", "deletedItems/microsoft.graph.servicePrincipal", [ok({"value": []})]),
        GRAPH,
        NAMESAKES,
    )
    tenant = bench.tenant()
    tenant.read(WARM)

    assert tenant.read(WARM).deleted is not None
    assert bench.waits == []


def test_settings_that_were_replaced_are_not_taken_for_drift():
    renamed = ok(application_json(displayName="AEM Forms post"))
    bench = read_twice_bench(ok(application_json()), ok(application_json()), renamed)
    tenant = bench.tenant()
    tenant.update_application(
        APPLICATION_ID, SETTINGS, replace(SETTINGS, display_name="AEM Forms post")
    )

    found = tenant.read(WARM).application

    assert found is not None
    assert found.settings.display_name == "AEM Forms post"
    assert len(bench.waits) == 2


def test_settings_that_an_earlier_write_replaced_are_not_taken_for_drift_either():
    last = ok(application_json(displayName="third"))
    bench = read_twice_bench(ok(application_json()), last)
    tenant = bench.tenant()
    second, third = (replace(SETTINGS, display_name=name) for name in ("second", "third"))
    tenant.update_application(APPLICATION_ID, SETTINGS, second)
    tenant.update_application(APPLICATION_ID, second, third)

    found = tenant.read(WARM).application

    assert found is not None
    assert found.settings.display_name == "third"


def test_what_somebody_else_wrote_after_us_is_shown_at_once():
    bench = read_twice_bench(ok(application_json(displayName="theirs")))
    tenant = bench.tenant()
    tenant.update_application(APPLICATION_ID, SETTINGS, replace(SETTINGS, display_name="ours"))

    found = tenant.read(WARM).application

    assert found is not None
    assert found.settings.display_name == "theirs"
    assert bench.waits == []


def test_a_secret_that_was_removed_is_waited_for_to_go():
    with_secret = ok(application_json(passwordCredentials=[password_json()]))
    bench = read_twice_bench(with_secret, with_secret, ok(application_json()))
    tenant = bench.tenant()
    tenant.remove_password(APPLICATION_ID, KEY_ID)

    found = tenant.read(WARM).application

    assert found is not None
    assert found.passwords == frozenset()
    assert len(bench.waits) == 2


def test_a_write_to_what_a_read_showed_waits_for_a_replica_that_has_not_heard_of_it():
    bench = Bench(
        (*BY_NAME, [ok(application_json())]),
        ("GET", f"appId='{CLIENT_ID}'", [ok(principal_json())]),
        ("GET", "/oauth2PermissionGrants", [ok({"value": [grant_json()]})]),
        ("POST", "/addPassword$", [GONE, GONE, ok(password_json(secretText="s~1"))]),
        GRAPH,
        NAMESAKES,
    )
    tenant = bench.tenant()
    tenant.read(WARM)

    tenant.add_password(APPLICATION_ID, PASSWORD)

    assert len(bench.waits) == 2
