"""Private files, replaced atomically: 0600, whole or untouched, durable when the call returns."""

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final, TextIO

from provision.errors import SinkFailed

_MODE: Final = 0o600
_NO_DIRECTORY_SYNC: Final = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EACCES})
"""What file systems and platforms answer that cannot sync a directory."""


_ELSEWHERE: Final = "name another path in the manifest's `handoff`"


def check_writable(path: Path, *, elsewhere: str = _ELSEWHERE) -> None:
    """Prove that a file can be replaced, and leave nothing behind.

    Args:
        path: The file.
        elsewhere: What to do where it must not be replaced.

    Raises:
        SinkFailed: The directory is missing or closed, or something is at the path that must not
            be replaced: a directory, a device, a symbolic link, another user's file.
    """
    _check_target(path, elsewhere)
    if not path.parent.is_dir():
        raise SinkFailed(
            f"{path}: the directory {path.parent} does not exist",
            hint=f"make the directory, or {elsewhere}",
        )
    try:
        descriptor, name = _temporary(path)
    except OSError as error:
        raise SinkFailed(
            f"{path}: the directory {path.parent} cannot be written ({error.strerror})",
            hint="let the account that runs provision write there, or name another path",
        ) from error
    os.close(descriptor)
    Path(name).unlink()


def read_private(path: Path) -> str | None:
    """Return the text of a file, or None when there is none.

    Raises:
        SinkFailed: There is one that cannot be read.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise SinkFailed(f"{path}: the file is not UTF-8 text") from error
    except OSError as error:
        raise SinkFailed(f"{path}: the file cannot be read ({error.strerror})") from error


def replace_private(path: Path, write: Callable[[TextIO], object]) -> None:
    """Replace a file by what `write` writes, readable by its owner alone.

    The new text goes to a temporary file in the same directory, is synced and renamed over the old
    one; a failure at any point leaves the old file as it was and no temporary one.

    Raises:
        SinkFailed: The operating system refused.
    """
    try:
        descriptor, name = _temporary(path)
    except OSError as error:
        raise SinkFailed(f"{path}: the file cannot be written ({error.strerror})") from error
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            os.fchmod(file.fileno(), _MODE)
            write(file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_directory(path.parent)
    except OSError as error:
        raise SinkFailed(f"{path}: the file cannot be written ({error.strerror})") from error
    finally:
        # Gone after the rename; Ctrl-C included, no half-written secret stays on the disk.
        temporary.unlink(missing_ok=True)


def remove_private(path: Path) -> None:
    """Remove a file that was replaced by us.

    Raises:
        SinkFailed: The operating system refused.
    """
    _check_target(path)
    try:
        path.unlink(missing_ok=True)
        _sync_directory(path.parent)
    except OSError as error:
        raise SinkFailed(f"{path}: the file cannot be removed ({error.strerror})") from error


def _temporary(path: Path) -> tuple[int, str]:
    """Create an empty file beside the path that nobody else can open."""
    return tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")


def _check_target(path: Path, elsewhere: str = _ELSEWHERE) -> None:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise SinkFailed(f"{path}: the path cannot be looked at ({error.strerror})") from error
    hint = elsewhere
    if stat.S_ISLNK(status.st_mode):
        raise SinkFailed(f"{path}: is a symbolic link, and would be replaced by a file", hint=hint)
    if stat.S_ISDIR(status.st_mode):
        raise SinkFailed(f"{path}: is a directory", hint=hint)
    if not stat.S_ISREG(status.st_mode):
        raise SinkFailed(f"{path}: is not an ordinary file", hint=hint)
    if status.st_uid != os.geteuid():
        raise SinkFailed(f"{path}: belongs to another user", hint=hint)


def _sync_directory(directory: Path) -> None:
    """Make the rename itself durable, where the file system can."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_DIRECTORY_SYNC:
            raise
    finally:
        with contextlib.suppress(OSError):
            os.close(descriptor)
