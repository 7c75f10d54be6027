"""Each refusal of the token endpoint is understood, in each shape that has been seen."""

from collections.abc import Callable
from typing import Any

import pytest

from provision.errors import ProvisionError, Throttled, Unreachable
from provision.oauth.token_endpoint import TokenEndpoint
from provision.oauth.token_messages import Client, parse
from provision.secret import Secret
from tests.unit.oauth.fakes import (
    AUTHORITY,
    CLIENT_ID,
    CORRELATION_ID,
    SCOPES,
    ScriptedHttp,
    answer,
    manual_clock,
    tokens_answer,
)
from tests.unit.oauth.known_refusals import KNOWN, Known

REQUEST_ID = "77777777-7777-4777-8777-777777777777"
CLIENT = Client(CLIENT_ID, Secret("the-secret"), AUTHORITY)
Shape = Callable[[dict[str, Any]], dict[str, Any]]


def without(*names: str) -> Shape:
    """Return what leaves members out."""
    return lambda body: {name: value for name, value in body.items() if name not in names}


SHAPES: dict[str, Shape] = {
    "whole": lambda body: body,
    "without error_codes": without("error_codes"),
    "without ids": without("trace_id", "correlation_id", "timestamp"),
    "without error_uri": without("error_uri"),
    "with claims": lambda body: {**body, "claims": '{"access_token":{}}'},
    "RFC 6749's members alone": lambda body: {
        name: body[name] for name in ("error", "error_description", "suberror") if name in body
    },
    "in capitals": lambda body: {**body, "error": body["error"].upper()},
    "members in another order": lambda body: dict(reversed(body.items())),
}

every_known = pytest.mark.parametrize("known", KNOWN, ids=str)


def error_of(status: int, body: object, **headers: str) -> ProvisionError:
    """Return what the client raises for an answer."""
    with pytest.raises(ProvisionError) as caught:
        parse(answer(status, body, **headers), "refreshing", REQUEST_ID)
    return caught.value


@every_known
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_is_the_narrowest_error_in_every_shape(known: Known, shape: Shape) -> None:
    assert type(error_of(known.status, shape(known.body))) is known.kind


@every_known
def test_says_what_entra_said_and_what_to_do(known: Known) -> None:
    error = error_of(known.status, known.body)

    assert error.message == f"refreshing: Entra answered {known.error} (AADSTS{known.code})"
    assert "Next: " in error.hint
    assert dict(error.evidence)["correlation-id"] == CORRELATION_ID


@every_known
def test_is_waited_for_only_where_something_is_new(known: Known) -> None:
    http = ScriptedHttp([answer(known.status, known.body), tokens_answer()])
    endpoint = TokenEndpoint(http, manual_clock(), deadline=0.0)
    outcome: object
    try:
        outcome = endpoint.refresh(CLIENT, Secret("r"), SCOPES, patience=60.0).access_token
    except ProvisionError as error:
        outcome = type(error)

    assert outcome == (Secret("access-1") if known.is_fresh else known.kind)


@pytest.mark.parametrize(
    "body", [b"", b"<html>502</html>", b"[]", b"{}", b'"x"', b"\xff"], ids=repr
)
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, Unreachable),
        (400, Unreachable),
        (429, Throttled),
        (502, Unreachable),
        (503, Unreachable),
    ],
)
def test_a_body_of_another_kind_is_nothing_of_entras(
    status: int, kind: type[ProvisionError], body: bytes
) -> None:
    assert type(error_of(status, body)) is kind


@pytest.mark.parametrize(
    "body", [{"error": {"code": "x"}}, {"error": None}, {"error": ["x"]}, {"error": 5}], ids=repr
)
def test_an_error_that_is_no_word_is_a_refusal(body: object) -> None:
    assert "an unnamed error" in error_of(400, body).message


@pytest.mark.parametrize(
    ("scope", "scopes"),
    [
        ("openid profile", {"openid", "profile"}),
        (" openid  profile ", {"openid", "profile"}),
        ("", set()),
        (None, set()),
    ],
)
def test_reads_the_scopes_of_an_answer(scope: str | None, scopes: set[str]) -> None:
    assert parse(tokens_answer(scope=scope), "refreshing", REQUEST_ID).scopes == scopes


@pytest.mark.parametrize("expires_in", [3599, "3599"], ids=repr)
def test_reads_the_life_of_a_token_as_number_or_text(expires_in: object) -> None:
    tokens = parse(tokens_answer(expires_in=expires_in, ext_expires_in=3599), "x", REQUEST_ID)

    assert tokens.expires_in == 3599
