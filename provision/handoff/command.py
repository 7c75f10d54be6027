"""Hand-off to a command: values on its standard input, never in its arguments or environment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from provision.errors import SinkFailed
from provision.handoff import dotenv, json_file
from provision.handoff.port import Handover
from provision.handoff.programs import Ended, Surroundings, find, quoted, run
from provision.handoff.stored_values import Holding, combined
from provision.secret import Secret

_LONGEST_KEY_ID: Final = 100


@dataclass(frozen=True, slots=True)
class Commands:
    """What is run when; each a program and its arguments."""

    keep: tuple[str, ...]
    """Reads the values."""
    check: tuple[str, ...] = ()
    """Proves that `keep` would work; nothing is run when empty."""
    read: tuple[str, ...] = ()
    """Prints the key id that is stored; nobody can tell when empty."""
    format: str = "json"
    """What `keep` reads: `json` or `dotenv`."""


class CommandSink:
    """A program of the user's choice."""

    name = "command"

    def __init__(self, commands: Commands, around: Surroundings) -> None:
        self._commands = commands
        self._around = around

    @property
    def holder(self) -> str:
        """Return `command` and the program; arguments may be long, and are nobody's name."""
        return f"{self.name} {self._commands.keep[0]}"

    @property
    def holds_secrets(self) -> bool:
        """Tell that only a command does whose key id can be read back."""
        return bool(self._commands.read)

    def prepare(self) -> None:
        """Run the check, or at least find the programs.

        Raises:
            SinkFailed: A program may not be run, is not there, or the check failed.
        """
        for argv in (self._commands.keep, self._commands.read):
            if argv:
                find(argv[0], self._around)
        check = self._commands.check
        if check:
            ended = run(check, self._around)
            if ended.code:
                raise _failed(check, ended, "refused beforehand", ())

    def keep(self, handover: Handover) -> None:
        """Give the values to the program, and read the key id back where that can be done.

        Raises:
            SinkFailed: The program failed, took too long, or does not give the key id back.
        """
        holding = combined(handover, None)
        made = dotenv.document if self._commands.format == "dotenv" else json_file.document
        ended = run(self._commands.keep, self._around, made(holding).encode())
        if ended.code:
            raise _failed(self._commands.keep, ended, "did not take the values", _hidden(holding))
        if self._commands.read and holding.key_id and self.held_key_id() != holding.key_id:
            raise SinkFailed(
                f"{self.holder}: ended well, but `read` does not give the key id back",
                hint="correct `read` in the manifest's `handoff`: it prints the key id alone",
            )

    def clear(self, client_id: str) -> bool:  # noqa: ARG002  (a Sink)
        """Tell that nobody knows how to remove what a program has stored.

        Raises:
            SinkFailed: There is something, as far as `read` can tell.
        """
        if self.held_key_id() is None:
            return False
        raise SinkFailed(
            f"{self.holder}: the values are still where it put them",
            hint="remove them with that program's own command",
        )

    def held_key_id(self) -> str | None:
        """Return what `read` prints; None when it ends with an error, as for what is not there."""
        read = self._commands.read
        if not read:
            return None
        ended = run(read, self._around)
        found = ended.output.strip()
        is_one = found.isprintable() and len(found) <= _LONGEST_KEY_ID
        return found if found and is_one and not ended.code else None


def _hidden(holding: Holding) -> tuple[Secret, ...]:
    held = (holding.client_secret, holding.token)
    return tuple(one.secret for one in held if one is not None)


def _failed(argv: tuple[str, ...], ended: Ended, what: str, hidden: Sequence[Secret]) -> SinkFailed:
    how = f"signal {-ended.code}" if ended.code < 0 else f"code {ended.code}"
    said = quoted(ended.complaint, hidden)
    return SinkFailed(
        f"command {argv[0]}: {what}, and ended with {how}",
        hint=f"its last words: {said}" if said else "run it by hand with made-up values",
    )
