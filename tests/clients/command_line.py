"""A program that is typed: what it printed, and what it said when it refused."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Said:
    """What one run printed."""

    status: int
    output: str
    errors: str


@dataclass(frozen=True, slots=True)
class CommandLine:
    """A program in an environment and a folder of its own."""

    program: Path
    environment: dict[str, str]
    folder: Path

    def run(self, *words: str) -> Said:
        done = subprocess.run(
            [self.program, *words],
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_LONGEST,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    @contextmanager
    def running(self, *words: str) -> Iterator["subprocess.Popen[str]"]:
        """Run it beside the block; it must have gone well when the block ends."""
        child = subprocess.Popen(
            [self.program, *words],
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield child
            assert child.wait(_LONGEST) == 0
        finally:
            child.kill()
            child.communicate()

    def text(self, *words: str) -> str:
        """Return what a run printed that must go well."""
        said = self.run(*words)
        assert said.status == 0, said.errors or said.output
        return said.output

    def value(self, *words: str) -> Any:
        """Return the JSON that a run printed that must go well."""
        return json.loads(self.text(*words))

    def refusal(self, *words: str) -> str:
        """Return what a run said that must go wrong."""
        said = self.run(*words)
        assert said.status != 0, said.output
        return said.errors or said.output
