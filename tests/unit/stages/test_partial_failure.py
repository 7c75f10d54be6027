"""Two sinks of which one fails: who holds the secret then, what is told, and what mends it."""

from dataclasses import dataclass, field

import pytest

from provision.errors import NotPermitted, ProvisionError, SinkFailed, TemporaryError, Throttled
from provision.handoff.port import Handover
from provision.stages.secret_custody import Target
from tests.unit.stages.world import FORMS, World


@dataclass
class Service:
    """A sink in memory that fails as it is told; otherwise it holds what it was given."""

    label: str
    failure: ProvisionError | None = None
    holds_secrets: bool = True
    cannot_be_read: bool = False
    given: list[Handover] = field(default_factory=list)
    name: str = "service"

    @property
    def holder(self) -> str:
        return f"{self.name} {self.label}"

    def prepare(self) -> None:
        return None

    def keep(self, handover: Handover) -> None:
        if self.failure is not None:
            raise self.failure
        self.given.append(handover)

    def clear(self, client_id: str) -> bool:
        return False

    def held_key_id(self) -> str | None:
        if self.cannot_be_read:
            raise NotPermitted(f"{self.holder}: may not be read")
        secret = self.given[-1].client_secret if self.given else None
        return None if secret is None else secret.key_id


FAILURES = [
    SinkFailed("command vault: did not take the values, and ended with code 2"),
    SinkFailed("keyring forms: the operating system's keyring refused (KeyringLocked)"),
    NotPermitted("key vault a: writing forms-client-secret: Key Vault answered 403 Forbidden"),
    Throttled("key vault a: writing forms-client-secret: answered 429", retry_after=20.0),
    TemporaryError("key vault a: gave no answer"),
]


@pytest.fixture(params=FAILURES, ids=("command", "keyring", "denied", "throttled", "silent"))
def failure(request: pytest.FixtureRequest) -> ProvisionError:
    found: ProvisionError = request.param
    return found


def with_services(world: World, *services: Service) -> None:
    world.targets.extend(Target(service, FORMS) for service in services)


def test_with_a_vault_nothing_is_revoked_and_the_failure_is_told(
    world: World, failure: ProvisionError
) -> None:
    good = Service("good")
    with_services(world, Service("bad", failure), good)

    applied = world.apply()

    assert applied.failures == (failure,)
    assert set(world.live) == world.held
    assert good.held_key_id() == applied.registration.secret_key_id


def test_the_next_apply_gives_the_secret_to_the_one_that_lacks_it_and_to_no_other(
    world: World, failure: ProvisionError
) -> None:
    good, bad = Service("good"), Service("bad", failure)
    with_services(world, bad, good)
    world.apply()
    bad.failure = None

    applied = world.apply()

    assert applied.failures == ()
    assert bad.held_key_id() == applied.registration.secret_key_id
    assert len(good.given) == 1


def test_without_a_vault_one_sink_that_holds_it_is_enough(
    world: World, failure: ProvisionError
) -> None:
    good = Service("good")
    with_services(world.without_vault(), Service("bad", failure), good)

    applied = world.apply()

    assert [f.message for f in applied.failures] == [failure.message]
    assert list(world.live) == [good.held_key_id()]


def test_without_a_vault_and_with_every_sink_failing_the_secret_is_revoked(
    world: World, failure: ProvisionError
) -> None:
    with_services(world.without_vault(), Service("bad", failure), Service("worse", failure))

    with pytest.raises(type(failure)) as raised:
        world.apply()

    assert raised.value.message == failure.message
    assert world.live == {}


def test_a_sink_that_only_prints_is_no_holder(world: World) -> None:
    prints, good = Service("prints", holds_secrets=False), Service("good")
    with_services(world.without_vault(), prints, good)

    world.apply()

    assert (prints.given, len(good.given)) == ([], 1)


def test_a_sink_that_cannot_be_read_is_written_again(world: World) -> None:
    mute = Service("mute", cannot_be_read=True)
    with_services(world, mute)
    world.apply()
    before = len(mute.given)

    world.apply()

    assert len(mute.given) == before + 1


def test_a_sink_is_told_when_the_secret_dies(world: World) -> None:
    good = Service("good")
    with_services(world, good)
    registration = world.apply().registration

    secret = good.given[0].client_secret

    assert secret is not None
    assert secret.end_at == world.live[str(registration.secret_key_id)].end_at
