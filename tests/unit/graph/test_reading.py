"""A snapshot takes as few requests as the ids that are known allow."""

import pytest

from provision.errors import NotPermitted
from provision.tenant.application import Namesake
from provision.tenant.port import Hint, TenantQuery
from tests.unit.graph.graph_json import (
    APPLICATION_ID,
    CLIENT_ID,
    GRANT_ID,
    GRAPH_ID,
    PRINCIPAL_ID,
    UNIQUE_NAME,
    application_json,
    grant_json,
    graph_principal_json,
    principal_json,
)
from tests.unit.graph.scripted_wire import BASE_URL, TENANT_ID, Bench, Rule, failure, ok

QUERY = TenantQuery(UNIQUE_NAME, "AEM Forms mail")
WARM = TenantQuery(UNIQUE_NAME, "AEM Forms mail", Hint(CLIENT_ID, PRINCIPAL_ID))
DENIED = failure(403, "Authorization_RequestDenied", "Insufficient privileges.")
GRAPH: Rule = ("GET", r"appId='00000003", [ok(graph_principal_json())])
APPLICATION: Rule = ("GET", r"/applications\(uniqueName", [ok(application_json())])
NAMESAKES: Rule = ("GET", r"/applications\?", [ok({"value": []})])
PRINCIPAL: Rule = ("GET", rf"appId='{CLIENT_ID}'\)\?", [ok(principal_json())])
GRANTS: Rule = ("GET", "oauth2PermissionGrants", [ok({"value": [grant_json()]})])


def whole(*first: Rule) -> Bench:
    return Bench(*first, APPLICATION, GRAPH, NAMESAKES, PRINCIPAL, GRANTS)


def test_an_empty_tenant_takes_one_request():
    bench = Bench(GRAPH, NAMESAKES)

    snapshot = bench.tenant().read(QUERY)

    assert snapshot.tenant_id == TENANT_ID
    assert snapshot.application is None
    assert snapshot.service_principal is None
    assert snapshot.grants == frozenset()
    assert snapshot.microsoft_graph.object_id == GRAPH_ID
    assert bench.wire.lines == ["POST /$batch"]


def test_a_first_look_takes_two_requests():
    bench = whole()

    snapshot = bench.tenant().read(QUERY)

    assert snapshot.application is not None
    assert snapshot.service_principal is not None
    assert {grant.grant_id for grant in snapshot.grants} == {GRANT_ID}
    assert bench.meter.read().requests == 2


def test_a_right_hint_saves_the_second_request():
    bench = whole()

    snapshot = bench.tenant().read(WARM)

    assert snapshot == whole().tenant().read(QUERY)
    assert bench.meter.read().requests == 1


def test_a_hint_with_another_client_id_costs_one_request_and_decides_nothing():
    bench = whole()
    hint = Hint("somebody-else", "their-principal")

    snapshot = bench.tenant().read(TenantQuery(UNIQUE_NAME, "AEM Forms mail", hint))

    assert snapshot == whole().tenant().read(QUERY)
    assert bench.meter.read().requests == 2


def test_a_hint_with_another_service_principal_costs_one_request():
    bench = whole(("GET", "clientId%20eq%20%27stale%27", [ok({"value": []})]))

    hint = Hint(CLIENT_ID, "stale")
    snapshot = bench.tenant().read(TenantQuery(UNIQUE_NAME, "AEM Forms mail", hint))

    assert {grant.grant_id for grant in snapshot.grants} == {GRANT_ID}
    assert bench.meter.read().requests == 2


def test_a_hint_for_an_application_that_is_gone_finds_nothing():
    snapshot = Bench(GRAPH, NAMESAKES, PRINCIPAL, GRANTS).tenant().read(WARM)

    assert (snapshot.application, snapshot.service_principal) == (None, None)
    assert snapshot.grants == frozenset()


def test_an_application_without_a_service_principal_has_no_grants():
    snapshot = Bench(APPLICATION, GRAPH, NAMESAKES).tenant().read(WARM)

    assert snapshot.application is not None
    assert snapshot.service_principal is None
    assert snapshot.grants == frozenset()
    assert snapshot.unknown == frozenset()


@pytest.mark.parametrize("query", [QUERY, WARM])
@pytest.mark.parametrize(
    ("rule", "unknown"),
    [
        (("GET", r"/applications\?", [DENIED]), "namesakes"),
        (("GET", "oauth2PermissionGrants", [DENIED]), "grants"),
    ],
)
def test_what_may_not_be_read_is_unknown_and_nothing_worse(query, rule, unknown):
    snapshot = whole(rule).tenant().read(query)

    assert snapshot.unknown == {unknown}
    assert snapshot.application is not None


def test_users_that_may_not_be_read_are_unknown():
    bench = whole(("GET", "/users/", [DENIED]))
    query = TenantQuery(UNIQUE_NAME, "x", users=frozenset({"forms@contoso.com"}))

    snapshot = bench.tenant().read(query)

    assert snapshot.unknown == {"users"}
    assert snapshot.user_ids == {}


def test_an_application_that_may_not_be_read_ends_the_reading():
    bench = whole(("GET", r"/applications\(uniqueName", [DENIED]))

    with pytest.raises(NotPermitted, match=f"reading application {UNIQUE_NAME}"):
        bench.tenant().read(QUERY)


def test_a_service_principal_that_may_not_be_read_ends_the_reading():
    bench = whole(("GET", rf"appId='{CLIENT_ID}'\)\?", [DENIED]))

    with pytest.raises(NotPermitted, match="reading the service principal"):
        bench.tenant().read(QUERY)


def test_users_are_found_under_the_name_they_were_asked_by():
    bench = whole(("GET", "/users/forms%40contoso.com", [ok({"id": "u-1"})]))
    query = TenantQuery(UNIQUE_NAME, "x", users=frozenset({"forms@contoso.com", "no@contoso.com"}))

    assert bench.tenant().read(query).user_ids == {"forms@contoso.com": "u-1"}


def test_more_users_than_fit_into_a_batch_take_another():
    users = frozenset(f"user{n}@contoso.com" for n in range(30))
    bench = Bench(GRAPH, NAMESAKES, ("GET", "/users/", [ok({"id": "u"})]))

    snapshot = bench.tenant().read(TenantQuery(UNIQUE_NAME, "x", users=users))

    assert set(snapshot.user_ids) == users
    assert bench.meter.read().requests == 2


def test_namesakes_are_all_but_the_application_itself():
    others = [
        application_json(id="o-2", uniqueName=None),
        application_json(id="o-1", uniqueName="y"),
    ]
    bench = whole(("GET", r"/applications\?", [ok({"value": [application_json(), *others]})]))

    namesakes = bench.tenant().read(QUERY).namesakes

    assert namesakes == (
        Namesake("o-1", CLIENT_ID, "y", "AEM Forms mail"),
        Namesake("o-2", CLIENT_ID, None, "AEM Forms mail"),
    )


def test_grants_are_read_to_the_last_page():
    link = f"{BASE_URL}/oauth2PermissionGrants?$skiptoken=2"
    first = ok({"value": [grant_json()], "@odata.nextLink": link})
    second = ok({"value": [grant_json(id="grant-2")]})
    bench = whole(("GET", "skiptoken", [second]), ("GET", "oauth2PermissionGrants", [first]))

    grants = bench.tenant().read(WARM).grants

    assert {grant.grant_id for grant in grants} == {GRANT_ID, "grant-2"}


def test_a_next_page_on_another_host_is_not_followed():
    page = ok({"value": [], "@odata.nextLink": "https://evil.example/v1.0/x"})
    bench = whole(("GET", "oauth2PermissionGrants", [page]))

    with pytest.raises(Exception, match="not on Graph's own host"):
        bench.tenant().read(WARM)


def test_scope_ids_are_read_only_when_asked_for():
    bench = whole()

    bench.tenant().read(TenantQuery(UNIQUE_NAME, "x", wants_scope_ids=True))

    assert b"oauth2PermissionScopes" in (bench.wire.sent[0].content or b"")
    assert b"oauth2PermissionScopes" not in (bench.wire.sent[1].content or b"")


def test_a_quote_in_a_display_name_does_not_end_the_filter():
    bench = whole()

    bench.tenant().read(TenantQuery(UNIQUE_NAME, "O'Hara"))

    assert b"displayName%20eq%20%27O%27%27Hara%27" in (bench.wire.sent[0].content or b"")


def test_the_application_that_was_read_keeps_its_ids():
    application = whole().tenant().read(QUERY).application

    assert application is not None
    assert (application.object_id, application.client_id) == (APPLICATION_ID, CLIENT_ID)
