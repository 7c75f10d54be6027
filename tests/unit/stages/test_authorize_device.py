"""Authorize by device code: the owner signs in on another machine, and the same is held."""

from dataclasses import replace

import pytest

from provision.errors import ClientRefused, RefusedError, SignInRequired, WrongTenant
from provision.oauth.scopes import PERSONAL_TENANT_ID
from provision.stages.refresh import renew
from provision.stages.sign_in_way import SignInWay
from provision.tenant.registration import Registration
from tests.fakes.entra import Account, refusal
from tests.unit.stages.people import DEVICE, Person, held, sign_in
from tests.unit.stages.world import FORMS, OWNER, World

STRANGER = Account("stranger@contoso.com", "ffffffff-3434-4565-8787-909090909090")


def test_the_vault_holds_who_signed_in_and_the_refresh_token(
    world: World, registration: Registration, person: Person
) -> None:
    authorized = sign_in(person, registration, DEVICE)

    assert held(world, registration) == authorized.mailbox
    assert authorized.mailbox.object_id == OWNER.object_id
    assert renew(authorized.mailbox, world.services).generation == 2


def test_the_owner_is_shown_a_code_and_no_link(registration: Registration, person: Person) -> None:
    sign_in(person, registration, DEVICE)

    assert [code.code for code in person.codes] == ["ABCD1234E"]
    assert (person.links, person.listeners) == ([], [])


def test_the_same_scopes_are_asked_for_as_by_any_other_way(
    world: World, registration: Registration, person: Person
) -> None:
    mailbox = sign_in(person, registration, DEVICE).mailbox
    renew(mailbox, world.services)

    asked, _poll, refreshed = world.entra.forms
    assert asked["scope"] == refreshed["scope"]


def test_no_redirect_is_needed(registration: Registration, person: Person) -> None:
    assert sign_in(person, replace(registration, redirect_uris=()), DEVICE).generation == 1


def test_the_client_proves_who_it_is(
    world: World, registration: Registration, person: Person
) -> None:
    sign_in(person, registration, DEVICE)

    asked, poll = world.entra.forms
    assert "client_secret" not in asked
    assert poll["client_secret"]


def test_another_account_than_the_manifest_names_is_refused(
    world: World, registration: Registration, person: Person
) -> None:
    person.account = STRANGER

    with pytest.raises(SignInRequired, match=r"stranger@contoso\.com signed in"):
        sign_in(person, registration, DEVICE)

    assert held(world, registration) is None


def test_an_account_of_another_tenant_is_refused(
    registration: Registration, person: Person
) -> None:
    person.account = replace(OWNER, tenant_id="11111111-1111-4111-8111-111111111111")

    with pytest.raises(RefusedError, match="another authority"):
        sign_in(person, registration, DEVICE)


def test_a_work_account_is_not_taken_for_a_personal_one(
    registration: Registration, person: Person
) -> None:
    with pytest.raises(WrongTenant, match=PERSONAL_TENANT_ID):
        sign_in(person, registration, DEVICE, replace(FORMS, authority="consumers"))


def test_a_second_account_of_the_same_name_is_refused(
    registration: Registration, person: Person
) -> None:
    sign_in(person, registration, DEVICE)
    person.account = replace(OWNER, object_id=STRANGER.object_id)

    with pytest.raises(SignInRequired) as refused:
        sign_in(person, registration, DEVICE)

    assert OWNER.object_id in refused.value.hint


def test_nobody_types_the_code(world: World, registration: Registration, person: Person) -> None:
    person.signs_in = False

    with pytest.raises(SignInRequired, match="within 900 seconds"):
        sign_in(person, registration, DEVICE)

    assert held(world, registration) is None


def test_somebody_may_wait_for_less(
    world: World, registration: Registration, person: Person
) -> None:
    person.signs_in = False

    with pytest.raises(SignInRequired, match="within 60 seconds"):
        sign_in(person, registration, SignInWay(by="device", timeout=60))

    assert world.clock.monotonic() <= 60


def test_a_tenant_that_wants_a_public_client_is_not_given_one(
    world: World, registration: Registration, person: Person
) -> None:
    world.entra.refusals.append(refusal("invalid_client", 70002, 401))

    with pytest.raises(ClientRefused) as refused:
        sign_in(person, registration, DEVICE)

    assert "--link" in refused.value.hint
    assert world.tenant.calls == []
