"""One world a test."""

from pathlib import Path

import pytest

from provision.tenant.registration import Registration
from tests.unit.stages.people import Person
from tests.unit.stages.rotating import WORK_ONLY
from tests.unit.stages.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def host(world: World) -> World:
    """Return the world with a vault that another process could open."""
    return world.with_file()


@pytest.fixture
def registration(world: World) -> Registration:
    return world.registered()


@pytest.fixture
def person(world: World) -> Person:
    return Person(world)


@pytest.fixture
def applied(world: World) -> World:
    """Return the world with an application for organisations, made a minute ago."""
    world.with_sink()
    world.applied(WORK_ONLY)
    world.clock.sleep(60)
    return world
