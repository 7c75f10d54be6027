"""A human is told of a new trouble at once, of an old one every day, and never of none."""

import json
import os
from pathlib import Path

import pytest

from provision.clock import ManualClock
from provision.errors import SignInRequired, SinkFailed
from provision.stages.fleet import Outcome
from provision.stages.sign_in_hook import Nagging, make_hook
from provision.vault.port import MailboxKey
from tests.unit.vault.samples import START, signed_in

HOUR = 3600.0
KEY = MailboxKey("global", "tenant-1", "client-1", "o'brien@contoso.com")


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """Return the file to which the hook adds what it is told."""
    return tmp_path / "told" / "lines"


@pytest.fixture
def nagging(told: Path) -> Nagging:
    told.parent.mkdir()
    return Nagging(
        make_hook(f"tee -a {told}", {"PATH": os.defpath}, told.parent), ManualClock(START)
    )


def lost(*, is_new: bool) -> list[Outcome]:
    return [Outcome(signed_in(KEY), None, SignInRequired("it is dead"), is_new)]


def times(told: Path) -> int:
    return told.read_text().count("signInNeeded") if told.exists() else 0


def test_an_old_trouble_is_told_once_a_day(nagging: Nagging, told: Path) -> None:
    nagging.tell(lost(is_new=False))
    nagging.clock.sleep(23 * HOUR)
    nagging.tell(lost(is_new=False))
    assert times(told) == 1

    nagging.clock.sleep(HOUR)
    nagging.tell(lost(is_new=False))
    assert times(told) == 2


def test_a_new_trouble_is_told_at_once(nagging: Nagging, told: Path) -> None:
    nagging.tell(lost(is_new=False))

    nagging.tell(lost(is_new=True))

    assert times(told) == 2


def test_no_trouble_is_not_told(nagging: Nagging, told: Path) -> None:
    nagging.tell([])

    assert times(told) == 0


def test_what_a_failing_hook_was_told_is_told_again_after_the_next_round(
    nagging: Nagging, told: Path
) -> None:
    nagging.tell(lost(is_new=False))
    told.rename(told.with_name("before"))
    told.mkdir()
    with pytest.raises(SinkFailed):
        nagging.tell(lost(is_new=True))
    told.rmdir()

    nagging.tell(lost(is_new=False))

    assert times(told) == 1


def test_the_command_is_one_that_a_shell_takes(nagging: Nagging, told: Path) -> None:
    nagging.tell(lost(is_new=True))

    (entry,) = json.loads(told.read_text())["signInNeeded"]
    assert entry["command"] == """provision authorize --mailbox 'o'"'"'brien@contoso.com'"""
