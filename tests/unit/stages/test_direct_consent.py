"""Consent of a customer's tenant through Graph: only what is missing, and never less than was."""

from dataclasses import replace

import pytest

from provision.errors import NotPermitted, RefusedError, UsageError, WrongTenant
from provision.stages.customer_consent import Consented, Customer, customer_of
from provision.stages.direct_consent import consent_directly, naming_the_link
from provision.tenant.registration import Registration
from provision.tenant.service_principal import Grant, ServicePrincipal
from tests.fakes.tenant import GRAPH_OBJECT_ID, TENANT_ID
from tests.unit.stages.world import NAME, World

CUSTOMER = Customer("customer.example", TENANT_ID)
REGISTRATION = Registration(
    cloud="global",
    tenant_id="11111111-1111-4111-8111-111111111111",
    client_id="client-far",
    unique_name=NAME,
    redirect_uris=("http://localhost",),
    scopes=("Mail.Read", "offline_access"),
    sign_in_audience="AzureADMultipleOrgs",
    secret_key_id=None,
)
WANTED = {"Mail.Read", "offline_access", "openid", "profile"}


@pytest.fixture
def abroad(world: World) -> World:
    """A customer's tenant, whose people may use our application."""
    world.tenant.registered_elsewhere.add("client-far")
    return world


def granted(world: World) -> list[Grant]:
    return list(world.tenant.content.grants.values())


def consent(world: World) -> Consented:
    return consent_directly(CUSTOMER, REGISTRATION, world.admin, world.services, lambda _: True)


def with_grant(world: World, *scopes: str) -> None:
    world.tenant.content.principals["p"] = ServicePrincipal("p", "client-far", is_enabled=True)
    everybody = Grant("g", "p", GRAPH_OBJECT_ID, "AllPrincipals", None, frozenset(scopes))
    world.tenant.content.grants["g"] = everybody


def test_gives_the_application_its_presence_and_the_grant(abroad: World) -> None:
    consented = consent(abroad)

    (grant,) = granted(abroad)
    assert grant.consent_type == "AllPrincipals"
    assert grant.scopes == WANTED
    assert consented.was_direct
    assert len(consented.done) == 2


def test_keeps_what_was_granted(abroad: World) -> None:
    with_grant(abroad, "Calendars.Read", "Mail.Read")

    consent(abroad)

    (grant,) = granted(abroad)
    assert grant.scopes == WANTED | {"Calendars.Read"}


def test_writes_nothing_where_all_is_granted_and_asks_nobody(abroad: World) -> None:
    with_grant(abroad, *WANTED)

    consented = consent_directly(
        CUSTOMER, REGISTRATION, abroad.admin, abroad.services, lambda _: False
    )

    assert consented.done == ()
    assert abroad.tenant.writes == ["presence"]


def test_shows_what_is_to_be_done_and_does_nothing_unless_confirmed(abroad: World) -> None:
    shown: list[str] = []

    def refuse(changes: tuple[str, ...]) -> bool:
        shown.extend(changes)
        return False

    with pytest.raises(RefusedError, match="was not confirmed"):
        consent_directly(CUSTOMER, REGISTRATION, abroad.admin, abroad.services, refuse)

    assert shown[0] == "create the service principal of client-far"
    assert shown[1] == "grant Mail.Read offline_access openid profile for every user"
    assert granted(abroad) == []


@pytest.mark.parametrize("call", ["create_service_principal", "create_grant"])
@pytest.mark.parametrize("took_effect", [True, False])
def test_a_lost_answer_is_looked_up(abroad: World, call: str, took_effect: bool) -> None:
    abroad.tenant.lose_answer_of(call, took_effect=took_effect)

    consent(abroad)

    (grant,) = granted(abroad)
    assert grant.scopes == WANTED
    assert len(abroad.tenant.content.principals) == 1


@pytest.mark.parametrize("call", ["create_service_principal", "create_grant"])
def test_a_replica_that_is_behind_is_waited_for(abroad: World, call: str) -> None:
    abroad.tenant.lag_after(call, 3)

    consent(abroad)

    assert len(granted(abroad)) == 1
    assert len(abroad.tenant.content.principals) == 1


def test_an_administrator_of_another_tenant_is_refused_before_anything_is_read(
    abroad: World,
) -> None:
    abroad.tenant_id = "22222222-1111-4111-8111-111111111111"

    with pytest.raises(WrongTenant, match="signed in to tenant 22222222"):
        consent(abroad)

    assert abroad.tenant.calls == []


def test_whoever_lacks_the_right_is_told_of_the_link() -> None:
    with pytest.raises(NotPermitted, match=r"customer\.example: creating") as refused, \
            naming_the_link(CUSTOMER):  # fmt: skip
        raise NotPermitted("creating: Graph answered 403")

    assert "provision authorize --admin customer.example" in refused.value.hint


def test_an_application_for_its_own_tenant_alone_has_no_customers(world: World) -> None:
    own = replace(REGISTRATION, sign_in_audience="AzureADMyOrg")

    with pytest.raises(UsageError, match="admits nobody of tenant"):
        customer_of(TENANT_ID, own, world.services)


def test_its_own_tenant_may_always_consent(world: World) -> None:
    own = replace(REGISTRATION, sign_in_audience="AzureADMyOrg", tenant_id=TENANT_ID)

    assert customer_of(TENANT_ID, own, world.services).tenant_id == TENANT_ID
