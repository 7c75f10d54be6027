"""Authorize: a refresh token is held for exactly the account that is wanted."""

from dataclasses import replace

import pytest

from provision.errors import (
    ConsentMissing,
    ProvisionError,
    RefusedError,
    SignInRequired,
)
from provision.oauth.scopes import PERSONAL_TENANT_ID
from provision.secret import Secret
from provision.stages.progress import Waiting
from provision.stages.sign_in_way import SignInWay
from provision.stages.vault_keys import mailbox_key
from provision.tenant.registration import Registration
from provision.vault.port import PendingSignIn
from tests.fakes.entra import Account, refusal
from tests.fakes.tenant import TENANT_ID
from tests.unit.stages.people import LISTEN, PASTE, Person, held, link_of, sign_in
from tests.unit.stages.world import FORMS, OWNER, World

STRANGER = Account("stranger@contoso.com", "ffffffff-3434-4565-8787-909090909090")


def test_another_account_than_the_manifest_names_is_refused(
    world: World, registration: Registration, person: Person
) -> None:
    person.account = STRANGER

    with pytest.raises(SignInRequired, match=r"stranger@contoso\.com signed in"):
        sign_in(person, registration)

    assert held(world, registration) is None


def test_an_account_of_another_tenant_is_refused(
    registration: Registration, person: Person
) -> None:
    person.account = replace(OWNER, tenant_id="11111111-1111-4111-8111-111111111111")

    with pytest.raises(RefusedError, match="another authority"):
        sign_in(person, registration)


def test_the_owner_may_sign_in_again(registration: Registration, person: Person) -> None:
    sign_in(person, registration)

    assert sign_in(person, registration).generation == 2


def test_the_owner_may_have_been_renamed(registration: Registration, person: Person) -> None:
    sign_in(person, registration)
    person.account = replace(OWNER, username="renamed@contoso.com")

    assert sign_in(person, registration).generation == 2


def test_a_second_account_of_the_same_name_is_refused(
    world: World, registration: Registration, person: Person
) -> None:
    first = sign_in(person, registration)
    person.account = replace(OWNER, object_id=STRANGER.object_id)

    with pytest.raises(SignInRequired) as refused:
        sign_in(person, registration)

    assert OWNER.object_id in refused.value.hint
    assert held(world, registration) == first.mailbox


def test_another_delegate_in_the_manifest_is_a_first_sign_in_again(
    registration: Registration, person: Person
) -> None:
    sign_in(person, registration)
    person.account = STRANGER

    authorized = sign_in(person, registration, mailbox=replace(FORMS, sign_in_as=STRANGER.username))

    assert authorized.mailbox.object_id == STRANGER.object_id


def test_a_personal_account_signs_in_at_its_own_authority(
    world: World, registration: Registration, person: Person
) -> None:
    person.account = replace(OWNER, tenant_id=PERSONAL_TENANT_ID)

    authorized = sign_in(person, registration, mailbox=replace(FORMS, authority="consumers"))

    assert authorized.mailbox.account_tenant_id == PERSONAL_TENANT_ID
    assert "/consumers/" in person.links[0]


def test_a_sign_in_without_an_id_token_keeps_nothing(
    world: World, registration: Registration, person: Person
) -> None:
    world.entra.gives_id_token = False

    with pytest.raises(RefusedError, match="nobody knows who signed in"):
        sign_in(person, registration)

    assert held(world, registration) is None


def test_a_sign_in_without_a_refresh_token_keeps_nothing(
    world: World, registration: Registration, person: Person
) -> None:
    world.entra.gives_refresh_token = False

    with pytest.raises(ConsentMissing, match="no refresh token"):
        sign_in(person, registration)

    assert held(world, registration) is None


def test_a_sign_in_that_never_asked_for_a_refresh_token_keeps_nothing(
    world: World, registration: Registration, person: Person
) -> None:
    """What waits in a vault may have been begun by another version of the program."""
    world.entra.gives_refresh_token = False
    older = PendingSignIn(
        mailbox=mailbox_key(registration, FORMS.address),
        state="state-of-an-older-version",
        nonce=Secret("nonce"),
        code_verifier=Secret("v" * 43),
        redirect_uri="http://localhost",
        authority=f"https://login.microsoftonline.com/{TENANT_ID}",
        scopes=("openid",),
        created_at=world.clock.now(),
    )
    world.vault.keep_pending(older)
    person.copies = lambda _: world.entra.visit(link_of(older), OWNER)

    with pytest.raises(RefusedError, match="no refresh token"):
        sign_in(person, registration, PASTE)

    assert held(world, registration) is None


def test_declined_consent_is_told_and_keeps_nothing(
    world: World, registration: Registration, person: Person
) -> None:
    person.copies = lambda _: "http://localhost/?error=access_denied&state=x"

    with pytest.raises(ConsentMissing):
        sign_in(person, registration, PASTE)

    assert held(world, registration) is None


def test_a_redeemed_code_says_to_sign_in_again(
    world: World, registration: Registration, person: Person
) -> None:
    world.entra.refusals.append(refusal("invalid_grant", 54005))

    with pytest.raises(SignInRequired):
        sign_in(person, registration)

    assert held(world, registration) is None


def test_a_client_that_is_too_new_is_waited_for(
    world: World, registration: Registration, person: Person
) -> None:
    world.entra.refusals.append(refusal("invalid_client", 7000215, 401))

    sign_in(person, registration, SignInWay(patience=180))

    assert any(isinstance(event, Waiting) for event in world.events)
    assert world.clock.monotonic() > 0


def test_scopes_that_were_not_granted_are_named_and_the_token_is_kept(
    world: World, registration: Registration, person: Person
) -> None:
    world.entra.granted = ("https://outlook.office.com/SMTP.Send",)

    with pytest.raises(ConsentMissing, match=r"IMAP\.AccessAsUser\.All"):
        sign_in(person, registration)

    assert held(world, registration) is not None


@pytest.mark.parametrize("way", [LISTEN, PASTE])
def test_a_refused_sign_in_leaves_no_token(
    world: World, registration: Registration, person: Person, way: SignInWay
) -> None:
    world.entra.refusals.append(refusal("unauthorized_client", 700016))

    with pytest.raises(ProvisionError):
        sign_in(person, registration, way)

    assert world.vault.refresh_token(mailbox_key(registration, FORMS.address)) is None
