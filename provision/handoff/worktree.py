"""Whether git would commit a file: secrets never go where the next `git add` would take them."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

from provision.errors import SinkFailed

_IGNORED: Final = 0
_NOT_IGNORED: Final = 1
_PATIENCE: Final = 10.0


def refuse_if_committed(path: Path) -> None:
    """Refuse a path in a git work tree, unless git ignores it.

    Raises:
        SinkFailed: Git tracks the file or would add it, or git cannot be asked.
    """
    location = path.parent.resolve() / path.name
    tree = _work_tree(location)
    if tree is None:
        return
    answer = _check_ignore(location)
    if answer == _IGNORED:
        return
    if answer == _NOT_IGNORED:
        raise SinkFailed(
            f"{path}: git would commit this file with its secrets",
            hint=f"add /{location.relative_to(tree)} to {tree / '.gitignore'} (and run "
            "`git rm --cached` on it if it is tracked), or name a path outside the work tree",
        )
    raise SinkFailed(
        f"{path}: is inside the git work tree {tree}, and git does not say whether it ignores it",
        hint="name a path outside the work tree",
    )


def _work_tree(location: Path) -> Path | None:
    """Return the nearest directory above that holds a `.git`, directory or file."""
    return next((folder for folder in location.parents if (folder / ".git").exists()), None)


def _check_ignore(location: Path) -> int | None:
    """Return git's answer, or None when there is no git or it does not answer."""
    git = shutil.which("git")
    if git is None:
        return None
    command = [git, "-C", str(location.parent), "check-ignore", "--quiet", "--", location.name]
    try:
        # The program is found by name on purpose; every argument is ours and no shell reads them.
        answer = subprocess.run(command, capture_output=True, check=False, timeout=_PATIENCE)  # noqa: S603  (see above)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.returncode
