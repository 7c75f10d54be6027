"""Into the bin, out of it, out of the world: what reads show afterwards, and what they wait for."""

from tests.unit.graph.exchanges import (
    BY_NAME,
    CREATE,
    GONE,
    GRAPH,
    NAMESAKES,
    SETTINGS,
    WARM,
)
from tests.unit.graph.graph_json import (
    APPLICATION_ID,
    CLIENT_ID,
    PRINCIPAL_ID,
    UNIQUE_NAME,
    application_json,
    grant_json,
    principal_json,
)
from tests.unit.graph.scripted_wire import Bench, Reply, ok

ALIVE = ok(application_json())
PRINCIPAL = ok(principal_json())
GRANT = ok({"value": [grant_json()]})
NONE = ok({"value": []})
IN_BIN = ok({"value": [application_json(deletedDateTime="2026-03-01T00:00:00Z")]})
PRINCIPAL_IN_BIN = ok({"value": [principal_json()]})


def bin_bench(
    *by_name: Reply,
    principal: tuple[Reply, ...] = (PRINCIPAL,),
    grants: tuple[Reply, ...] = (NONE,),
    binned: tuple[Reply, ...] = (IN_BIN,),
    binned_principal: tuple[Reply, ...] = (NONE,),
) -> Bench:
    return Bench(
        (*CREATE, [ok(application_json(), status=201)]),
        ("POST", "/restore$", [ok(application_json())]),
        ("DELETE", "/directory/deletedItems/", [ok(status=204)]),
        (*BY_NAME, by_name),
        ("GET", rf"appId='{CLIENT_ID}'\)\?", principal),
        ("GET", "/oauth2", grants),
        ("GET", "deletedItems/microsoft.graph.application", binned),
        ("GET", "deletedItems/microsoft.graph.servicePrincipal", binned_principal),
        GRAPH,
        NAMESAKES,
    )


def looks_into_bin(bench: Bench) -> int:
    return sum("deletedItems/microsoft.graph.application" in r.path for r in bench.wire.sent)


def test_what_was_made_and_never_shown_is_late_and_not_looked_for_in_the_bin():
    bench = bin_bench(GONE, ALIVE)
    tenant = bench.tenant()
    tenant.create_application(UNIQUE_NAME, SETTINGS, None)

    found = tenant.read(WARM)

    assert found.application is not None
    assert looks_into_bin(bench) == 0
    assert [what for what, _ in bench.waits] == [f"Graph to show application {UNIQUE_NAME}"]


def test_what_was_made_and_shown_is_believed_to_be_in_the_bin():
    bench = bin_bench(ALIVE, GONE)
    tenant = bench.tenant()
    tenant.create_application(UNIQUE_NAME, SETTINGS, None)
    tenant.read(WARM)

    found = tenant.read(WARM)

    assert found.deleted is not None
    assert found.deleted.application.object_id == APPLICATION_ID
    assert bench.waits == []


def test_what_was_restored_is_waited_for_although_a_replica_still_has_it_in_the_bin():
    bench = bin_bench(GONE, GONE, ALIVE)
    tenant = bench.tenant()
    tenant.read(WARM)
    tenant.restore(APPLICATION_ID)

    found = tenant.read(WARM)

    assert (found.application is not None, found.deleted) == (True, None)
    assert [what for what, _ in bench.waits] == [f"Graph to show application {UNIQUE_NAME}"]


def test_a_restored_service_principal_is_waited_for():
    bench = bin_bench(
        ALIVE, principal=(GONE, GONE, PRINCIPAL), binned_principal=(PRINCIPAL_IN_BIN,)
    )
    tenant = bench.tenant()
    assert tenant.read(WARM).deleted_service_principal == PRINCIPAL_ID
    tenant.restore(PRINCIPAL_ID)

    assert tenant.read(WARM).service_principal is not None
    assert [what for what, _ in bench.waits] == [
        f"Graph to show the service principal of {CLIENT_ID}"
    ]


def test_a_service_principal_is_found_in_the_bin_right_after_its_application_left_it():
    bench = bin_bench(GONE, ALIVE, principal=(GONE,), binned_principal=(PRINCIPAL_IN_BIN,))
    tenant = bench.tenant()
    tenant.read(WARM)
    tenant.restore(APPLICATION_ID)

    assert tenant.read(WARM).deleted_service_principal == PRINCIPAL_ID


def test_a_grant_that_the_deletion_took_is_not_waited_for_after_the_restoration():
    bench = bin_bench(
        ALIVE, GONE, ALIVE, grants=(GRANT, NONE), binned_principal=(PRINCIPAL_IN_BIN,)
    )
    tenant = bench.tenant()
    tenant.read(WARM)
    tenant.read(WARM)
    tenant.restore(APPLICATION_ID)
    tenant.restore(PRINCIPAL_ID)

    assert tenant.read(WARM).grants == frozenset()
    assert bench.waits == []


def test_what_was_purged_is_not_waited_for():
    bench = bin_bench(ALIVE, GONE, binned=(IN_BIN, NONE))
    tenant = bench.tenant()
    tenant.read(WARM)
    tenant.read(WARM)
    tenant.purge(APPLICATION_ID)

    assert tenant.read(WARM).existing is None
    assert bench.waits == []


def test_a_replica_that_still_has_in_the_bin_what_was_purged_is_not_believed():
    bench = bin_bench(GONE, binned=(IN_BIN, IN_BIN, NONE))
    tenant = bench.tenant()
    tenant.read(WARM)
    tenant.purge(APPLICATION_ID)

    assert tenant.read(WARM).deleted is None
    assert [what for what, _ in bench.waits] == [f"Graph to show that {APPLICATION_ID} is gone"]


def test_a_replica_that_still_has_alive_what_was_purged_is_not_believed():
    bench = bin_bench(GONE, ALIVE, GONE, binned=(IN_BIN, NONE))
    tenant = bench.tenant()
    tenant.read(WARM)
    tenant.purge(APPLICATION_ID)

    assert tenant.read(WARM).existing is None
    assert len(bench.waits) == 1


def test_a_service_principal_that_was_purged_first_is_not_believed_to_be_in_the_bin():
    bench = bin_bench(
        ALIVE, principal=(GONE,), binned_principal=(PRINCIPAL_IN_BIN, PRINCIPAL_IN_BIN, NONE)
    )
    tenant = bench.tenant()
    tenant.read(WARM)
    tenant.purge(PRINCIPAL_ID)
    tenant.purge("another")

    assert tenant.read(WARM).deleted_service_principal is None
    assert [what for what, _ in bench.waits] == [f"Graph to show that {PRINCIPAL_ID} is gone"]


def test_what_stays_in_the_bin_although_it_was_purged_is_reported_in_the_end():
    bench = bin_bench(GONE)
    tenant = bench.tenant()
    tenant.read(WARM)
    tenant.purge(APPLICATION_ID)

    assert tenant.read(WARM).deleted is not None
    assert 100 < bench.clock.monotonic() <= 180
    waited = len(bench.waits)
    assert tenant.read(WARM).deleted is not None
    assert len(bench.waits) == waited


def test_a_purged_name_may_be_given_anew():
    bench = bin_bench(GONE, ok(application_json(id="the-next")), binned=(IN_BIN,))
    tenant = bench.tenant()
    tenant.read(WARM)
    tenant.purge(APPLICATION_ID)
    tenant.create_application(UNIQUE_NAME, SETTINGS, None)

    found = tenant.read(WARM).application

    assert found is not None
    assert found.object_id == "the-next"
