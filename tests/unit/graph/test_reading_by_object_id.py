"""A replica does not know the unique name yet: the object id that is remembered leads further."""

from dataclasses import replace

import pytest

from provision.tenant.port import Hint, TenantQuery
from tests.unit.graph.credential_exchanges import (
    ADD,
    CERTIFICATE,
    OF_APPLICATION,
    QUERY,
    TRUST,
    bench_of,
    key_json,
    trust_json,
    trusts,
    with_keys,
)
from tests.unit.graph.exchanges import BY_NAME, GONE, GRAPH, NAMESAKES
from tests.unit.graph.graph_json import (
    APPLICATION_ID,
    CLIENT_ID,
    PRINCIPAL_ID,
    UNIQUE_NAME,
    application_json,
    principal_json,
)
from tests.unit.graph.scripted_wire import Bench, Reply, failure, ok

REMEMBERED = TenantQuery(
    UNIQUE_NAME, "AEM Forms mail", Hint(CLIENT_ID, PRINCIPAL_ID, APPLICATION_ID)
)


def bench_by_ids(*by_client_id: Reply) -> Bench:
    return bench_of(
        ("GET", rf"{OF_APPLICATION}\?", [with_keys(key_json())]),
        ("GET", rf"appId='{CLIENT_ID}'\)/federated", list(by_client_id)),
        by_name=(GONE,),
        trusted=(GONE,),
    )


def test_certificates_and_federated_credentials_are_found_by_its_ids():
    bench = bench_by_ids(trusts(trust_json()))

    found = bench.tenant().read(QUERY)

    assert found.application is not None
    assert [key.key_id for key in found.key_credentials or ()] == ["key-1"]
    assert [each.trust for each in found.federated_credentials or ()] == [TRUST]
    assert bench.waits == []


def test_the_federated_credentials_are_asked_for_by_client_id_only_when_they_are_wanted():
    bench = bench_by_ids(failure(500, "never asked for"))

    found = bench.tenant().read(replace(QUERY, wants_federated=False))

    assert len(found.key_credentials or ()) == 1
    assert found.federated_credentials is None


@pytest.mark.parametrize("are_wanted", [True, False])
def test_the_certificates_are_asked_for_by_object_id_only_when_they_are_wanted(are_wanted):
    bench = bench_by_ids(trusts(trust_json()))

    bench.tenant().read(replace(QUERY, wants_certificates=are_wanted))

    (asked,) = [r.path for r in bench.wire.sent if r.path.startswith(f"{OF_APPLICATION}?")]
    assert ("keyCredentials" in asked) is are_wanted


def test_federated_credentials_that_may_not_be_read_are_unknown():
    bench = bench_by_ids(failure(403, "Authorization_RequestDenied"))

    found = bench.tenant().read(QUERY)

    assert found.application is not None
    assert "federated credentials" in found.unknown


def test_what_was_added_is_waited_for_there_too():
    bench = bench_of(
        (*ADD, [ok(trust_json(), status=201)]),
        ("GET", rf"{OF_APPLICATION}\?", [with_keys(), with_keys(key_json())]),
        ("GET", rf"appId='{CLIENT_ID}'\)/federated", [trusts(), trusts(trust_json())]),
        by_name=(GONE,),
        trusted=(GONE,),
    )
    tenant = bench.tenant()
    tenant.replace_certificates(APPLICATION_ID, (), (CERTIFICATE,))
    tenant.add_federated_credential(APPLICATION_ID, TRUST)

    found = tenant.read(QUERY)

    assert len(found.key_credentials or ()) == 1
    assert len(found.federated_credentials or ()) == 1
    assert len(bench.waits) == 1


def test_an_application_whose_name_is_not_known_yet_is_found_by_its_remembered_id():
    bench = Bench(
        (*BY_NAME, [GONE]),
        ("GET", rf"/applications/{APPLICATION_ID}\?", [ok(application_json())]),
        ("GET", f"appId='{CLIENT_ID}'", [ok(principal_json())]),
        ("GET", "/oauth2", [ok({"value": []})]),
        GRAPH,
        NAMESAKES,
    )

    found = bench.tenant().read(REMEMBERED).application

    assert found is not None
    assert found.object_id == APPLICATION_ID


def test_a_remembered_id_that_leads_to_another_name_finds_nothing():
    bench = Bench(
        (*BY_NAME, [GONE]),
        ("GET", rf"/applications/{APPLICATION_ID}\?", [ok(application_json(uniqueName="other"))]),
        GRAPH,
        NAMESAKES,
    )

    assert bench.tenant().read(REMEMBERED).application is None
