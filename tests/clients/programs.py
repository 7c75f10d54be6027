"""Where programs that have to be installed are found, and what to type when they are not."""

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INSTALLED = ROOT / ".clients"
"""What `make clients` installs: nothing of it is the product's."""


def find_program(name: str, install: str) -> Path:
    """Return a program's path, or skip the test with the line that brings the program.

    Args:
        name: As typed; looked for in `.clients/bin`, then on the path.
        install: What to type, `make clients` or `apt-get install …`.
    """
    own = INSTALLED / "bin" / name
    found = str(own) if own.exists() else shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed; type: {install}")
    return Path(found)


def bare_environment(home: Path, **more: str) -> dict[str, str]:
    """Return an environment that knows nothing of this machine's proxies, CAs and accounts."""
    path = os.environ["PATH"]  # noqa: TID251  (a child's environment, made here)
    return {"PATH": path, "HOME": str(home), "LANG": "C.UTF-8", **more}
