"""A checkout of its own for a test that plants files which git would take."""

import subprocess
from pathlib import Path

import pytest


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return an empty folder under git."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    return tmp_path
