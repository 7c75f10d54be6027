"""A session: the stages of one manifest, and where its registration comes from."""

from dataclasses import replace

import pytest

from provision.errors import NotFound, UsageError, WrongTenant
from provision.stages.services import AdministratorServices
from provision.stages.session import Session
from provision.stages.vault_keys import mailbox_key
from tests.unit.stages.people import LISTEN, Person
from tests.unit.stages.world import FORMS, MANIFEST, NAME, World, client_key, manifest

TWO = MANIFEST.replace(
    "[{address: forms@contoso.com}]",
    "[{address: forms@contoso.com}, {address: Other@contoso.com}]",
)


class Opened:
    """A session, and how often its administrator had to sign in."""

    def __init__(self, world: World, text: str = MANIFEST) -> None:
        self.sign_ins = 0
        self._world = world
        services, tenant_id = world.services, world.tenant_id
        self.session = Session(
            manifest(text),
            services,
            lambda: tuple(world.targets),
            self._administrator,
            lambda: tenant_id,
            lambda _customer: self._administrator(),
        )

    def _administrator(self) -> AdministratorServices:
        self.sign_ins += 1
        return self._world.admin


@pytest.fixture
def opened(world: World) -> Opened:
    return Opened(world)


def test_planning_changes_nothing(world: World, opened: Opened) -> None:
    plan = opened.session.plan()

    assert plan.changes
    assert world.tenant.writes == []


def test_tells_how_many_requests_it_took_up_to_the_last_write(world: World, opened: Opened) -> None:
    world.meter.request(is_write=True)
    world.meter.request(is_write=False)

    assert opened.session.graph_requests() == 1


def test_the_administrator_signs_in_once(opened: Opened) -> None:
    opened.session.plan()
    opened.session.apply(lambda _: True)

    assert opened.sign_ins == 1


def test_an_apply_leaves_its_registration_to_the_stages_after_it(opened: Opened) -> None:
    applied = opened.session.apply(lambda _: True)

    assert opened.session.registration() is applied.registration


def test_the_vault_remembers_the_registration_without_asking_the_tenant(world: World) -> None:
    registration = world.applied()
    later = Opened(world)

    assert later.session.registration() == registration
    assert later.sign_ins == 0


def test_the_vault_remembers_a_registration_whose_secret_lives_elsewhere(world: World) -> None:
    registration = world.applied()
    for key_id in world.held:
        world.vault.forget_secret(client_key(registration.client_id), key_id)

    assert Opened(world).session.registration().secret_key_id is None


def test_the_tenant_is_asked_where_nothing_is_remembered(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    registration = world.applied()
    runner = Opened(World(tmp_path_factory.mktemp("runner"), tenant=world.tenant))

    assert runner.session.registration() == registration
    assert runner.sign_ins == 1


def test_an_application_that_does_not_exist_yet_is_named(opened: Opened) -> None:
    with pytest.raises(NotFound, match=NAME) as refused:
        opened.session.registration()

    assert refused.value.hint == "provision apply"


def test_a_registration_may_come_from_elsewhere(world: World, opened: Opened) -> None:
    registration = world.registered()
    opened.session.use(registration)

    assert opened.session.registration() is registration
    assert opened.sign_ins == 0


def test_a_registration_of_another_tenant_is_refused(world: World, opened: Opened) -> None:
    elsewhere = replace(world.registered(), tenant_id="00000000-1111-4222-8333-444444444444")

    with pytest.raises(WrongTenant, match="the registration is of tenant 00000000"):
        opened.session.use(elsewhere)


def test_all_mailboxes_are_meant_when_none_is_named(world: World) -> None:
    found = Opened(world, TWO).session.mailboxes()

    assert [mailbox.address for mailbox in found] == ["forms@contoso.com", "Other@contoso.com"]


def test_a_mailbox_is_found_whatever_its_case(world: World) -> None:
    found = Opened(world, TWO).session.mailboxes(["OTHER@contoso.com"])

    assert [mailbox.address for mailbox in found] == ["Other@contoso.com"]


def test_a_mailbox_that_the_manifest_lacks_is_refused_with_those_it_has(opened: Opened) -> None:
    with pytest.raises(UsageError, match="nobody@contoso") as refused:
        opened.session.mailboxes(["nobody@contoso.com"])

    assert "forms@contoso.com" in refused.value.hint


def test_a_manifest_without_mailboxes_says_how_to_add_one(world: World) -> None:
    text = f"tenant: contoso.onmicrosoft.com\napplication: {{uniqueName: {NAME}}}\n"

    with pytest.raises(UsageError, match="names no mailbox"):
        Opened(world, text).session.mailboxes()


@pytest.fixture
def session(world: World, person: Person) -> Session:
    """Return the session of a mailbox whose owner has just signed in."""
    session = Opened(world).session
    session.use(world.registered())
    session.authorize(FORMS, LISTEN, person)
    return session


def test_a_mailbox_is_signed_in_once_a_token_is_held(session: Session) -> None:
    assert session.is_signed_in(FORMS)


def test_a_mailbox_is_not_signed_in_before(world: World, opened: Opened) -> None:
    opened.session.use(world.registered())

    assert not opened.session.is_signed_in(FORMS)


def test_a_mailbox_whose_token_was_refused_has_to_sign_in_again(
    world: World, session: Session
) -> None:
    key = mailbox_key(session.registration(), FORMS.address)
    world.vault.mark_suspect(key, 1, "it was revoked")

    assert not session.is_signed_in(FORMS)


def test_refreshes_what_was_signed_in(session: Session) -> None:
    assert session.refresh(FORMS).generation == 2


def test_hands_off_what_was_signed_in(world: World, session: Session) -> None:
    env = world.with_sink()
    later = Opened(world).session
    later.use(session.registration())

    (handed,) = later.hand_off()

    assert handed.generation == 2
    assert env.exists()


def test_a_manifest_without_a_hand_off_says_how_to_add_one(opened: Opened) -> None:
    with pytest.raises(UsageError, match="names no hand-off"):
        opened.session.hand_off()
