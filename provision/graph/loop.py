"""One event loop in a background thread, shared by every thread that has something to send."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import CancelledError
from threading import Lock, Thread
from typing import TypeVar

T = TypeVar("T")
_STOP_TIMEOUT = 5.0


class LoopThread:
    """Runs coroutines for synchronous callers. The thread starts with the first of them.

    It is a daemon: a process that forgot to close it ends all the same.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None

    def run(self, coroutine: Coroutine[object, object, T]) -> T:
        """Return the coroutine's result; Ctrl-C in the caller abandons it at once."""
        future = asyncio.run_coroutine_threadsafe(coroutine, self._running())
        try:
            return future.result()
        except BaseException:  # Ctrl-C included: nobody waits for the answer any more.
            future.cancel()
            raise

    @property
    def is_running(self) -> bool:
        """Whether there is a thread to stop."""
        return self._loop is not None

    def close(self) -> None:
        """Abandon what still runs and stop the thread; harmless when repeated."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None:
            return
        draining = asyncio.run_coroutine_threadsafe(_drain(), loop)
        try:
            draining.result(_STOP_TIMEOUT)
        except (TimeoutError, CancelledError):
            draining.cancel()
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_STOP_TIMEOUT)
        if not thread.is_alive():
            loop.close()

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = Thread(target=self._loop.run_forever, name=self._name, daemon=True)
                self._thread.start()
            return self._loop


async def _drain() -> None:
    """End every other task, and let closed connections say goodbye to the loop."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0)
