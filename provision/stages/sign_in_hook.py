"""Tell a human, through a program of the operator's, which mailbox owners have to sign in."""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from provision.clock import Clock
from provision.errors import SinkFailed, UsageError
from provision.handoff.programs import Surroundings, find, quoted, run
from provision.stages.fleet import Outcome
from provision.stages.sink_means import without_own_secrets

_TIMEOUT: Final = 60.0
_AGAIN: Final = timedelta(days=1).total_seconds()
"""How long a trouble that was told rests before it is told again."""
_BY_HAND: Final = 'run it by hand: echo \'{"version": 1, "signInNeeded": []}\' | COMMAND'


@dataclass(frozen=True, slots=True)
class SignInHook:
    """A program that reads JSON from its standard input; it is given no secret."""

    argv: tuple[str, ...]
    around: Surroundings

    def tell(self, lost: Sequence[Outcome]) -> None:
        """Run the program once for all mailboxes of a round.

        Raises:
            SinkFailed: It is not there, failed, or took too long.
        """
        said = json.dumps({"version": 1, "signInNeeded": [_entry(one) for one in lost]})
        try:
            ended = run(self.argv, self.around, said.encode())
        except SinkFailed as error:
            raise SinkFailed(f"hook: {error.message}", hint=_BY_HAND) from error
        if ended.code:
            words = quoted(ended.complaint, ())
            raise SinkFailed(
                f"hook: command {self.argv[0]} ended with {ended.code}",
                hint=f"its last words: {words}" if words else _BY_HAND,
            )


@dataclass
class Nagging:
    """When a human is told: of a new trouble at once, of an old one every day."""

    hook: SignInHook
    clock: Clock
    told_at: float | None = None
    """On the clock's monotonic scale; None while nobody has heard of what is lost."""

    def tell(self, lost: Sequence[Outcome]) -> None:
        """Run the hook after a round, if it is time.

        Raises:
            SinkFailed: It is not there, failed, or took too long; after the next round it is run
                again.
        """
        now = self.clock.monotonic()
        is_new = any(one.is_newly_lost for one in lost)
        if not lost or not (is_new or self.told_at is None or now - self.told_at >= _AGAIN):
            return
        # Nobody has heard of it until the hook has ended well.
        self.told_at = None
        self.hook.tell(lost)
        self.told_at = now


def make_hook(command: str, settings: Mapping[str, str], folder: Path) -> SignInHook:
    """Return the hook that a command line names; no shell reads it.

    Args:
        command: As a person types it, `mail-admin --queue forms`.
        settings: The environment that it gets, but for provision's own secrets.
        folder: Where it runs.

    Raises:
        UsageError: It is no command line, or there is no such program.
    """
    try:
        argv = tuple(shlex.split(command))
    except ValueError:
        argv = ()
    if not argv:
        raise UsageError(
            f"--hook {command!r}: is no command line", hint="--hook 'PROGRAM ARGUMENT'"
        )
    environment = without_own_secrets(settings)
    around = Surroundings(environment, folder.resolve(), _TIMEOUT, frozenset(argv[:1]))
    try:
        find(argv[0], around)
    except SinkFailed as error:
        hint = "install it, or name it by its path"
        raise UsageError(f"--hook {argv[0]}: there is no such program here", hint=hint) from error
    return SignInHook(argv, around)


def _entry(lost: Outcome) -> dict[str, object]:
    key, failure = lost.signed_in.key, lost.failure
    return {
        "mailbox": key.address,
        "signInAs": lost.signed_in.sign_in_as,
        "uniqueName": lost.signed_in.unique_name,
        "tenantId": key.tenant_id,
        "clientId": key.client_id,
        "reason": "" if failure is None else failure.message,
        "isNew": lost.is_newly_lost,
        "command": f"provision authorize --mailbox {shlex.quote(key.address)}",
    }
