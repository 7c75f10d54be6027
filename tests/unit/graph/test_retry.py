"""What may be repeated is, on a clock and until a deadline; nothing else is sent twice."""

import pytest

from provision.errors import NotYetVisible, OutcomeUnknown, Throttled, Unreachable
from provision.graph.request_count import Count
from provision.graph.retry import CONNECTION_PATIENCE, PATIENCE, PERSONAL_PATIENCE
from provision.graph.wire import Answer, AnswerLost, GraphRequest, NotSent
from tests.unit.graph.scripted_wire import Bench, connection_refused, failure, ok

READ = GraphRequest("reading application x", "GET", "/applications/x")
WRITE = GraphRequest("changing application x", "PATCH", "/applications/x", b"{}")
MSA = failure(409, "Error_MsaAppDoesNotExist")
GONE = failure(404, "Request_ResourceNotFound", "Resource 'x' does not exist.")


def lost() -> AnswerLost:
    return AnswerLost("changing application x: graph.example did not answer (ReadError)")


def bench_for(request, *replies) -> Bench:
    return Bench((request.method, "/applications/x", list(replies)))


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_reads_again_when_the_server_is_at_fault(status):
    bench = bench_for(READ, failure(status, "x"), ok({"id": "1"}))

    assert bench.repeater.send(READ).body == {"id": "1"}
    assert bench.meter.read() == Count(requests=1, retries=1, last_write_index=0)


def test_reads_again_when_the_answer_is_lost():
    bench = bench_for(READ, lost(), ok())

    assert bench.repeater.send(READ).status == 200


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_never_writes_again_when_the_server_is_at_fault(status):
    bench = bench_for(WRITE, failure(status, "ServiceUnavailable"), ok())

    with pytest.raises(OutcomeUnknown, match="whether it took effect is not known"):
        bench.repeater.send(WRITE)
    assert len(bench.wire.sent) == 1


def test_never_writes_again_when_the_answer_is_lost():
    bench = bench_for(WRITE, lost(), ok())

    with pytest.raises(OutcomeUnknown) as caught:
        bench.repeater.send(WRITE)
    assert len(bench.wire.sent) == 1
    assert isinstance(caught.value.__cause__, AnswerLost)


def test_a_write_that_was_never_sent_is_sent_again():
    bench = bench_for(WRITE, connection_refused(), ok(status=204))

    assert bench.repeater.send(WRITE).status == 204
    assert bench.meter.read() == Count(requests=1, retries=1, last_write_index=1)


def test_gives_up_on_a_network_that_stays_away():
    bench = bench_for(WRITE, connection_refused())

    with pytest.raises(Unreachable):
        bench.repeater.send(WRITE)
    assert 10 < bench.clock.monotonic() <= CONNECTION_PATIENCE


def test_does_not_repeat_where_the_certificate_is_not_trusted():
    refused = connection_refused()
    refused.is_permanent = True
    bench = bench_for(READ, refused)

    with pytest.raises(NotSent):
        bench.repeater.send(READ)
    assert len(bench.wire.sent) == 1


@pytest.mark.parametrize("request_sent", [READ, WRITE])
def test_waits_as_long_as_it_is_asked_to_when_throttled(request_sent):
    slow = failure(429, "TooManyRequests", **{"retry-after": "2.128"})
    bench = bench_for(request_sent, slow, ok())

    assert bench.repeater.send(request_sent).status == 200
    assert bench.waits == [(request_sent.action, 2.128)]


def test_waits_longer_and_longer_when_throttled_without_being_told_how_long():
    bench = bench_for(WRITE, *[failure(429, "TooManyRequests")] * 7, ok())

    bench.repeater.send(WRITE)

    assert [seconds for _, seconds in bench.waits] == [0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0]


def test_jitter_shortens_a_wait_by_half_at_most():
    bench = bench_for(READ, failure(429, "TooManyRequests"), ok())
    bench.pacing = type(bench.pacing)(bench.clock, lambda: 0.0, bench.pacing.waiting)

    bench.repeater.send(READ)

    assert bench.waits == [(READ.action, 0.25)]


def test_refuses_to_wait_longer_than_its_patience():
    bench = bench_for(READ, failure(429, "TooManyRequests", **{"retry-after": "3600"}))

    with pytest.raises(Throttled) as caught:
        bench.repeater.send(READ)
    assert caught.value.retry_after == 3600.0
    assert bench.waits == []


@pytest.mark.parametrize(
    "refused",
    [
        MSA,
        failure(403, "x", "the backing application … must in the local tenant"),
        failure(409, "Directory_ConcurrencyViolation"),
        failure(400, "Directory_ConcurrencyViolation"),
        failure(404, "Directory_ObjectNotFound"),
        Answer(
            400, {}, {"error": {"code": "x", "details": [{"code": "NoBackingApplicationObject"}]}}
        ),
    ],
)
def test_repeats_a_write_that_graph_could_not_carry_out_yet(refused):
    bench = bench_for(WRITE, refused, refused, ok(status=204))

    assert bench.repeater.send(WRITE).status == 204
    assert len(bench.wire.sent) == 3


def test_repeats_what_names_a_fresh_object_until_it_is_found():
    bench = bench_for(WRITE, GONE, GONE, ok(status=204))

    assert bench.repeater.send(WRITE, is_fresh=True).status == 204


def test_does_not_repeat_what_names_an_old_object_that_is_not_found():
    bench = bench_for(WRITE, GONE, ok())

    assert bench.repeater.send(WRITE).status == 404
    assert len(bench.wire.sent) == 1


@pytest.mark.parametrize("patience", [PATIENCE, PERSONAL_PATIENCE])
def test_gives_up_on_a_fresh_object_at_the_deadline(patience):
    bench = bench_for(WRITE, GONE)

    with pytest.raises(NotYetVisible, match="changing application x"):
        bench.repeater.send(WRITE, patience=patience, is_fresh=True)
    assert patience - 15 < bench.clock.monotonic() <= patience


def test_returns_a_refusal_that_time_will_not_change():
    bench = bench_for(WRITE, failure(403, "Authorization_RequestDenied"), ok())

    assert bench.repeater.send(WRITE).status == 403


def test_asks_again_only_for_the_parts_of_a_batch_that_were_throttled():
    slow = failure(429, "TooManyRequests", **{"retry-after": "0.5"})
    bench = Bench(("GET", "/a", [ok("A")]), ("GET", "/b", [slow, ok("B")]))
    parts = {name: GraphRequest(f"reading {name}", "GET", f"/{name}") for name in "ab"}

    answers = bench.repeater.send_batch(parts)

    assert {name: answer.body for name, answer in answers.items()} == {"a": "A", "b": "B"}
    assert bench.wire.parts == ["GET /b", "GET /a", "GET /b"]
    assert bench.meter.read() == Count(requests=1, retries=1, last_write_index=0)
    assert bench.waits == [("reading b", 0.5)]


def test_gives_up_on_a_part_of_a_batch_at_the_deadline():
    bench = Bench(("GET", "/a", [failure(429, "TooManyRequests")]))

    with pytest.raises(Throttled, match="reading a"):
        bench.repeater.send_batch({"a": GraphRequest("reading a", "GET", "/a")})


def test_raises_what_a_whole_batch_was_refused_with():
    bench = Bench(("POST", "/\\$batch", [failure(401, "InvalidAuthenticationToken")]))

    with pytest.raises(Exception, match="reading a: Graph answered 401"):
        bench.repeater.send_batch({"a": GraphRequest("reading a", "GET", "/a")})


def test_reads_a_batch_again_when_the_server_is_at_fault():
    bench = Bench(
        ("POST", "/\\$batch", [failure(503, "x"), ok({"responses": [{"id": "a", "status": 204}]})])
    )

    answers = bench.repeater.send_batch({"a": GraphRequest("reading a", "GET", "/a")})

    assert answers["a"].status == 204


def test_counts_where_the_last_write_stood():
    bench = Bench(("GET", "x", [ok()]), ("PATCH", "x", [ok(status=204)]))

    for request in (READ, WRITE, READ):
        bench.repeater.send(request)

    assert bench.meter.read() == Count(requests=3, retries=0, last_write_index=2)


def test_counts_a_second_look_as_repetitions():
    bench = bench_for(READ, ok())

    bench.repeater.repeating().send(READ)

    assert bench.meter.read() == Count(requests=0, retries=1, last_write_index=0)
