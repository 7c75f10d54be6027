"""Progress as it happens: lines on standard error, a moving one on a terminal."""

import sys
import threading
from types import TracebackType
from typing import Self, assert_never

from provision import wiring
from provision.cli import console
from provision.stages.progress import Asked, Event, Failed, Finished, Remarked, Started, Waiting

_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_FRAME_SECONDS = 0.08


class Watch:
    """Prints what stages report; `with` keeps the moving line tidy."""

    def __init__(self, *, is_quiet: bool) -> None:
        self._is_quiet = is_quiet
        self._moves = not is_quiet and sys.stderr.isatty() and not wiring.terminal_is_dumb()
        self._now = ""
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def __call__(self, event: Event) -> None:
        """Show one event."""
        if isinstance(event, Asked):
            self._end(event.what, "warn")
            return
        if self._is_quiet:
            return
        match event:
            case Started(what=what):
                self._now = what
            case Waiting(reason=reason):
                console.err(f"… {reason}", "dim")
            case Remarked(text=text):
                self._end(f"? {text}", "dim")
            case Finished(stage=stage, evidence=evidence):
                self._end(f"✓ {stage:12} {evidence}", "good")
            case Failed(stage=stage, reason=reason):
                self._end(f"✗ {stage:12} {reason}", "bad")
            case _:
                assert_never(event)

    def pause(self) -> None:
        """Clear the moving line until something else begins."""
        self._now = ""
        if self._moves:
            console.move("")

    def _end(self, text: str, style: str) -> None:
        self._now = ""
        console.err(text, style)

    def _spin(self) -> None:
        frame = 0
        while not self._stop.wait(_FRAME_SECONDS):
            what = self._now
            if what:
                console.move(f"{_FRAMES[frame % len(_FRAMES)]} {what}")
            frame += 1

    def __enter__(self) -> Self:
        if self._moves:
            self._thread = threading.Thread(target=self._spin, daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self.pause()
