"""What is said once for all unit tests: said for each of two thousand, it would be a third of them.

No test here talks to anybody, none replays a cassette, and their files need not outlive them.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import pytest
from pytest_recording import network

MEMORY = Path("/dev/shm")


@pytest.fixture(scope="package")
def block_network() -> Iterator[None]:
    """Refuse every connection, to this machine too."""
    with network.blocking_context():
        yield


@pytest.fixture(scope="package")
def vcr() -> None:
    """Take the place of the fixture that opens a cassette."""


@pytest.fixture(scope="package")
def ram_folder() -> Iterator[Path]:
    """Return a folder in memory where there is one: a vault waits for the disk at each write."""
    above = MEMORY if os.access(MEMORY, os.W_OK | os.X_OK) else None
    with TemporaryDirectory(prefix="provision-", dir=above) as folder:
        yield Path(folder).resolve()


@pytest.fixture
def tmp_path(ram_folder: Path) -> Path:
    return Path(mkdtemp(dir=ram_folder))
