"""`provision demo --open` in a real browser, which a person takes past its warning."""

import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.clients.browser import QUIET, browsing, chromium_version
from tests.clients.conftest import Witness
from tests.clients.processes import free_ports
from tests.clients.programs import bare_environment, find_program
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.installed


@dataclass(frozen=True, slots=True)
class Launcher:
    """What BROWSER names: it opens Chromium in the background, as a desktop does."""

    script: Path
    port: int
    """Where the browser that it opens can be driven."""


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[Launcher]:
    chromium = find_program("chromium", "apt-get install chromium chromium-driver")
    (port,) = free_ports(1)
    options = " ".join(f"'{option}'" for option in QUIET)
    script, opened = tmp_path / "browser", tmp_path / "opened"
    script.write_text(
        f'#!/bin/sh\n"{chromium}" {options} --remote-debugging-port={port} '
        f'--user-data-dir="{tmp_path}/profile" "$1" >/dev/null 2>&1 &\necho $! >"{opened}"\n',
        encoding="utf-8",
    )
    script.chmod(0o755)
    yield Launcher(script, port)
    with suppress(FileNotFoundError, ProcessLookupError):
        os.kill(int(opened.read_text()), signal.SIGTERM)


@pytest.fixture
def demo(launcher: Launcher, tmp_path: Path) -> Iterator[Terminal]:
    """The demo at a terminal; whatever happens, it and its sandbox are ended."""
    environment = bare_environment(
        tmp_path, BROWSER=str(launcher.script), TERM="dumb", NO_COLOR="1"
    )
    command = [sys.executable, "-m", "provision", "demo", "--open"]
    with Terminal(command, tmp_path, environment) as terminal:
        yield terminal
        terminal.interrupt()
        terminal.child.wait(30)


def test_a_person_signs_in_past_the_warning_and_the_demo_carries_on(
    demo: Terminal, launcher: Launcher, tmp_path: Path, witness: Witness
) -> None:
    demo.expect("  password  ")
    password = demo.expect("\n")
    demo.expect("A browser window was opened.")
    with browsing(tmp_path, {"debuggerAddress": f"127.0.0.1:{launcher.port}"}) as browser:
        browser.click("#details-button")
        warning = browser.text("#final-paragraph")
        browser.click("#proceed-link")
        browser.type("#passwd", password)
        browser.click("button[type=submit]")
        browser.wait_for("main.good")
        shown = browser.text("main")
    assert demo.end() == 0, demo.shown

    assert "localhost" in warning
    assert "You are signed in" in shown
    assert re.search(r"13 stages, 4 Graph requests, 0 retries; .* 0 changes", demo.shown)
    witness("chromium", chromium_version(), "signed in to provision demo --open, past its warning")
