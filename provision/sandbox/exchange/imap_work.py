"""IMAP commands that may take long: a piece at a time, so that everybody else is served too."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Final, TypeVar

from twisted.python.failure import Failure

from provision.sandbox.exchange.imap_arguments import ImapArguments

_LOG = logging.getLogger(__name__)
_Result = TypeVar("_Result")

_LARGE: Final = 16384
"""Bytes of a message from which on reading it is a thread's work."""
_SLICE: Final = 0.02
"""Seconds after which the others get their turn."""


class ImapWork(ImapArguments):
    """One connection, of which at most one command is being worked on."""

    def __init__(self) -> None:
        super().__init__()
        self._work: asyncio.Task[None] | None = None
        self._can_write = asyncio.Event()
        self._can_write.set()
        self._turn_ends = 0.0

    def connectionLost(self, reason: Failure) -> None:
        """Let go of the command that nobody waits for any more."""
        if self._work is not None:
            self._work.cancel()
        super().connectionLost(reason)

    def is_held(self) -> bool:
        """Tell whether the next command has to wait."""
        return super().is_held() or self._work is not None

    def pauseProducing(self) -> None:
        """Stop writing: the client is slower than we are."""
        self._can_write.clear()
        super().pauseProducing()

    def resumeProducing(self) -> None:
        """Go on writing."""
        self._can_write.set()
        super().resumeProducing()

    def begin(self, tag: bytes, work: Coroutine[None, None, None]) -> None:
        """Work on a command from now on; the client's next one waits."""
        loop = asyncio.get_running_loop()
        self._turn_ends = loop.time() + _SLICE
        self._work = loop.create_task(self._carry_out(tag, work))
        self._work.add_done_callback(self._end)
        self.settle()

    async def turn(self) -> None:
        """Wait until the client has read, and let others run once this command had its share."""
        await self._can_write.wait()
        loop = asyncio.get_running_loop()
        if loop.time() > self._turn_ends:
            await asyncio.sleep(0)
            self._turn_ends = loop.time() + _SLICE

    async def write_slowly(self, content: bytes) -> None:
        """Write no more at a time than fits, so that a client that stalls costs one message."""
        for start in range(0, len(content), _LARGE):
            self.transport.write(content[start : start + _LARGE])
            await self.turn()

    async def aside(self, size: int, read: Callable[[], _Result]) -> _Result:
        """Return what a function makes of a message, in a thread where the message is large."""
        if size < _LARGE:
            return read()
        return await asyncio.get_running_loop().run_in_executor(None, read)

    async def _carry_out(self, tag: bytes, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            _LOG.debug("imap: a command failed: %s", type(error).__name__)
            self.sendBadResponse(tag)

    def _end(self, work: asyncio.Task[None]) -> None:
        self._work = None
        if work.cancelled():
            return
        error = work.exception()
        if error is not None:  # a fault of ours: nobody may wait for an answer that never comes
            _LOG.debug("imap: a command broke: %s", type(error).__name__)
            self.say_bye()
            self.hang_up()
        self.settle()
