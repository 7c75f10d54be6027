"""A link that is sent to a mailbox owner: its answer comes to another process, once, in time."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from provision.errors import SignInRequired, UsageError
from provision.stages.progress import Asked
from provision.stages.sent_link import SentLink, make_link
from provision.stages.sign_in_way import SignInWay
from provision.tenant.registration import Registration
from tests.unit.stages.people import LISTEN, PASTE, Person, held, sign_in
from tests.unit.stages.world import FORMS, NOW, OWNER, World

PIPED = SignInWay(by="paste", takes_up=True)
OTHER = replace(FORMS, address="other@contoso.com")


@pytest.fixture
def kept(world: World, registration: Registration) -> Registration:
    """A registration whose secret the caller brings, and a vault in a file."""
    world.supplied_secret = world.tenant.secrets[str(registration.secret_key_id)]
    world.with_file()
    return registration


def sent(world: World, registration: Registration, way: SignInWay = LISTEN) -> SentLink:
    return make_link(FORMS, registration, way, world.services)


def answered(world: World, link: SentLink) -> str:
    """Let the owner open the link; return the address that their browser ends on."""
    return world.entra.visit(link.url, OWNER)


@pytest.mark.parametrize("way", [PASTE, PIPED])
def test_another_process_takes_the_answer_and_shows_no_link_of_its_own(
    world: World, kept: Registration, person: Person, way: SignInWay
) -> None:
    address = answered(world, sent(world, kept))
    world.vault = world.another_vault()
    person.brings(address)

    assert sign_in(person, kept, way).generation == 1
    assert person.links == []
    assert held(world, kept) is not None


def test_it_says_until_when_the_answer_is_good(
    world: World, kept: Registration, person: Person
) -> None:
    link = sent(world, kept)
    person.brings(answered(world, link))
    sign_in(person, kept, PASTE)

    assert link.expires_at == NOW + timedelta(minutes=15)
    (asked,) = (event.what for event in world.events if isinstance(event, Asked))
    assert asked.startswith("forms@contoso.com: a link of 12:00 UTC waits")
    assert "until 12:15" in asked


def test_the_link_asks_as_any_other_does(world: World, kept: Registration) -> None:
    way = SignInWay(prompt="login", domain_hint="contoso.com")
    asked = parse_qs(urlsplit(sent(world, kept, way).url).query)

    assert asked["prompt"] == ["login"]
    assert asked["domain_hint"] == ["contoso.com"]
    assert asked["login_hint"] == [FORMS.sign_in_as]
    assert asked["response_mode"] == ["query"]
    assert asked["redirect_uri"] == ["http://localhost"]


def test_an_answer_without_its_state_is_that_to_the_link(
    world: World, kept: Registration, person: Person
) -> None:
    address = answered(world, sent(world, kept))
    person.brings(parse_qs(urlsplit(address).query)["code"][0])

    assert sign_in(person, kept, PIPED).generation == 1


def test_an_answer_is_taken_once(world: World, kept: Registration, person: Person) -> None:
    person.brings(answered(world, sent(world, kept)))
    sign_in(person, kept, PIPED)

    with pytest.raises(UsageError, match="answers no sign-in that waits here"):
        sign_in(person, kept, PIPED)


def test_the_answer_to_another_mailboxs_link_is_refused_and_still_good_there(
    world: World, kept: Registration, person: Person
) -> None:
    sent(world, kept)
    theirs = make_link(OTHER, kept, LISTEN, world.services)
    person.brings(answered(world, theirs))

    with pytest.raises(UsageError, match=r"forms@contoso\.com: what was pasted answers no"):
        sign_in(person, kept, PIPED)

    assert sign_in(person, kept, PIPED, OTHER).generation == 1


def test_what_is_no_answer_leaves_the_link_waiting(
    world: World, kept: Registration, person: Person
) -> None:
    address = answered(world, sent(world, kept))
    person.brings("I signed in, thanks!")
    with pytest.raises(UsageError, match="neither an address nor a code"):
        sign_in(person, kept, PASTE)
    person.brings(address)

    assert sign_in(person, kept, PASTE).generation == 1


def test_a_link_that_waited_too_long_is_told_before_anything_is_asked_for(
    world: World, kept: Registration, person: Person
) -> None:
    person.brings(answered(world, sent(world, kept)))
    world.clock.sleep(15 * 60)

    with pytest.raises(SignInRequired, match="more than 15 minutes ago") as refused:
        sign_in(person, kept, PASTE)

    assert refused.value.hint == "provision authorize --link --mailbox forms@contoso.com"
    assert person.links == []


def test_the_sign_in_after_that_begins_anew(
    world: World, kept: Registration, person: Person
) -> None:
    sent(world, kept)
    world.clock.sleep(15 * 60)
    with pytest.raises(SignInRequired):
        sign_in(person, kept, PASTE)

    assert sign_in(person, kept, PASTE).generation == 1
    assert len(person.links) == 1


def test_a_newer_link_leaves_the_older_one_good(
    world: World, kept: Registration, person: Person
) -> None:
    first = sent(world, kept)
    sent(world, kept)
    person.brings(answered(world, first))

    assert sign_in(person, kept, PASTE).generation == 1


def test_a_link_that_somebody_here_has_open_is_not_taken_for_one_that_was_sent(
    world: World, kept: Registration, person: Person
) -> None:
    person.brings("nothing yet")
    with pytest.raises(UsageError):
        sign_in(person, kept, PASTE)
    person.copies = str

    sign_in(person, kept, PASTE)

    assert len(person.links) == 2


def test_an_answer_by_a_pipe_may_be_to_any_link_that_waits(
    world: World, kept: Registration, person: Person
) -> None:
    person.brings("nothing yet")
    with pytest.raises(UsageError):
        sign_in(person, kept, PASTE)
    person.brings(world.entra.visit(person.links[0], OWNER))

    assert sign_in(person, kept, PIPED).generation == 1
    assert len(person.links) == 1


def test_a_pipe_gets_a_link_where_none_waits(
    world: World, kept: Registration, person: Person
) -> None:
    assert sign_in(person, kept, PIPED).generation == 1
    assert len(person.links) == 1


def test_without_a_vault_no_link_is_made(world: World, registration: Registration) -> None:
    world.without_vault()

    with pytest.raises(UsageError, match="a link needs a vault"):
        sent(world, registration)


def test_without_the_client_secret_no_link_is_made(
    world: World, registration: Registration
) -> None:
    with pytest.raises(UsageError, match="client-9"):
        sent(world, replace(registration, client_id="client-9"))


def test_a_page_that_moves_on_by_itself_is_warned_of_before_anybody_signs_in(
    world: World, kept: Registration
) -> None:
    page = "https://login.microsoftonline.com/common/oauth2/nativeclient"

    make_link(FORMS, replace(kept, redirect_uris=(page,)), LISTEN, world.services)

    (asked,) = (event.what for event in world.events if isinstance(event, Asked))
    assert "/common/wrongplace" in asked
    assert "provision authorize --device" in asked
