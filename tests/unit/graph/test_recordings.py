"""The client reads every answer of Graph's that was recorded, and every golden one."""

import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from provision.errors import NotFound
from provision.graph import answers as parse
from provision.graph.batch import unpacked
from provision.graph.graph_error import error_of
from provision.graph.refusals import class_of, refusal
from provision.graph.retry import outcome_of
from provision.graph.wire import Answer, GraphRequest
from tests.parity.formats import read_file
from tests.parity.golden import golden_cases, read_golden
from tests.parity.recording import Recording

FILE = Path(__file__).parents[4] / "shared" / "microsoft" / "recordings" / "graph-2024.jsonl"
Read = Callable[[Any], object]

ID = r"[^/?]+"
KEY = rf"(/{ID}|\({ID}\))"
COLLECTIONS: dict[str, tuple[Callable[[Any], object], ...]] = {
    "applications": (parse.application, parse.namesake, parse.passwords),
    "servicePrincipals": (parse.service_principal, parse.resource),
    "oauth2PermissionGrants": (parse.grant,),
    "users": (parse.object_id,),
}


def every(name: str) -> Read:
    """Return what reads a whole list, its next link included."""
    return lambda body: (
        parse.next_link(body),
        [[read(item) for read in COLLECTIONS[name]] for item in parse.items(body)],
    )


def one(name: str) -> Read:
    """Return what reads one object."""
    return lambda body: [read(body) for read in COLLECTIONS[name]]


def parts(body: Any) -> object:
    """Read a batch."""
    requests = {item["id"]: GraphRequest("x", "GET", "/x") for item in body["responses"]}
    found = unpacked(requests, Answer(200, {}, body))
    assert [found[item["id"]].status for item in body["responses"]] == [
        item["status"] for item in body["responses"]
    ]
    return found


# What the client does with a success, by verb and path: each of its own calls, and no other.
READERS: tuple[tuple[str, str, Read], ...] = (
    *(("GET", name, every(name)) for name in COLLECTIONS),
    *(("GET", name + KEY, one(name)) for name in COLLECTIONS),
    *(("POST", name, one(name)) for name in COLLECTIONS),
    *(("PATCH", name + KEY, one(name)) for name in COLLECTIONS),
    ("POST", rf"(applications|servicePrincipals){KEY}/addPassword", parse.minted),
    ("POST", rf"directory/deletedItems/{ID}/restore", parse.application),
    ("GET", rf"directory/deletedItems/{ID}", parse.application),
    ("POST", r"\$batch", parts),
)
# Answers of kinds that the client never asks for.
UNUSED = re.compile(
    r"(groups|directoryObjects|me|organization|policies|domains)\b.*"
    rf"|{ID}({KEY})/(owners|federatedIdentityCredentials|appRoleAssign|addKey|removeKey|delta).*"
    r"|users/.*/.*|(applications|servicePrincipals)/(delta|microsoft.graph).*"
)


def answers(recordings: Iterable[Recording]) -> list[Recording]:
    """Return the recordings whose kind of answer the client uses."""
    return [recording for recording in recordings if not UNUSED.fullmatch(below(recording))]


def below(recording: Recording) -> str:
    """Return the path below the version."""
    return re.sub(r"^/(v1\.0|beta)/", "", recording.path).partition("?")[0]


@cache
def golden() -> list[Recording]:
    return [r for path in golden_cases() for r in read_golden(path).session.recordings]


@cache
def recorded() -> list[Recording]:
    return read_file(FILE)


SOURCES = [
    pytest.param(recorded, id="recorded", marks=pytest.mark.skipif(
        not FILE.exists(), reason=f"{FILE} is not here: only the golden sessions are read"
    )),
    pytest.param(golden, id="golden"),
]  # fmt: skip
of_each_source = pytest.mark.parametrize("source", SOURCES)
Source = Callable[[], list[Recording]]


def reader(recording: Recording) -> Read | None:
    """Return what the client reads a success with."""
    if recording.path.endswith("?$select=passwordCredentials"):
        return parse.passwords
    fitting = (
        read
        for method, pattern, read in READERS
        if method == recording.method and re.fullmatch(pattern, below(recording), re.IGNORECASE)
    )
    return next(fitting, None)


def answer_of(recording: Recording) -> Answer:
    return Answer(recording.status, recording.headers, recording.answer)


def request_of(recording: Recording) -> GraphRequest:
    method: Any = recording.method
    return GraphRequest("asking", method, recording.path)


def succeeded(recordings: Iterable[Recording]) -> list[Recording]:
    return [r for r in answers(recordings) if r.status < 300 and r.answer is not None]


def refused(recordings: Iterable[Recording]) -> list[Recording]:
    return [r for r in answers(recordings) if r.status >= 400]


@of_each_source
def test_every_kind_of_answer_that_is_used_has_its_reader(source: Source) -> None:
    found = succeeded(source())

    assert len(found) > 20
    assert [f"{r.method} {r.path}" for r in found if reader(r) is None] == []


@of_each_source
def test_reads_every_success(source: Source) -> None:
    found = [(recording, reader(recording)) for recording in succeeded(source())]

    assert [r.path for r, read in found if read is None or read(r.answer) is None] == []


@of_each_source
def test_every_success_is_final_and_no_success_looks_like_a_refusal(source: Source) -> None:
    found = [recording for recording in answers(source()) if recording.status < 300]

    assert {outcome_of(request_of(r), answer_of(r), is_fresh=False) for r in found} == {"final"}
    assert {error_of(answer_of(r)).code for r in found} == {""}


@of_each_source
def test_an_answer_without_a_body_is_a_success(source: Source) -> None:
    found = [recording for recording in source() if recording.status == 204]

    assert found
    assert all(answer_of(r).is_success and r.answer is None for r in found)


@of_each_source
def test_reads_the_same_out_of_a_batch(source: Source) -> None:
    found = [r for r in answers(source()) if r.method == "GET"]
    requests = {str(number): request_of(r) for number, r in enumerate(found)}
    responses = [
        {"id": str(number), "status": r.status, "headers": r.headers, "body": r.answer}
        for number, r in reversed(list(enumerate(found)))
    ]

    unpacked_answers = unpacked(requests, Answer(200, {}, {"responses": responses}))
    assert [unpacked_answers[name] for name in requests] == [answer_of(r) for r in found]


@of_each_source
def test_understands_every_refusal(source: Source) -> None:
    errors = [(r, refusal("asking", answer_of(r))) for r in refused(source())]

    assert errors
    assert [r.path for r, error in errors if r.answer["error"]["code"] not in error.message] == []
    assert [r.path for r, error in errors if not error.hint or not error.evidence] == []
    assert [r.path for r, error in errors if "not in this catalogue" in error.hint] == []


@of_each_source
def test_an_object_that_is_not_there_is_not_found(source: Source) -> None:
    found = [r for r in refused(source()) if r.status == 404]

    assert {class_of(answer_of(r)) for r in found} == {NotFound}
    assert {outcome_of(request_of(r), answer_of(r), is_fresh=True) for r in found} == {"again"}


@of_each_source
def test_the_ids_of_an_application_are_its_own(source: Source) -> None:
    found = [r.answer for r in succeeded(source()) if {"id", "appId", "web"} <= set(r.answer)]
    applications = [(body, parse.application(body)) for body in found]

    assert applications
    assert all(
        (read.object_id, read.client_id, read.unique_name)
        == (body["id"], body["appId"], body.get("uniqueName"))
        and read.settings.redirect_uris == frozenset(body["web"]["redirectUris"])
        and len(read.passwords) == len(body["passwordCredentials"])
        for body, read in applications
    )


@of_each_source
def test_every_secret_ends_after_it_began(source: Source) -> None:
    bodies = [r.answer for r in succeeded(source()) if "passwordCredentials" in r.answer]
    read = [password for body in bodies for password in parse.passwords(body)]

    assert read
    assert all(password.end_at > password.start_at for password in read)


@of_each_source
def test_a_secret_is_read_where_it_is_shown(source: Source) -> None:
    shown = [r.answer for r in succeeded(source()) if "secretText" in r.answer]
    minted = [parse.minted(body) for body in shown]

    assert [m.secret.reveal() for m in minted if m] == [body["secretText"] for body in shown]


@of_each_source
def test_the_scopes_of_a_consent_are_names(source: Source) -> None:
    found = [r.answer for r in succeeded(source()) if "consentType" in r.answer]
    scopes = [(body["scope"], parse.grant(body).scopes) for body in found]

    assert scopes
    assert all(read == set(text.split()) and "" not in read for text, read in scopes)
