"""Certificates and federated credentials that were written are shown by every later read."""

from dataclasses import replace

import pytest

from provision.errors import AlreadyExists
from provision.graph import answers as parse
from tests.unit.graph.credential_exchanges import (
    ADD,
    CERTIFICATE,
    CHANGE,
    QUERY,
    REMOVE,
    TRUST,
    awaited,
    bench_of,
    key_json,
    shown_keys,
    shown_trusts,
    trust_json,
    trusts,
    with_keys,
)
from tests.unit.graph.exchanges import GONE
from tests.unit.graph.graph_json import APPLICATION_ID, application_json
from tests.unit.graph.scripted_wire import failure, ok


class TestCertificates:
    what = f"Graph to show the certificates of application {APPLICATION_ID}"

    def test_what_was_added_is_waited_for(self):
        bench = bench_of(by_name=(with_keys(), with_keys(), with_keys(key_json())))
        tenant = bench.tenant()
        tenant.replace_certificates(APPLICATION_ID, (), (CERTIFICATE,))

        assert shown_keys(tenant) == ["key-1"]
        assert awaited(bench) == [self.what] * 2

    def test_what_was_kept_is_waited_for(self):
        kept, other = key_json(), key_json("key-2", "another")
        bench = bench_of(by_name=(with_keys(kept), with_keys(other, kept)))
        tenant = bench.tenant()
        there = parse.key_credentials(application_json(keyCredentials=[other]))
        tenant.replace_certificates(APPLICATION_ID, tuple(there), (CERTIFICATE,))

        assert shown_keys(tenant) == ["key-1", "key-2"]
        assert awaited(bench) == [self.what]

    def test_what_one_read_showed_is_waited_for_by_the_next(self):
        bench = bench_of(by_name=(with_keys(key_json()), with_keys(), with_keys(key_json())))
        tenant = bench.tenant()
        tenant.read(QUERY)

        assert shown_keys(tenant) == ["key-1"]
        assert awaited(bench) == [self.what]

    def test_what_was_left_out_is_not_waited_for(self):
        old, new = key_json("key-2", "another"), key_json()
        bench = bench_of(by_name=(with_keys(old), with_keys(new)))
        tenant = bench.tenant()
        tenant.read(QUERY)
        tenant.replace_certificates(APPLICATION_ID, (), (CERTIFICATE,))

        assert shown_keys(tenant) == ["key-1"]
        assert bench.waits == []

    def test_a_read_that_does_not_ask_for_them_waits_for_none(self):
        bench = bench_of()
        tenant = bench.tenant()
        tenant.replace_certificates(APPLICATION_ID, (), (CERTIFICATE,))

        tenant.read(replace(QUERY, wants_certificates=False))

        assert bench.waits == []


class TestFederatedCredentials:
    shown = "Graph to show federated credential trust-1"

    def test_what_was_added_is_waited_for(self):
        added = ok(trust_json(), status=201)
        bench = bench_of((*ADD, [added]), trusted=(trusts(), GONE, trusts(trust_json())))
        tenant = bench.tenant()
        tenant.add_federated_credential(APPLICATION_ID, TRUST)

        assert len(shown_trusts(tenant)) == 1
        assert awaited(bench) == [self.shown] * 2

    def test_what_graph_says_is_there_already_is_waited_for(self):
        exists = failure(409, "Request_MultipleObjectsWithSameKeyValue", "… already exists.")
        bench = bench_of((*ADD, [exists]), trusted=(trusts(), trusts(trust_json(name="MAIN"))))
        tenant = bench.tenant()
        with pytest.raises(AlreadyExists):
            tenant.add_federated_credential(APPLICATION_ID, TRUST)

        assert len(shown_trusts(tenant)) == 1
        assert awaited(bench) == [
            f"Graph to show federated credential 'main' of application {APPLICATION_ID}"
        ]

    def test_what_was_changed_is_not_taken_for_what_stood_there(self):
        new = trust_json(subject="repo:a/c")
        bench = bench_of((*CHANGE, [ok(status=204)]), trusted=(trusts(trust_json()), trusts(new)))
        tenant = bench.tenant()
        after = replace(TRUST, subject="repo:a/c")
        tenant.update_federated_credential(APPLICATION_ID, "trust-1", TRUST, after)

        assert shown_trusts(tenant) == [after]
        assert awaited(bench) == ["Graph to show the new trust of federated credential trust-1"]

    def test_what_somebody_else_wrote_after_us_is_shown_at_once(self):
        theirs = trust_json(subject="repo:theirs/x")
        bench = bench_of((*CHANGE, [ok(status=204)]), trusted=(trusts(theirs),))
        tenant = bench.tenant()
        after = replace(TRUST, subject="repo:a/c")
        tenant.update_federated_credential(APPLICATION_ID, "trust-1", TRUST, after)

        assert [trust.subject for trust in shown_trusts(tenant)] == ["repo:theirs/x"]
        assert bench.waits == []

    def test_what_was_removed_is_waited_for_to_go(self):
        bench = bench_of(
            (*REMOVE, [ok(status=204)]),
            trusted=(trusts(trust_json()), trusts(trust_json()), trusts()),
        )
        tenant = bench.tenant()
        tenant.read(QUERY)
        tenant.remove_federated_credential(APPLICATION_ID, "trust-1")

        assert shown_trusts(tenant) == []
        assert awaited(bench) == ["Graph to show that federated credential trust-1 is gone"]

    def test_what_was_added_and_removed_is_not_waited_for(self):
        added = ok(trust_json(), status=201)
        bench = bench_of((*ADD, [added]), (*REMOVE, [ok(status=204)]))
        tenant = bench.tenant()
        tenant.add_federated_credential(APPLICATION_ID, TRUST)
        tenant.remove_federated_credential(APPLICATION_ID, "trust-1")

        tenant.read(QUERY)

        assert bench.waits == []

    def test_one_that_was_made_here_is_removed_although_a_replica_lacks_it(self):
        added = ok(trust_json(), status=201)
        bench = bench_of((*ADD, [added]), (*REMOVE, [GONE, ok(status=204)]))
        tenant = bench.tenant()
        tenant.add_federated_credential(APPLICATION_ID, TRUST)

        tenant.remove_federated_credential(APPLICATION_ID, "trust-1")

        assert bench.wire.lines[-2:] == [bench.wire.lines[-1]] * 2

    def test_one_that_was_made_here_is_changed_although_a_replica_lacks_it(self):
        added = ok(trust_json(), status=201)
        bench = bench_of((*ADD, [added]), (*CHANGE, [GONE, ok(status=204)]))
        tenant = bench.tenant()
        tenant.add_federated_credential(APPLICATION_ID, TRUST)

        tenant.update_federated_credential(
            APPLICATION_ID, "trust-1", TRUST, replace(TRUST, subject="repo:a/c")
        )

        assert bench.wire.lines[-2:] == [bench.wire.lines[-1]] * 2

    def test_what_one_read_showed_is_waited_for_by_the_next(self):
        bench = bench_of(trusted=(trusts(trust_json()), trusts(), trusts(trust_json())))
        tenant = bench.tenant()
        tenant.read(QUERY)

        assert len(shown_trusts(tenant)) == 1
        assert awaited(bench) == [self.shown]

    def test_what_may_not_be_read_is_not_waited_for(self):
        added = ok(trust_json(), status=201)
        bench = bench_of((*ADD, [added]), trusted=(failure(403, "Authorization_RequestDenied"),))
        tenant = bench.tenant()
        tenant.add_federated_credential(APPLICATION_ID, TRUST)

        assert "federated credentials" in tenant.read(QUERY).unknown
        assert bench.waits == []
