"""Authorize: the sign-in's answer comes back to a listener or by hand, once, and in time."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from provision.errors import SignInRequired, UsageError, VaultFailed
from provision.stages.progress import Finished, Started
from provision.stages.refresh import access_token
from provision.stages.sign_in_way import SignInWay
from provision.stages.token_purpose import mail_wanted
from provision.tenant.registration import Registration
from tests.unit.stages.people import LISTEN, PASTE, Person, held, sign_in
from tests.unit.stages.world import FORMS, OWNER, World


@pytest.mark.parametrize("way", [LISTEN, PASTE])
def test_the_vault_holds_who_signed_in_and_the_refresh_token(
    world: World, registration: Registration, person: Person, way: SignInWay
) -> None:
    authorized = sign_in(person, registration, way)

    assert held(world, registration) == authorized.mailbox
    assert authorized.mailbox.object_id == OWNER.object_id
    assert authorized.mailbox.permissions == registration.scopes
    assert authorized.generation == 1
    token = world.vault.refresh_token(authorized.mailbox.key)
    assert token is not None
    assert token.token.reveal().startswith("refresh-")


def test_the_access_token_of_the_sign_in_is_used_first(
    world: World, registration: Registration, person: Person
) -> None:
    mailbox = sign_in(person, registration).mailbox

    access_token(mailbox, mail_wanted(mailbox, world.services.cloud), world.services)

    assert [form["grant_type"] for form in world.entra.forms] == ["authorization_code"]


def test_reports_who_signed_in(world: World, registration: Registration, person: Person) -> None:
    sign_in(person, registration)

    assert [type(event) for event in world.events] == [Started, Finished]
    assert OWNER.object_id in repr(world.events[-1])


def test_the_listener_is_closed_afterwards(registration: Registration, person: Person) -> None:
    sign_in(person, registration)

    assert [listener.is_open for listener in person.listeners] == [False]


def test_the_listener_answers_while_the_code_is_redeemed_and_redeems_it_once(
    world: World, registration: Registration, person: Person
) -> None:
    seen: list[bool] = []

    def reload() -> None:
        (listener,) = person.listeners
        listener.arrive(world.entra.visit(person.links[0], person.account))
        seen.append(listener.is_open)

    world.entra.during.append(reload)

    sign_in(person, registration)

    assert seen == [True]
    assert [form["grant_type"] for form in world.entra.forms] == ["authorization_code"]


@pytest.mark.parametrize(("is_query", "mode"), [(False, "form_post"), (True, "query")])
def test_the_answer_comes_back_in_the_way_that_was_asked_for(
    registration: Registration, person: Person, is_query: bool, mode: str
) -> None:
    sign_in(person, registration, SignInWay(is_query=is_query, timeout=7))

    assert person.asked("response_mode") == mode
    assert [(one.response_mode, one.timeout) for one in person.listeners] == [(mode, 7)]


def test_a_pasted_answer_is_asked_for_in_the_address_bar(
    registration: Registration, person: Person
) -> None:
    sign_in(person, registration, PASTE)

    assert person.asked("response_mode") == "query"
    assert person.asked("redirect_uri") == "http://localhost"
    assert person.asked("login_hint") == FORMS.sign_in_as


def test_an_answer_with_a_foreign_state_is_refused_and_the_right_one_still_counts(
    registration: Registration, person: Person
) -> None:
    person.strays.append("http://localhost:49152/?code=somebody-elses-code&state=forged")

    assert sign_in(person, registration).generation == 1


def test_nobody_signs_in(registration: Registration, person: Person) -> None:
    person.signs_in = False

    with pytest.raises(SignInRequired, match="no answer came back"):
        sign_in(person, registration)


def test_without_a_loopback_redirect_no_listener_is_opened(
    registration: Registration, person: Person
) -> None:
    elsewhere = replace(registration, redirect_uris=("https://a.example/back",))

    with pytest.raises(UsageError, match="http://localhost is not among") as refused:
        sign_in(person, elsewhere)

    assert "--paste" in refused.value.hint
    assert person.listeners == []


def test_without_a_loopback_redirect_the_first_one_serves_a_pasted_answer(
    registration: Registration, person: Person
) -> None:
    sign_in(person, replace(registration, redirect_uris=("https://a.example/back",)), PASTE)

    assert person.asked("redirect_uri") == "https://a.example/back"


def test_without_any_redirect_nobody_is_sent_to_sign_in(
    registration: Registration, person: Person
) -> None:
    with pytest.raises(UsageError, match="no redirect URI"):
        sign_in(person, replace(registration, redirect_uris=()), PASTE)

    assert person.links == []


def test_without_the_client_secret_nobody_is_sent_to_sign_in(
    registration: Registration, person: Person
) -> None:
    with pytest.raises(UsageError, match="client-9"):
        sign_in(person, replace(registration, client_id="client-9"))

    assert person.links == []


@pytest.fixture
def owner(world: World, registration: Registration, person: Person) -> Person:
    """Return somebody who brings the secret to a machine that has no vault yet."""
    world.supplied_secret = world.tenant.secrets[str(registration.secret_key_id)]
    world.with_file()
    return person


@pytest.mark.parametrize("way", [LISTEN, SignInWay(is_query=True), PASTE])
def test_nobody_is_sent_to_sign_in_while_the_vaults_folder_lets_others_in(
    world: World, registration: Registration, owner: Person, way: SignInWay
) -> None:
    (world.root / "data").mkdir(mode=0o755)

    with pytest.raises(VaultFailed, match=r"lets others in \(mode 755, not 700\)"):
        sign_in(owner, registration, way)

    assert (owner.links, owner.listeners, world.events) == ([], [], [])


@pytest.mark.parametrize("way", [LISTEN, SignInWay(is_query=True), PASTE])
def test_nobody_is_sent_to_sign_in_where_no_vault_can_be_made(
    world: World, registration: Registration, owner: Person, way: SignInWay
) -> None:
    (world.root / "data").symlink_to(world.root / "nowhere" / "at-all")

    with pytest.raises(VaultFailed, match="data: cannot be created"):
        sign_in(owner, registration, way)

    assert (owner.links, owner.listeners, world.events) == ([], [], [])


def test_a_bare_code_answers_the_latest_sign_in(registration: Registration, person: Person) -> None:
    person.copies = lambda address: parse_qs(urlsplit(address).query)["code"][0]

    assert sign_in(person, registration, PASTE).generation == 1


def test_the_answer_to_an_earlier_link_still_counts(
    world: World, registration: Registration, person: Person
) -> None:
    person.copies = lambda _: "what is this?"
    with pytest.raises(UsageError):
        sign_in(person, registration, PASTE)
    earlier = world.entra.visit(person.links[0], OWNER)
    person.copies = lambda _: earlier

    assert sign_in(person, registration, PASTE).generation == 1


def test_an_answer_counts_once(registration: Registration, person: Person) -> None:
    addresses: list[str] = []

    def copied(address: str) -> str:
        addresses.append(address)
        return addresses[0]

    person.copies = copied
    sign_in(person, registration, PASTE)

    with pytest.raises(UsageError, match="answers no sign-in that waits here"):
        sign_in(person, registration, PASTE)


def test_an_answer_with_a_foreign_state_answers_nothing(
    registration: Registration, person: Person
) -> None:
    person.copies = lambda _: "http://localhost/?code=somebody-elses-code&state=forged"

    with pytest.raises(UsageError, match="answers no sign-in"):
        sign_in(person, registration, PASTE)


def test_the_answer_of_another_mailbox_is_not_taken(
    world: World, registration: Registration, person: Person
) -> None:
    person.copies = lambda _: "not yet"
    with pytest.raises(UsageError):
        sign_in(person, registration, PASTE, replace(FORMS, address="other@contoso.com"))
    theirs = world.entra.visit(person.links[0], OWNER)
    person.copies = lambda _: theirs

    with pytest.raises(UsageError, match="answers no sign-in"):
        sign_in(person, registration, PASTE)


def test_a_sign_in_that_waited_too_long_is_begun_again(
    world: World, registration: Registration, person: Person
) -> None:
    def copied_late(address: str) -> str:
        world.clock.sleep(15 * 60)
        return address

    person.copies = copied_late

    with pytest.raises(SignInRequired, match="more than 15 minutes") as refused:
        sign_in(person, registration, PASTE)

    assert refused.value.hint == "provision authorize --paste --mailbox forms@contoso.com"
