"""Threads share one loop, and an interrupted caller is not held up by it."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from provision.graph.loop import LoopThread


async def thread_name() -> str:
    return threading.current_thread().name


@pytest.fixture
def loop():
    thread = LoopThread("under-test")
    yield thread
    thread.close()


def test_starts_no_thread_before_there_is_something_to_run(loop):
    assert not loop.is_running


def test_runs_everything_in_one_thread(loop):
    with ThreadPoolExecutor(4) as pool:
        names = set(pool.map(lambda _: loop.run(thread_name()), range(20)))

    assert names == {"under-test"}


def test_raises_what_the_coroutine_raised(loop):
    async def fail() -> None:
        msg = "no"
        raise ValueError(msg)

    with pytest.raises(ValueError, match="no"):
        loop.run(fail())


def test_leaves_no_thread_behind(loop):
    loop.run(thread_name())
    loop.close()
    loop.close()

    assert "under-test" not in {thread.name for thread in threading.enumerate()}


def test_can_be_used_again_after_it_was_closed(loop):
    loop.run(thread_name())
    loop.close()

    assert loop.run(thread_name()) == "under-test"


def test_abandons_what_nobody_waits_for_any_more(loop):
    abandoned = threading.Event()

    async def wait_for_ever() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            abandoned.set()
            raise

    async def interrupt() -> None:
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(loop.run, wait_for_ever())
        while not abandoned.is_set():
            loop.run(interrupt())
        assert waiting.exception() is not None
