"""The places of AEM as holders: one each, only with secrets, and an endpoint is known as one."""

from pathlib import Path

import pytest

from provision.handoff.aem_places import AemPlace
from provision.handoff.sinks import Worksheet, make_sink
from provision.stages.endpoint_holders import is_endpoint
from provision.stages.holders import record_holder
from provision.vault.port import Holder
from tests.unit.handoff.values import make_handover
from tests.unit.stages.world import World

BILLS = AemPlace("endpoint", "Bills, paid")


def recorded(
    world: World, *places: AemPlace, path: str = "aem.txt", with_secrets: bool = True
) -> tuple[Holder, ...]:
    """Return the ledger's holders once a worksheet for these places was written."""
    sheet = Worksheet(places)
    sink = make_sink(
        "aem-forms", path, with_secrets=with_secrets, base=Path("in"), writer=str, worksheet=sheet
    )
    record_holder(sink, make_handover(), world.services)
    return world.vault.ledger().holders


@pytest.mark.parametrize("path", ["aem.txt", "aem.html", "-"])
def test_each_place_into_which_somebody_types_is_a_holder_of_its_own(
    world: World, path: str
) -> None:
    found = recorded(world, AemPlace("email-service"), AemPlace("form-workflow"), BILLS, path=path)

    source = "standard output" if path == "-" else path
    assert [holder.key.name for holder in found] == [
        f"AEM Forms {place}, by hand from {source}"
        for place in ("Email Service", "Form Workflow", "e-mail endpoint Bills, paid")
    ]
    assert {h.token and h.token.generation for h in found} == {3}
    assert {h.secret and h.secret.key_id for h in found} == {"key-1"}
    assert not any(holder.keeps_successors for holder in found)


def test_a_worksheet_without_secrets_makes_nobody_a_holder(world: World) -> None:
    assert recorded(world, AemPlace("email-service"), BILLS, with_secrets=False) == ()


def test_an_endpoint_and_nothing_else_is_one_for_those_who_send(world: World) -> None:
    found = recorded(world, AemPlace("email-service"), BILLS, path="my e-mail endpoint.txt")

    assert [is_endpoint(holder) for holder in found] == [False, True]
