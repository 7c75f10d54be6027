"""Where programs that have to be installed are found, and what to type when they are not."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INSTALLED = ROOT / ".clients"
"""What `make clients` installs: nothing of it is the product's."""
SYSTEM = "/usr/local/sbin:/usr/sbin:/sbin"
"""Where servers lie, which are on no ordinary user's path."""


def find_program(name: str, install: str) -> Path:
    """Return a program's path, or skip the test with the line that brings the program.

    Args:
        name: As typed; looked for in `.clients/bin`, then on the path, and where servers lie.
        install: What to type, `make clients` or `apt-get install …`.
    """
    own = INSTALLED / "bin" / name
    found = str(own) if own.exists() else shutil.which(name) or shutil.which(name, path=SYSTEM)
    if found is None:
        pytest.skip(f"{name} is not installed; type: {install}")
    return Path(found)


def find_file(pattern: str, install: str) -> Path:
    """Return what a package put below the root, or skip the test with the line that brings it.

    Args:
        pattern: As `Path.glob` takes it, without the leading slash.
        install: What to type.
    """
    found = next(Path("/").glob(pattern), None)
    if found is None:
        pytest.skip(f"/{pattern} is not installed; type: {install}")
    return found


def bare_environment(home: Path, **more: str) -> dict[str, str]:
    """Return an environment that knows nothing of this machine's proxies, CAs and accounts."""
    path = os.environ["PATH"]  # noqa: TID251  (a child's environment, made here)
    return {"PATH": path, "HOME": str(home), "LANG": "C.UTF-8", **more}


def version_of(program: Path, ask: str = "--version", after: str = "") -> str:
    """Return a program's version: what looks like one in what it prints when asked.

    Args:
        program: Where it is.
        ask: What it is asked with.
        after: Words that stand before the version, where something like one stands before them.
    """
    ran = subprocess.run([program, ask], capture_output=True, text=True, check=False)
    said = (ran.stdout + ran.stderr).partition(after)[2] if after else ran.stdout + ran.stderr
    found = re.search(r"\d+([.-]\d+)+[\w.-]*", said)
    assert found is not None, ran
    return found[0]
