"""The bin is believed once a read has shown what was made here, and not before."""

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
    UNIQUE_NAME,
    application_json,
    principal_json,
)
from tests.unit.graph.scripted_wire import Bench, Reply, ok

ALIVE = ok(application_json())
PRINCIPAL = ok(principal_json())
NONE = ok({"value": []})
IN_BIN = ok({"value": [application_json(deletedDateTime="2026-03-01T00:00:00Z")]})


def bin_bench(*by_name: Reply) -> Bench:
    return Bench(
        (*CREATE, [ok(application_json(), status=201)]),
        (*BY_NAME, by_name),
        ("GET", rf"appId='{CLIENT_ID}'\)\?", [PRINCIPAL]),
        ("GET", "/oauth2", [NONE]),
        ("GET", "deletedItems/microsoft.graph.application", [IN_BIN]),
        ("GET", "deletedItems/microsoft.graph.servicePrincipal", [NONE]),
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
