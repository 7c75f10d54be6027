"""Federated credentials on a bad day: answers lost, replicas late."""

import pytest

from provision.errors import OutcomeUnknown
from provision.tenant.federated_credential import FederatedTrust
from tests.unit.stages.world import MANIFEST, NAME, World

TRUSTING = MANIFEST.replace(
    "{uniqueName: aem-mail}",
    "{uniqueName: aem-mail, federatedCredentials: "
    "[{name: main, issuer: 'https://a.example', subject: new}]}",
)
WANTED = FederatedTrust("main", "https://a.example", "new", "api://AzureADTokenExchange")
OLD = FederatedTrust("main", "https://a.example", "old", "api://AzureADTokenExchange")
STRANGER = FederatedTrust("stranger", "https://b.example", "s", "api://AzureADTokenExchange")


def trusts(world: World) -> set[FederatedTrust]:
    application = world.tenant.named(NAME)
    assert application is not None
    return {f.trust for f in world.tenant.content.federated.get(application.object_id, ())}


def trusting(world: World, trust: FederatedTrust) -> World:
    world.applied()
    application = world.tenant.named(NAME)
    assert application is not None
    world.tenant.add_federated_credential(application.object_id, trust)
    world.forget()
    return world


@pytest.mark.parametrize("took_effect", [True, False])
def test_a_lost_answer_to_an_addition_ends_in_one_trust(world, took_effect):
    world.tenant.lose_answer_of("add_federated_credential", took_effect=took_effect)

    applied = world.apply(TRUSTING)

    assert (trusts(world), applied.remaining.changes) == ({WANTED}, ())


@pytest.mark.parametrize("took_effect", [True, False])
def test_a_lost_answer_to_a_change_ends_in_the_wanted_trust(world, took_effect):
    trusting(world, OLD).tenant.lose_answer_of(
        "update_federated_credential", took_effect=took_effect
    )

    applied = world.apply(TRUSTING)

    assert (trusts(world), applied.remaining.changes) == ({WANTED}, ())


@pytest.mark.parametrize("took_effect", [True, False])
def test_a_lost_answer_to_a_removal_ends_without_the_stranger(world, took_effect):
    trusting(world, STRANGER).tenant.lose_answer_of(
        "remove_federated_credential", took_effect=took_effect
    )

    applied = world.apply(TRUSTING)

    assert (trusts(world), applied.remaining.changes) == ({WANTED}, ())


def test_a_replica_that_is_late_is_waited_for(world):
    world.applied()
    world.tenant.lag_after("add_federated_credential", reads=2)

    applied = world.apply(TRUSTING)

    assert world.tenant.writes == ["add_federated_credential"]
    assert applied.remaining.changes == ()


def test_who_wants_no_secret_needs_no_vault(world):
    world.without_vault()
    text = TRUSTING.replace("aem-mail, fed", "aem-mail, secret: none, fed")

    applied = world.apply(text)

    assert (trusts(world), world.live, applied.remaining.changes) == ({WANTED}, {}, ())


def test_without_a_list_nobody_asks_and_nothing_is_removed(world):
    trusting(world, STRANGER).apply()

    assert trusts(world) == {STRANGER}
    assert not any(query.wants_federated for query in world.tenant.queries)


def test_a_trust_that_somebody_adds_meanwhile_is_not_removed_unseen(world):
    world.applied()
    application = world.tenant.named(NAME)
    assert application is not None
    world.tenant.lose_answer_of("add_federated_credential", took_effect=True)

    def meddle() -> None:
        world.tenant.add_federated_credential(application.object_id, STRANGER)

    world.clock.meanwhile.append(meddle)

    with pytest.raises(Exception, match="stranger") as refused:
        world.apply(TRUSTING)

    assert not isinstance(refused.value, OutcomeUnknown)
    assert STRANGER in trusts(world)
