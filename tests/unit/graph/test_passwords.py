"""A secret is minted once, and is taken for gone only when Graph shows that it is."""

import pytest

from provision.errors import NotPermitted, NotYetVisible, OutcomeUnknown, RefusedError
from tests.unit.graph.exchanges import (
    CREATE,
    CREATED,
    DROPPED,
    GONE,
    PASSWORD,
    PASSWORDS,
    REMOVE,
    SETTINGS,
)
from tests.unit.graph.graph_json import APPLICATION_ID, KEY_ID, UNIQUE_NAME, password_json
from tests.unit.graph.scripted_wire import Bench, failure, ok


def test_a_fresh_application_is_waited_for_when_a_password_is_added():
    minted = ok(password_json(secretText="s~2"))
    bench = Bench((*CREATE, [CREATED]), ("POST", "/addPassword$", [GONE, GONE, minted]))
    tenant = bench.tenant()
    tenant.create_application(UNIQUE_NAME, SETTINGS, None)

    assert tenant.add_password(APPLICATION_ID, PASSWORD).secret.reveal() == "s~2"
    assert bench.meter.read().retries == 2


def test_a_secret_that_graph_does_not_show_is_an_error():
    bench = Bench(("POST", "/addPassword$", [ok(password_json())]))

    with pytest.raises(OutcomeUnknown, match="without the secret's value"):
        bench.tenant().add_password(APPLICATION_ID, PASSWORD)


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


@pytest.mark.parametrize("refused", [failure(400, "Request_BadRequest", "No such key."), GONE])
def test_a_replica_that_has_not_heard_of_what_another_shows_is_asked_again(refused):
    bench = Bench(
        (*REMOVE, [refused, refused, ok(status=204)]),
        (*PASSWORDS, [ok({"passwordCredentials": [password_json()]})]),
    )

    bench.tenant().remove_password(APPLICATION_ID, KEY_ID)

    assert bench.wire.lines.count(f"POST /applications/{APPLICATION_ID}/removePassword") == 3


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


def test_a_lost_answer_to_a_removal_is_followed_by_another_removal_until_it_is_certain():
    refused = failure(400, "Request_BadRequest", "No such key.")
    bench = Bench(
        (*REMOVE, [DROPPED, failure(503, "ServiceUnavailable", "Later."), refused]),
        (*PASSWORDS, [ok({"passwordCredentials": []})]),
    )

    bench.tenant().remove_password(APPLICATION_ID, KEY_ID)

    assert bench.wire.lines.count(f"POST /applications/{APPLICATION_ID}/removePassword") == 3
