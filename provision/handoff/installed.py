"""Sinks that other packages bring: found by entry point, and held to the port."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path

from provision.errors import ProvisionError, SinkFailed, UsageError
from provision.handoff.port import Handover, Sink

GROUP = "provision.sinks"

SinkFactory = Callable[[Mapping[str, object], Path], Sink]
"""What an entry point names: from the keys of the manifest, and its folder, to a sink."""


def open_installed(name: str, options: Mapping[str, object], folder: Path) -> Sink:
    """Return the sink of another package.

    Args:
        name: Of its entry point.
        options: Every key of the manifest but `to` and `mailbox`.
        folder: What relative paths start from.

    Raises:
        UsageError: There is none of that name, it cannot be loaded, or refuses its keys.
    """
    point = next(iter(entry_points(group=GROUP, name=name)), None)
    if point is None:
        raise UsageError(f"hand-off to {name!r}: no package that is installed here brings it")
    label = f"hand-off to {name!r}"
    try:
        with _held_to_our_errors(f"{label}: its package cannot be used"):
            make: SinkFactory = point.load()
            return InstalledSink(name, make(options, folder))
    except UsageError as error:
        raise UsageError(f"{label}: {error.message}", hint=error.hint) from error
    except SinkFailed as error:
        raise UsageError(error.message, hint=error.hint) from error


class InstalledSink:
    """Another package's sink, its failures in our words."""

    def __init__(self, name: str, sink: Sink) -> None:
        self.name = name
        self._sink = sink

    @property
    def holder(self) -> str:
        """Return what the sink calls itself."""
        return self._sink.holder

    @property
    def holds_secrets(self) -> bool:
        """Tell what the sink tells."""
        return self._sink.holds_secrets

    def prepare(self) -> None:
        """Let the sink prove that it can be written."""
        with _held_to_our_errors(f"{self.holder}: cannot be prepared"):
            self._sink.prepare()

    def keep(self, handover: Handover) -> None:
        """Give the sink the values."""
        with _held_to_our_errors(f"{self.holder}: did not keep the values"):
            self._sink.keep(handover)

    def clear(self, client_id: str) -> bool:
        """Let the sink remove the values of an application that is no more, if it can."""
        clear: Callable[[str], bool] | None = getattr(self._sink, "clear", None)
        with _held_to_our_errors(f"{self.holder}: cannot be cleared"):
            if clear is not None:
                return clear(client_id)
            if self._sink.held_key_id() is None:
                return False
        raise SinkFailed(
            f"{self.holder}: may still hold values, and does not remove them",
            hint="remove them by hand",
        )

    def held_key_id(self) -> str | None:
        """Return the key id that the sink holds."""
        with _held_to_our_errors(f"{self.holder}: cannot be read"):
            return self._sink.held_key_id()


@contextmanager
def _held_to_our_errors(what: str) -> Iterator[None]:
    """Turn whatever strangers raise into a failed sink: a stranger's bug must not lose a secret."""
    try:
        yield
    except ProvisionError:
        raise
    except Exception as error:  # noqa: BLE001  (nobody here knows what a stranger's code raises)
        # Not chained: what a stranger's error says may quote the secret.
        raise SinkFailed(
            f"{what} ({type(error).__name__})", hint="ask whoever wrote that sink"
        ) from None
