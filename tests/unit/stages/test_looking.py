"""Looking at the tenant: what is asked for, and what a change stands for later."""

from dataclasses import replace

import pytest

from provision.errors import AlreadyExists, NotFound
from provision.plan.application import desired_settings
from provision.plan.changes import (
    AddPassword,
    Change,
    CreateApplication,
    CreateGrant,
    CreateServicePrincipal,
    RemovePassword,
)
from provision.stages.approved_changes import is_covered
from provision.stages.carry_out import CarryOut
from provision.stages.plan import Seen, look
from provision.tenant.application import PasswordRequest
from tests.fakes.tenant import EXCHANGE_OBJECT_ID, GRAPH_OBJECT_ID
from tests.unit.stages.world import NAME, NOW, World, manifest

SETTINGS = desired_settings(manifest(), {}, None)
TODAY = PasswordRequest(NAME, NOW, NOW.replace(year=2027))
LATER = PasswordRequest(NAME, NOW.replace(month=12), NOW.replace(year=2028))
EVERYBODY = CreateGrant("Microsoft Graph", "g", None, None, frozenset({"SMTP.Send"}))
CREATION = CreateApplication(NAME, SETTINGS, TODAY)
MAILBOXES = """
tenant: contoso.onmicrosoft.com
application: {uniqueName: aem-mail}
consent: mailboxes
mailboxes:
  - {address: forms@contoso.com}
  - {address: shared@contoso.com, signInAs: alex@contoso.com}
  - {address: somebody@outlook.com, authority: consumers}
"""

BRAND_NEW = """
tenant: contoso.onmicrosoft.com
application:
  uniqueName: aem-mail
  permissions: [SMTP.Send, offline_access, Brand.New]
"""


def test_asks_for_the_users_only_who_must_be_known(world: World) -> None:
    world.tenant.users = {"forms@contoso.com": "u1", "alex@contoso.com": "u2"}

    look(manifest(MAILBOXES), world.services, world.admin)

    assert world.tenant.queries[-1].users == {"forms@contoso.com", "alex@contoso.com"}


def test_asks_for_no_users_when_consent_is_for_everybody(world: World) -> None:
    look(manifest(), world.services, world.admin)

    assert world.tenant.queries[-1].users == frozenset()


def test_consents_for_each_owner_of_a_mailbox(world: World) -> None:
    world.tenant.users = {"forms@contoso.com": "u1", "alex@contoso.com": "u2"}

    applied = world.apply(MAILBOXES)

    assert not applied.first.consents_for_everyone
    grants = world.tenant.content.grants.values()
    assert {grant.principal_object_id for grant in grants} == {"u1", "u2"}


def test_consents_on_exchange_online_too_when_asked(world: World) -> None:
    world.consents_on_exchange = True

    applied = world.apply()

    assert applied.remaining.changes == ()
    by_resource = {g.resource_object_id: g for g in world.tenant.content.grants.values()}
    assert set(by_resource) == {GRAPH_OBJECT_ID, EXCHANGE_OBJECT_ID}
    assert "User.Read" not in by_resource[EXCHANGE_OBJECT_ID].scopes


def test_a_tenant_without_exchange_online_is_told_before_anything_is_written(world: World) -> None:
    world.consents_on_exchange = True
    world.tenant.has_exchange = False

    with pytest.raises(NotFound, match="no Exchange Online"):
        world.apply()

    assert world.tenant.writes == []


def test_names_that_the_catalogue_lacks_are_looked_up_in_the_tenant(world: World) -> None:
    world.tenant.scope_ids["Brand.New"] = "11111111-2222-4333-8444-555555555555"
    world.apply(BRAND_NEW)

    found = world.tenant.named(NAME)
    assert found is not None
    declared = {access.permission_id for access in found.settings.permissions}
    assert "11111111-2222-4333-8444-555555555555" in declared


def test_an_application_may_be_created_without_a_secret(world: World) -> None:
    seen = look(manifest(), world.services, world.admin)
    without = replace(CREATION, password=None)
    plan = replace(seen.plan, changes=(without, CreateServicePrincipal(NAME)))

    CarryOut(manifest(), [], world.services, world.admin).carry_out(Seen(seen.snapshot, plan))

    assert world.tenant.writes == ["create_application", "create_service_principal"]
    assert world.live == {}


def test_a_refusal_on_the_way_stops_what_comes_after_it(world: World) -> None:
    seen = look(manifest(), world.services, world.admin)
    world.tenant.refuse("create_service_principal", AlreadyExists("it has one"))

    with pytest.raises(AlreadyExists):
        CarryOut(manifest(), [], world.services, world.admin).carry_out(seen)

    assert "create_grant" not in world.tenant.writes


@pytest.mark.parametrize(
    ("change", "earlier"),
    [
        (replace(CREATION, password=LATER), CREATION),
        (AddPassword("o", LATER, "none"), AddPassword("o", TODAY, "expired")),
        (AddPassword("o", LATER, "none"), CREATION),
        (CreateServicePrincipal(NAME), CreateServicePrincipal(NAME)),
        (RemovePassword("o", "k", "lost"), RemovePassword("o", "k", "lost")),
    ],
)
def test_is_the_same_change_although_time_went_by(change: Change, earlier: Change) -> None:
    assert is_covered(change, [CreateServicePrincipal("other"), earlier])


@pytest.mark.parametrize(
    ("change", "earlier"),
    [
        (CREATION, replace(CREATION, settings=replace(SETTINGS, display_name="x"))),
        (CREATION, CreateServicePrincipal(NAME)),
        (AddPassword("o", TODAY, "none"), replace(CREATION, password=None)),
        (AddPassword("o", TODAY, "none"), CreateServicePrincipal(NAME)),
        (RemovePassword("o", "k", "lost"), RemovePassword("o", "l", "lost")),
        (
            CreateGrant("Microsoft Graph", "g", None, None, frozenset({"a"})),
            CreateGrant("Microsoft Graph", "g", "u", "1", frozenset("a")),
        ),
    ],
)
def test_is_another_change(change: Change, earlier: Change) -> None:
    assert not is_covered(change, [earlier])
