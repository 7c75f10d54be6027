"""Refresh: tokens are renewed, shared with who waits, and never lost."""

import pytest

from provision.errors import ClientRefused, ConsentMissing, SignInRequired, Unreachable, UsageError
from provision.oauth.http_response import Answer
from provision.secret import Secret
from provision.stages.client_secrets import client_secret
from provision.stages.refresh import access_token, renew, signed_in_mailbox
from provision.stages.token_purpose import Wanted, mail_wanted
from provision.vault.port import MailboxKey, RefreshToken, SignedInMailbox
from tests.fakes.entra import refusal
from tests.unit.stages.world import FORMS, World

MAIL = "https://outlook.office.com"


@pytest.fixture
def mailbox(world: World) -> SignedInMailbox:
    return world.signed_in()


def wanted(world: World, mailbox: SignedInMailbox) -> Wanted:
    return mail_wanted(mailbox, world.services.cloud)


def newest(world: World, mailbox: SignedInMailbox) -> RefreshToken:
    found = world.vault.refresh_token(mailbox.key)
    assert found is not None
    return found


def ask(world: World, mailbox: SignedInMailbox) -> Secret:
    return access_token(mailbox, wanted(world, mailbox), world.services).token


def lock_of(key: MailboxKey) -> tuple[str, ...]:
    return ("refresh", key.cloud, key.tenant_id, key.client_id, key.address)


def test_asks_with_the_scopes_of_the_sign_in(world: World, mailbox: SignedInMailbox) -> None:
    renew(mailbox, world.services)

    (form,) = world.entra.forms
    assert form["scope"] == (
        f"{MAIL}/IMAP.AccessAsUser.All {MAIL}/SMTP.Send openid profile offline_access"
    )
    assert form["refresh_token"] == "refresh-0"


def test_a_new_refresh_token_is_the_next_generation(world: World, mailbox: SignedInMailbox) -> None:
    renewed = renew(mailbox, world.services)

    assert renewed.generation == 2
    assert newest(world, mailbox).token == Secret("refresh-1")
    assert not renewed.was_done_by_another


def test_the_previous_generation_is_kept(world: World, mailbox: SignedInMailbox) -> None:
    renew(mailbox, world.services)

    previous = world.vault.refresh_token(mailbox.key, 1)
    assert previous is not None
    assert previous.token == Secret("refresh-0")


def test_a_refresh_without_a_new_token_keeps_the_old_one_and_notes_its_use(
    world: World, mailbox: SignedInMailbox
) -> None:
    world.entra.rotates = False
    world.clock.sleep(60)

    assert renew(mailbox, world.services).generation == 1

    held = newest(world, mailbox)
    assert (held.generation, held.token) == (1, Secret("refresh-0"))
    assert held.last_used_at == world.clock.now()


def test_an_access_token_is_cached_until_ten_minutes_before_it_ends(
    world: World, mailbox: SignedInMailbox
) -> None:
    first = ask(world, mailbox)
    world.clock.sleep(3600 - 601)

    assert ask(world, mailbox) == first
    world.clock.sleep(1)
    assert ask(world, mailbox) != first
    assert len(world.entra.forms) == 2


def test_the_cache_survives_the_process(host: World) -> None:
    mailbox = host.signed_in()
    first = ask(host, mailbox)

    assert ask(host.with_file(), mailbox) == first


def test_renewing_ignores_the_cache(world: World, mailbox: SignedInMailbox) -> None:
    ask(world, mailbox)

    renew(mailbox, world.services)

    assert len(world.entra.forms) == 2


def test_a_graph_token_is_cached_apart(world: World, mailbox: SignedInMailbox) -> None:
    mail = ask(world, mailbox)
    graph = Wanted("https://graph.microsoft.com", ("https://graph.microsoft.com/User.Read",))

    assert access_token(mailbox, graph, world.services).token != mail
    assert ask(world, mailbox) == mail


def test_the_refresh_token_is_durable_before_the_access_token_is_used(
    world: World, mailbox: SignedInMailbox
) -> None:
    world.entra.granted = ("openid",)

    with pytest.raises(ConsentMissing):
        renew(mailbox, world.services)

    assert newest(world, mailbox).token == Secret("refresh-1")


def test_scopes_that_a_token_lacks_are_named(world: World, mailbox: SignedInMailbox) -> None:
    world.entra.granted = (f"{MAIL}/IMAP.AccessAsUser.All",)

    with pytest.raises(ConsentMissing, match=r"forms@contoso\.com.*without.*SMTP\.Send$"):
        ask(world, mailbox)


def test_an_answer_that_names_no_scopes_gave_those_that_were_asked_for(
    world: World, mailbox: SignedInMailbox
) -> None:
    world.entra.names_scopes = False

    assert ask(world, mailbox)


def test_a_dead_refresh_token_is_marked_and_kept(world: World, mailbox: SignedInMailbox) -> None:
    world.entra.refusals.append(refusal("invalid_grant", 700082))

    with pytest.raises(SignInRequired):
        renew(mailbox, world.services)

    held = newest(world, mailbox)
    assert held.token == Secret("refresh-0")
    assert "AADSTS700082" in str(held.suspect_reason)


def test_a_refused_client_loses_no_token(world: World, mailbox: SignedInMailbox) -> None:
    world.entra.refusals.append(refusal("invalid_client", 7000222, 401))

    with pytest.raises(ClientRefused):
        renew(mailbox, world.services)

    assert newest(world, mailbox).token == Secret("refresh-0")
    assert newest(world, mailbox).suspect_reason is None


def test_a_refresh_that_works_again_clears_the_suspicion(
    world: World, mailbox: SignedInMailbox
) -> None:
    world.vault.mark_suspect(mailbox.key, 1, "it was refused once")
    world.entra.rotates = False

    renew(mailbox, world.services)

    assert newest(world, mailbox).suspect_reason is None


def test_a_passing_fault_marks_nothing(world: World, mailbox: SignedInMailbox) -> None:
    world.entra.refusals.extend([Answer(503, {}, b"")] * 99)

    with pytest.raises(Unreachable):
        renew(mailbox, world.services)

    assert newest(world, mailbox).suspect_reason is None


def test_a_mailbox_without_a_token_says_how_to_get_one(world: World) -> None:
    mailbox = World(world.root / "elsewhere", clock=world.clock).signed_in()

    with pytest.raises(SignInRequired, match="no refresh token") as refused:
        renew(mailbox, world.services)

    assert refused.value.hint == "provision authorize --mailbox forms@contoso.com"


def test_a_mailbox_that_nobody_signed_in_for_is_named(world: World) -> None:
    key = MailboxKey("global", "t", "c", FORMS.address)

    with pytest.raises(SignInRequired, match=r"forms@contoso\.com has not signed in yet"):
        signed_in_mailbox(FORMS, key, world.services)


def test_a_supplied_client_secret_wins_over_the_vault(
    world: World, mailbox: SignedInMailbox
) -> None:
    world.supplied_secret = Secret("brought along")

    with pytest.raises(ClientRefused):
        renew(mailbox, world.services)

    assert world.entra.forms[0]["client_secret"] == "brought along"


def test_an_application_whose_secret_is_not_held_is_named(world: World) -> None:
    key = MailboxKey("global", "t", "client-9", FORMS.address)

    with pytest.raises(UsageError, match="client-9"):
        client_secret(key.client, world.services)


def test_without_a_vault_every_access_token_is_fresh(world: World) -> None:
    mailbox = world.without_vault().signed_in()

    assert ask(world, mailbox) != ask(world, mailbox)


def test_a_token_says_when_it_ends_by_our_own_clock(world: World, mailbox: SignedInMailbox) -> None:
    found = access_token(mailbox, wanted(world, mailbox), world.services)

    assert (found.expires_at - world.clock.now()).total_seconds() == 3600
