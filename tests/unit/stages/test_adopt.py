"""Adopting on a bad day: answers lost, names taken meanwhile, somebody else at work."""

from dataclasses import replace
from datetime import timedelta

import pytest

from provision.errors import NameTaken, NotFound, OutcomeUnknown, RefusedError, WrongTenant
from provision.secret import Secret
from provision.stages.adopt import Adopted, Adopter, AdoptionWish, Proposal, adopt_application
from provision.tenant.adoptee import Adoptee
from provision.tenant.application import Application, ApplicationSettings, Password
from tests.fakes.tenant import TENANT_ID
from tests.unit.stages.world import NOW, World, client_key

SETTINGS = ApplicationSettings(
    "AEM mail", "AzureADMyOrg", None, frozenset({"http://localhost"}), False, False, frozenset()
)
HANDMADE = Password("key-by-hand", "by hand", NOW, NOW + timedelta(days=90))
STRANGER = Application("object-9", "client-9", None, SETTINGS, frozenset({HANDMADE}))
WISH = AdoptionWish("contoso.com", "global")


def agree(_: Proposal) -> bool:
    return True


def adopter(world: World) -> Adopter:
    return Adopter("contoso.com", world.services, lambda: world.admin, lambda: TENANT_ID)


def adopted(world: World, wish: AdoptionWish = WISH) -> Adopted:
    return adopter(world).adopt(wish, agree, client_id=STRANGER.client_id)


@pytest.fixture
def there(world: World) -> World:
    world.tenant.put(STRANGER)
    world.tenant.create_service_principal(STRANGER.client_id)
    world.tenant.secrets[HANDMADE.key_id] = Secret("value by hand")
    world.forget()
    return world


def test_names_it_once_and_finds_nothing_left_to_do(there):
    done = adopted(there)

    assert there.tenant.writes == ["set_unique_name"]
    assert there.tenant.named("aem-mail") == replace(STRANGER, unique_name="aem-mail")
    assert done.remaining is not None
    assert done.remaining.changes == ()


def test_one_read_tells_all_about_it_and_one_more_closes(there):
    adopted(there)

    assert there.tenant.calls == ["find_by_client_id", "read", "set_unique_name", "read"]


def test_a_lost_answer_that_took_effect_is_recognised_by_a_look(there):
    there.tenant.lose_answer_of("set_unique_name", took_effect=True)

    adopted(there)

    assert there.tenant.writes == ["set_unique_name"]
    assert there.tenant.named("aem-mail")


def test_a_lost_answer_that_took_no_effect_is_asked_again(there):
    there.tenant.lose_answer_of("set_unique_name", took_effect=False)

    adopted(there)

    assert there.tenant.writes == ["set_unique_name"] * 2
    assert there.tenant.named("aem-mail")


def test_answers_that_keep_getting_lost_end_in_an_unknown_outcome(there):
    for _ in range(5):
        there.tenant.lose_answer_of("set_unique_name", took_effect=False)

    with pytest.raises(OutcomeUnknown, match="keep getting lost"):
        adopted(there)


def test_a_name_taken_meanwhile_is_refused_and_nothing_kept(there):
    rival = replace(STRANGER, object_id="o2", client_id="c2", unique_name="aem-mail")
    there.tenant.before("set_unique_name", lambda: there.tenant.put(rival))

    with pytest.raises(NameTaken):
        adopted(there, replace(WISH, key_id=HANDMADE.key_id, secret=Secret("value by hand")))

    assert there.vault.held_key_ids(client_key(STRANGER.client_id)) == frozenset()


def test_a_no_changes_nothing(there):
    with pytest.raises(RefusedError, match="not confirmed"):
        adopter(there).adopt(WISH, lambda _: False, client_id=STRANGER.client_id)

    assert there.tenant.writes == []


def test_the_value_is_kept_after_the_name_and_serves(there):
    wish = replace(WISH, key_id=HANDMADE.key_id, secret=Secret("value by hand"))

    done = adopted(there, wish)

    held = there.vault.secret(client_key(STRANGER.client_id), HANDMADE.key_id)
    assert held is not None
    assert (held.display_name, held.end_at) == ("by hand", HANDMADE.end_at)
    assert (done.kept_key_id, held.secret) == (HANDMADE.key_id, Secret("value by hand"))
    assert done.remaining is not None
    assert done.remaining.serving == HANDMADE


def test_run_again_after_a_crash_it_only_keeps_the_value(there):
    there.tenant.put(replace(STRANGER, unique_name="aem-mail"))
    wish = replace(WISH, key_id=HANDMADE.key_id, secret=Secret("value by hand"))

    done = adopted(there, wish)

    assert (there.tenant.writes, done.kept_key_id) == ([], HANDMADE.key_id)
    assert not done.proposal.names


def test_without_a_vault_no_value_is_taken(there):
    there.without_vault()

    with pytest.raises(Exception, match="PROVISION_VAULT is 'none'"):
        adopted(there, replace(WISH, key_id=HANDMADE.key_id, secret=Secret("value by hand")))


def test_a_client_id_that_nobody_has_is_not_found(world):
    with pytest.raises(NotFound, match=STRANGER.client_id):
        adopted(world)


def test_a_display_name_that_nobody_has_is_not_found(world):
    with pytest.raises(NotFound, match="AEM mail"):
        adopter(world).adopt(WISH, agree, display_name="AEM mail")


def test_an_administrator_of_another_tenant_is_refused(there):
    there.tenant.tenant_id = "another-tenant"

    with pytest.raises(WrongTenant, match="another-tenant"):
        adopted(there)


def test_what_it_lacks_is_left_for_apply(world):
    world.tenant.put(STRANGER)

    done = adopt_application(
        Adoptee(STRANGER, None, "", {}, ()), WISH, world.services, world.admin, agree
    )

    assert done.remaining is not None
    assert [type(c).__name__ for c in done.remaining.changes] == ["CreateServicePrincipal"]


def test_an_export_asks_nobody(world):
    done = adopter(world).adopt_export(Adoptee(STRANGER, None, "", {}, ()), WISH, agree)

    assert world.tenant.calls == []
    assert (done.remaining, done.proposal.names) == (None, False)
