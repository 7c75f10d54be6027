"""Hand-off to GitHub Actions: outputs of a step or variables of a job, masked in its log."""

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from provision.errors import SinkFailed
from provision.handoff.port import Handover
from provision.handoff.stored_values import combined
from provision.handoff.variables import SECRETS, variables

# https://docs.github.com/actions/reference/workflow-commands-for-github-actions
_ESCAPES: Final = (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"))
SETTINGS: Final = {"outputs": "GITHUB_OUTPUT", "environment": "GITHUB_ENV"}
"""The setting that names the file, by what is written."""


class GitHubActionsSink:
    """A file that the runner reads when the step ends. Nothing can be got back from it."""

    name = "github-actions"
    holds_secrets = False

    def __init__(self, what: str, path: Path | None, writer: Callable[[str], object]) -> None:
        """Take what is written, the file that the runner named, and its log.

        Args:
            what: One of `SETTINGS`.
            path: None when the runner named none.
            writer: Writes a text to the log, where the runner finds commands.
        """
        self._setting = SETTINGS[what]
        self._path = path
        self._writer = writer

    @property
    def holder(self) -> str:
        """Return `github-actions`, the file, and that standard output is used, too."""
        return f"{self.name} {self._setting}, masked on standard output"

    def prepare(self) -> None:
        """Prove that this is a step of GitHub Actions whose file can be appended to.

        Raises:
            SinkFailed: It is not, or it cannot.
        """
        path = self._file()
        if not path.is_file() or not os.access(path, os.W_OK):
            raise SinkFailed(
                f"github-actions: the file that {self._setting} names cannot be written",
                hint="run provision in the step itself, as the runner's own account",
            )

    def keep(self, handover: Handover) -> None:
        """Mask every secret in the log, then append the values.

        Raises:
            SinkFailed: The file cannot be written, or the log must not be.
        """
        path = self._file()
        values = variables(combined(handover, None))
        masks = "".join(_masks(values[name]) for name in SECRETS if name in values)
        if masks:
            self._writer(masks)
        # Appended at once: the runner reads whole entries, and another step's are left alone.
        text = "".join(_entry(name, value) for name, value in values.items())
        try:
            with path.open("a", encoding="utf-8", newline="") as file:
                file.write(text)
        except OSError as error:
            raise SinkFailed(
                f"github-actions: the file that {self._setting} names cannot be written "
                f"({error.strerror})"
            ) from error

    def clear(self, client_id: str) -> bool:  # noqa: ARG002  (a Sink)
        """Return False: nothing of it outlives the job."""
        return False

    def held_key_id(self) -> str | None:
        """Return None: the runner takes the file away."""
        return None

    def _file(self) -> Path:
        if self._path is None:
            raise SinkFailed(
                f"github-actions: {self._setting} is not set, so this is no step of GitHub Actions",
                hint="keep this hand-off in a manifest that only workflows use",
            )
        return self._path


def _masks(secret: str) -> str:
    """Return the commands that mask a secret: as a whole, and line by line."""
    return "".join(f"::add-mask::{_escaped(text)}\n" for text in _shown(secret))


def _shown(secret: str) -> Iterator[str]:
    yield secret
    lines = [line for line in secret.splitlines() if line]
    if len(lines) > 1:
        yield from lines


def _escaped(text: str) -> str:
    for character, written in _ESCAPES:
        text = text.replace(character, written)
    return text


def _entry(name: str, value: str) -> str:
    # A value that held the delimiter could set variables of its own.
    delimiter = f"provision-{secrets.token_hex(16)}"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"
