"""Each folding forgives what it names, and a difference planted beside it is still seen."""

from datetime import date
from typing import Any

import pytest

from tests.contract.sandbox_graph.client import Reply
from tests.parity.foldings import FOLDINGS, Context
from tests.parity.planted import FOLDED, SEEN, A, B, C
from tests.parity.recording import Recording
from tests.parity.replay import compared


def left(
    expected: object, actual: object, context: Context | None = None
) -> tuple[list[str], set[str]]:
    """Return the differences that nothing forgives, and the foldings that were used."""
    recording = Recording("x", 0, "GET", "/v1.0/x", {}, None, 200, {}, expected)
    outcome = compared(recording, Reply(200, {}, actual), context or Context())
    return [difference.at for difference in outcome.differences], set(outcome.folded)


@pytest.mark.parametrize(("name", "expected", "actual", "made_on"), FOLDED)
def test_folds_what_it_names(
    name: str, expected: object, actual: object, made_on: date | None
) -> None:
    differences, folded = left(expected, actual, Context(made_on))

    assert differences == []
    assert name in folded


@pytest.mark.parametrize(("expected", "actual", "made_on"), [row[1:] for row in FOLDED])
def test_sees_what_is_planted_beside_it(
    expected: dict[str, Any], actual: dict[str, Any], made_on: date | None
) -> None:
    planted = {**expected, "colour": "red"}, {**actual, "colour": "blue"}

    assert left(*planted, Context(made_on))[0] == ["colour"]


@pytest.mark.parametrize(
    ("expected", "actual", "made_on", "at"), [row[1:] for row in SEEN], ids=[row[0] for row in SEEN]
)
def test_sees(expected: object, actual: object, made_on: date | None, at: list[str]) -> None:
    assert left(expected, actual, Context(made_on))[0] == at


def test_every_folding_is_tried() -> None:
    assert {row[0] for row in FOLDED} == {folding.name for folding in FOLDINGS}


@pytest.mark.parametrize("folding", FOLDINGS, ids=lambda folding: folding.name)
def test_every_folding_has_a_reason_and_a_source(folding: Any) -> None:
    assert len(folding.reason) > 20
    assert folding.source


def test_an_instant_that_was_sent_comes_back_as_it_was() -> None:
    expected = {"endDateTime": "2100-12-31T11:59:59Z"}
    actual = {"endDateTime": "2028-03-02T08:15:30Z"}

    assert left(expected, actual)[0] == []
    assert left(expected, actual, Context(sent={"2100-12-31T11:59:59Z"}))[0] == ["endDateTime"]


def test_an_id_that_was_sent_comes_back_as_it_was() -> None:
    context = Context()
    context.names.keep(A)

    assert left({"keyId": A}, {"keyId": B}, context)[0] == ["keyId"]


def test_a_name_lasts_for_the_session() -> None:
    context = Context()
    left({"id": A}, {"id": B}, context)

    assert left({"id": A}, {"id": B}, context) == ([], {"a name that was seen before"})
    assert left({"id": A}, {"id": C}, context)[0] == ["id"]
