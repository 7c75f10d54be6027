"""Which sink gets which mailbox's values: the manifest's hand-offs, or one in their place."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from provision.errors import SinkFailed, UsageError
from provision.handoff.port import Sink
from provision.handoff.sinks import make_sink
from provision.manifest.model import Manifest
from provision.stages.secret_custody import Target
from provision.tenant.mailbox import Mailbox

MakeSink = Callable[[str, str, Path], Sink]
"""From a format, a path and the directory that a relative path starts from to a sink."""


class Writer(Protocol):
    """Takes the text of a hand-off to standard output."""

    def __call__(self, text: str, *, has_secrets: bool) -> object:
        """Write it.

        Raises:
            SinkFailed: It must not stand there.
        """
        ...


@dataclass(frozen=True, slots=True)
class ChosenTarget:
    """A hand-off that somebody asked for by hand."""

    to: str
    """The format."""
    path: str
    """Relative to the current directory; `-` is standard output."""
    address: str | None
    """Of the mailbox; None where there is only one."""


def sink_maker(writer: Writer | None, *, with_secrets: bool) -> MakeSink:
    """Return what makes sinks.

    Args:
        writer: None where there is no standard output; that is said when it is to be written.
        with_secrets: Whether a worksheet shows the secrets; the other formats always carry them.
    """

    def make(to: str, path: str, folder: Path) -> Sink:
        has_secrets = with_secrets or to != "aem-forms"
        write = partial(writer or _nowhere, has_secrets=has_secrets)
        return make_sink(to, path, with_secrets=with_secrets, base=folder, writer=write)

    return make


def targets_of(manifest: Manifest, folder: Path, make: MakeSink) -> tuple[Target, ...]:
    """Return the manifest's hand-offs; `folder` is where it lies."""
    return tuple(
        Target(make(t.to, str(t.path), folder), _mailbox(manifest, t.mailbox))
        for t in manifest.handoff
    )


def chosen_target(manifest: Manifest, choice: ChosenTarget, make: MakeSink) -> Target:
    """Return the hand-off that somebody asked for.

    Raises:
        UsageError: The manifest does not name that mailbox, or names several and none was chosen.
    """
    return Target(make(choice.to, choice.path, Path()), _mailbox(manifest, choice.address))


def _nowhere(text: str, *, has_secrets: bool) -> None:  # noqa: ARG001  (a Writer)
    raise SinkFailed("standard output: is not available here", hint="name a file in `path`")


def _mailbox(manifest: Manifest, address: str | None) -> Mailbox | None:
    known = {m.address.lower(): m for m in manifest.mailboxes}
    if address is None:
        if len(known) > 1:
            raise UsageError(
                f"a hand-off holds one mailbox, and the manifest names {len(known)}",
                hint=f"say which with --mailbox: {', '.join(known)}",
            )
        return next(iter(known.values()), None)
    if address.lower() not in known:
        raise UsageError(
            f"mailbox {address}: not in the manifest",
            hint=f"it has {', '.join(known)}" if known else "add it to the manifest's `mailboxes`",
        )
    return known[address.lower()]
