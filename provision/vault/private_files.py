"""Directories and files that nobody else may read: made so, and refused when they are not."""

import os
import sys
from pathlib import Path
from stat import S_IMODE, S_ISDIR

from provision.errors import VaultFailed

_OTHERS = 0o077


def make_private_directory(path: Path) -> None:
    """Create a directory for its owner alone, parents included, unless it is there already.

    Raises:
        VaultFailed: It cannot be created, or is there and lets others in.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise VaultFailed(
            f"directory {path}: cannot be created ({error.strerror})",
            hint="set PROVISION_VAULT to a path where you may write, or to `none`",
        ) from error
    require_private(path)


def require_private(path: Path) -> os.stat_result | None:
    """Return what the file system says about a path, None when nothing is there.

    Raises:
        VaultFailed: The path cannot be looked at, or lets anyone but its owner in.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise VaultFailed(
            f"{path}: cannot be read ({error.strerror})",
            hint="check the path and that it belongs to you",
        ) from error
    # Windows keeps who may read what elsewhere; its mode bits say nothing.
    if sys.platform != "win32" and found.st_mode & _OTHERS:
        is_directory = S_ISDIR(found.st_mode)
        wanted = "700" if is_directory else "600"
        kind = "directory" if is_directory else "file"
        raise VaultFailed(
            f"{kind} {path}: lets others in (mode {S_IMODE(found.st_mode):o}, not {wanted})",
            hint=f"if nobody else uses it: chmod {wanted} {path}; otherwise set PROVISION_VAULT "
            "to a file in a directory of its own",
        )
    return found


def sync_directory(path: Path) -> None:
    """Make a fresh name in a directory survive a power cut."""
    if sys.platform == "win32":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
