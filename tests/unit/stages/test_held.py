"""A mailbox served from the vault alone, and what its tokens are for."""

from dataclasses import dataclass, field, replace

import pytest

from provision.cloud import BUILT_IN
from provision.errors import SignInRequired, UsageError
from provision.oauth.scopes import Purpose
from provision.secret import Secret
from provision.stages.held_mailbox import Held, find_one
from provision.stages.refresh import access_token
from provision.stages.token_purpose import Wanted, wanted_for
from provision.vault.port import SignedInMailbox
from tests.unit.stages.world import World

GLOBAL = BUILT_IN["global"]


@dataclass
class Refreshes:
    """Counts what is asked for, and gives something for it."""

    asked: list[Wanted] = field(default_factory=list)

    def __call__(self, wanted: Wanted) -> Secret:
        self.asked.append(wanted)
        return Secret("fresh")


@pytest.fixture
def mailbox(world: World) -> SignedInMailbox:
    return world.signed_in()


def find(world: World, address: str = "forms@contoso.com", **known: str) -> SignedInMailbox:
    asked: dict[str, str | None] = {"client_id": None, "tenant_id": None, "cloud": None}
    return find_one(world.vault, address, **{**asked, **known})


def test_the_cache_spares_the_refresh(world: World, mailbox: SignedInMailbox) -> None:
    wanted = wanted_for(mailbox, "imap", GLOBAL)
    cached = access_token(mailbox, wanted, world.services).token
    refresh = Refreshes()

    held = Held(mailbox, GLOBAL, world.clock, world.vault, refresh)

    assert held.access_token("imap") == cached
    assert refresh.asked == []


def test_an_empty_cache_is_refreshed(world: World, mailbox: SignedInMailbox) -> None:
    refresh = Refreshes()
    held = Held(mailbox, GLOBAL, world.clock, world.vault, refresh)

    assert held.access_token("graph") == Secret("fresh")
    assert refresh.asked == [wanted_for(mailbox, "graph", GLOBAL)]


def test_finds_a_mailbox_by_its_address(world: World, mailbox: SignedInMailbox) -> None:
    assert find(world, "FORMS@contoso.com") == mailbox


def test_a_mailbox_that_is_not_there_says_how_to_sign_in(world: World) -> None:
    with pytest.raises(SignInRequired) as refused:
        find(world)

    assert refused.value.hint == "provision authorize --mailbox forms@contoso.com"


def test_a_vault_that_is_switched_off_remembers_nobody(world: World) -> None:
    with pytest.raises(SignInRequired) as caught:
        find(world.without_vault())
    assert "PROVISION_VAULT is 'none', which remembers nobody" in caught.value.hint


def test_several_applications_are_listed_with_what_tells_them_apart(
    world: World, mailbox: SignedInMailbox
) -> None:
    other = replace(mailbox, key=replace(mailbox.key, client_id="client-9"))
    world.vault.keep_sign_in(other, Secret("r"))

    with pytest.raises(UsageError, match="2 applications") as refused:
        find(world)

    assert "--client-id client-9" in refused.value.hint
    assert f"--client-id {mailbox.key.client_id}" in refused.value.hint
    assert find(world, client_id="client-9") == other


def test_a_mailbox_that_is_held_otherwise_than_asked_for_says_how(
    world: World, mailbox: SignedInMailbox
) -> None:
    with pytest.raises(UsageError, match="that application, tenant and cloud") as refused:
        find(world, tenant_id="contoso.com")

    assert f"--tenant {mailbox.key.tenant_id}  (aem-mail, global)" in refused.value.hint


@pytest.mark.parametrize("purpose", ["imap", "smtp"])
def test_one_token_serves_every_protocol_of_a_mailbox(
    mailbox: SignedInMailbox, purpose: Purpose
) -> None:
    assert wanted_for(mailbox, purpose, GLOBAL).resource == "https://outlook.office.com"
    assert wanted_for(mailbox, purpose, GLOBAL) == wanted_for(mailbox, "imap", GLOBAL)


def test_a_protocol_that_was_not_signed_in_for_is_refused(mailbox: SignedInMailbox) -> None:
    with pytest.raises(UsageError, match="signed in for imap, smtp, not for pop"):
        wanted_for(mailbox, "pop", GLOBAL)


def test_a_graph_token_asks_for_what_graph_serves(mailbox: SignedInMailbox) -> None:
    scopes = wanted_for(mailbox, "graph", GLOBAL).scopes

    assert scopes[:2] == (
        "https://graph.microsoft.com/Mail.Read",
        "https://graph.microsoft.com/User.Read",
    )


def test_a_personal_account_has_no_graph_token(mailbox: SignedInMailbox) -> None:
    with pytest.raises(UsageError, match="personal account"):
        wanted_for(replace(mailbox, authority="consumers"), "graph", GLOBAL)
