"""Locks between processes: one file each, named by a digest, held by whoever has it open."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from provision.clock import Clock
from provision.errors import VaultFailed
from provision.vault.private_files import make_private_directory

if TYPE_CHECKING:
    from filelock import FileLock

_POLL: Final = 0.05
"""Seconds between two looks at a lock that somebody else holds."""


@contextmanager
def file_lock(
    directory: Path, name: tuple[str, ...], timeout: float, clock: Clock
) -> Iterator[bool]:
    """Hold a lock for the `with` block, if it can be had in time.

    The operating system releases it when the process ends, however it ends. The file stays: a
    lock file that is removed is two locks for a moment.

    Returns:
        Yields whether the lock is held.

    Raises:
        VaultFailed: The directory cannot be used.
    """
    # A cached token needs no lock and should not pay for the library.
    from filelock import FileLock  # noqa: PLC0415  (see above)

    make_private_directory(directory)
    digest = sha256(json.dumps(name).encode()).hexdigest()[:32]
    lock = FileLock(directory / f"{digest}.lock", mode=0o600)
    deadline = clock.monotonic() + timeout
    held = _is_acquired(lock)
    while not held and clock.monotonic() < deadline:
        clock.sleep(_POLL)
        held = _is_acquired(lock)
    try:
        yield held
    finally:
        if held:
            lock.release()


def _is_acquired(lock: "FileLock") -> bool:
    from filelock import Timeout  # noqa: PLC0415  (as above)

    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    except OSError as error:
        raise VaultFailed(
            f"lock file {lock.lock_file}: cannot be used ({error.strerror})",
            hint="check that it belongs to you, or remove it while no provision is running",
        ) from error
    return True
