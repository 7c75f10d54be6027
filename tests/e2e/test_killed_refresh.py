"""A refresh that is killed before or after any of its steps in the vault loses no token."""

import os
from collections.abc import Callable
from dataclasses import replace
from multiprocessing import get_context
from typing import Any

import pytest

from provision import wiring
from provision.clock import StoppableClock
from provision.stages.progress import nobody_listens
from provision.stages.refresh import renew
from tests.e2e.fleets import newest, vault_of
from tests.e2e.workplace import OWNER, Workplace

KILLED = 9
MOST = 20
"""Calls of the vault in one refresh; the last ones that are killed never come."""


class DyingVault:
    """A vault whose process ends at its nth call, before it or after it; 0 counts the calls."""

    def __init__(self, vault: Any, at: int, *, is_after: bool) -> None:
        self._vault, self._at, self._is_after = vault, at, is_after
        self.calls = 0

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._vault, name)

        def call(*arguments: Any, **named: Any) -> Any:
            self.calls += 1
            is_time = self.calls == self._at
            if is_time and not self._is_after:
                os._exit(KILLED)
            result = method(*arguments, **named)
            if is_time:
                os._exit(KILLED)
            return result

        return call


def _renew_and_die(work: Workplace, at: int, *, is_after: bool) -> None:
    clock = StoppableClock()
    with work.settings(), wiring.open_fleet(nobody_listens, clock) as members:
        (member,) = members
        assert not isinstance(member.services, Exception)
        dying: Any = DyingVault(member.services.vault, at, is_after=is_after)
        renew(member.signed_in, replace(member.services, vault=dying))
    os._exit(0)


@pytest.mark.parametrize("is_after", [False, True])
def test_the_next_run_carries_on_from_wherever_a_refresh_died(work, is_after):
    work.signed_in()
    vault = vault_of(work)
    (found,) = vault.find_sign_ins(address=OWNER)
    ends = []
    for at in range(1, MOST):
        before = newest(vault, found.key)
        child = get_context("fork").Process(
            target=_renew_and_die, args=(work, at), kwargs={"is_after": is_after}
        )
        child.start()
        child.join()
        ends.append(child.exitcode)

        left = newest(vault, found.key)
        assert left.suspect_reason is None
        assert left.generation in (before.generation, before.generation + 1)
        assert left.token == before.token or left.generation == before.generation + 1
        work.done("refresh", "--mailbox", OWNER)
        assert newest(vault, found.key).generation > left.generation

    assert ends.count(KILLED) >= 6
    assert ends[-1] == 0
