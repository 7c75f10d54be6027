"""Ctrl-C waits until what was begun is done; a second one does not."""

import signal
import threading
from collections.abc import Callable, Iterator

import pytest

from provision.stages.deferred_interrupt import make_shield
from provision.stages.progress import Event, Waiting


class Watcher:
    """Takes what is reported, from whatever thread."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._told = threading.Event()

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self._told.set()

    def was_told(self) -> bool:
        return self._told.wait(5)


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


@pytest.fixture(autouse=True)
def usual_ctrl_c() -> Iterator[None]:
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, previous)


def press() -> None:
    signal.raise_signal(signal.SIGINT)


def shielded(watcher: Watcher, act: Callable[[], object], done: list[str]) -> None:
    with make_shield(watcher)():
        act()
        done.append("finished")


def test_what_was_begun_is_finished_before_ctrl_c_is_heard(watcher: Watcher) -> None:
    done: list[str] = []

    with pytest.raises(KeyboardInterrupt):
        shielded(watcher, press, done)

    assert done == ["finished"]


def test_says_that_it_is_finishing(watcher: Watcher) -> None:
    with pytest.raises(KeyboardInterrupt):
        shielded(watcher, press, [])

    assert watcher.was_told()
    assert [type(event) for event in watcher.events] == [Waiting]


def test_a_second_ctrl_c_is_heard_at_once(watcher: Watcher) -> None:
    done: list[str] = []

    def press_twice() -> None:
        press()
        press()

    with pytest.raises(KeyboardInterrupt):
        shielded(watcher, press_twice, done)

    assert done == []


def test_ctrl_c_during_a_write_that_fails_is_still_heard(watcher: Watcher) -> None:
    def press_and_fail() -> None:
        press()
        raise ValueError

    with pytest.raises(KeyboardInterrupt):
        shielded(watcher, press_and_fail, [])


def test_afterwards_ctrl_c_is_what_it_was(watcher: Watcher) -> None:
    shielded(watcher, lambda: None, [])

    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert watcher.events == []


def test_who_ignores_ctrl_c_goes_on_ignoring_it(watcher: Watcher) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    done: list[str] = []

    shielded(watcher, press, done)

    assert done == ["finished"]


def test_other_threads_are_left_alone(watcher: Watcher) -> None:
    handlers: list[object] = []
    look = threading.Thread(
        target=shielded,
        args=(watcher, lambda: handlers.append(signal.getsignal(signal.SIGINT)), []),
    )

    look.start()
    look.join()

    assert handlers == [signal.default_int_handler]
