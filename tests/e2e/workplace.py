"""A person's machine: a folder with a manifest, a vault and settings, and the program run in it."""

import io
import json
import queue
import re
import secrets
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import pytest

from provision.cli.app import main as app_main
from provision.cli.token import main as token_main
from provision.sandbox.visitor import Decision, Visitor
from tests.e2e.levers import Levers
from tests.e2e.terminal import Terminal
from tests.fakes.key_vault import MemoryKeyVault

OWNER = "forms@contoso.com"
PATIENCE = 60.0
_PAGES = ("/oauth2/v2.0/authorize?", "/v2.0/adminconsent?", "/devicelogin")
_USER_CODE = re.compile(r"type the code (\w+) ")
_SETTINGS = ("CLIENT_ID", "CLIENT_SECRET", "TENANT_ID", "CLIENT_CERTIFICATE_PATH")


@dataclass(frozen=True, slots=True)
class Ran:
    """How one run of the program ended."""

    code: int
    out: str
    err: str
    shows_secrets: bool = False
    """Whether standard output is where the secrets were asked for."""


@dataclass
class Visit:
    """Who opens the sign-in link, and what they do there."""

    user: str = OWNER
    decide: Decision = "accept"
    seen: "queue.Queue[str]" = field(default_factory=queue.Queue)
    """Where each visit ended, query included."""


class Pasted(io.StringIO):
    """Standard input that brings what a person copies from the browser after a visit."""

    def __init__(self, visit: Visit, copy: Callable[[str], str] = str) -> None:
        super().__init__()
        self._visit = visit
        self._copy = copy
        self.copied = ""

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]  # typeshed: bytes
        """Wait for the visit to end; give its last address as it was copied."""
        self.copied = self._copy(self._visit.seen.get(timeout=PATIENCE))
        return f"{self.copied}\n"


class Workplace:
    """One folder, one manifest, one vault; everything it runs is kept for the canary."""

    def __init__(
        self, folder: Path, levers: Levers, monkeypatch: pytest.MonkeyPatch, runs: list[Ran]
    ) -> None:
        self.folder = folder
        self.levers = levers
        self.name = f"e2e-{secrets.token_hex(6)}"
        self.runs = runs
        self._monkeypatch = monkeypatch
        self.environment = {
            "AZURE_CLIENT_ID": levers.ready.admin_client_id,
            "AZURE_CLIENT_SECRET": levers.ready.admin_client_secret.reveal(),
            "PROVISION_VAULT": str(folder / "vault" / "vault.db"),
            "PROVISION_VAULT_KEY": b64encode(secrets.token_bytes(32)).decode(),
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "HOME": str(folder),
        }
        self.write_manifest()

    # Its files

    def write_manifest(self, text: str = "", *, application: str = "", mailboxes: str = "",
                       tenant: str = "contoso.com") -> None:  # fmt: skip
        """Write provision.yaml: one mailbox over all protocols, and what is given besides."""
        boxes = mailboxes or f"[{{address: {OWNER}, protocols: [imap, pop, smtp]}}]"
        self.file("provision.yaml").write_text(
            f"tenant: {tenant}\n"
            f"cloud: {self.levers.ready_file}\n"
            f"application:\n  uniqueName: {self.name}\n  displayName: {self.name}\n"
            f"{application}"
            f"mailboxes: {boxes}\n{text}",
            encoding="utf-8",
        )

    def file(self, name: str) -> Path:
        """Return a file of this folder."""
        return self.folder / name

    def elsewhere(self, name: str) -> "Workplace":
        """Return another machine for the same manifest: its vault is its own."""
        folder = self.folder / name
        folder.mkdir()
        other = Workplace(folder, self.levers, self._monkeypatch, self.runs)
        other.name = self.name
        other.environment = self.environment | other.environment
        other.file("provision.yaml").write_text(self.file("provision.yaml").read_text())
        return other

    def use_vault(self, vault: MemoryKeyVault) -> None:
        """Name a cloud file that trusts the key vault's CA beside the sandbox's own."""
        cloud = json.loads(self.levers.ready_file.read_text())
        both = self.file("both.pem")
        both.write_bytes(Path(cloud["caBundle"]).read_bytes() + vault.ca.read_bytes())
        public = {k: v for k, v in cloud.items() if k not in ("admin", "users", "control")}
        self.file("cloud.json").write_text(json.dumps({**public, "caBundle": str(both)}))
        manifest = self.file("provision.yaml")
        text = manifest.read_text().replace(str(self.levers.ready_file), "./cloud.json")
        manifest.write_text(text)

    # Running the program

    def run(
        self,
        *arguments: str,
        stdin: str | io.StringIO = "",
        visit: Visit | None = None,
        shows_secrets: bool = False,
    ) -> Ran:
        """Run a command within this process, without a terminal."""
        out, err = io.StringIO(), _Stderr(self._visitor(visit))
        run = token_main if arguments[0] == "token" else app_main
        argv = arguments[1:] if arguments[0] == "token" else arguments
        with self.settings(stdin), redirect_stdout(out), redirect_stderr(err):
            code = run(list(argv))
        err.join()
        return self.note(Ran(code, out.getvalue(), err.getvalue(), shows_secrets))

    def spawn(self, *arguments: str, stdin: str = "", shows_secrets: bool = False) -> Ran:
        """Run a command as a process of its own, without a terminal."""
        finished = subprocess.run(
            [sys.executable, "-m", "provision", *arguments],
            input=stdin, capture_output=True, text=True, check=False, timeout=PATIENCE,
            cwd=self.folder, env=self.process_environment(),
        )  # fmt: skip
        ran = Ran(finished.returncode, finished.stdout, finished.stderr, shows_secrets)
        return self.note(ran)

    def start(
        self, *arguments: str, stdin: int | IO[bytes] = subprocess.DEVNULL
    ) -> "subprocess.Popen[str]":
        """Start a command and let it run; pass what it said to `note`."""
        return subprocess.Popen(
            [sys.executable, "-m", "provision", *arguments],
            stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            cwd=self.folder, env=self.process_environment(),
        )  # fmt: skip

    @contextmanager
    def terminal(self, *arguments: str) -> Iterator[Terminal]:
        """Run a command at a terminal for as long as the block lasts."""
        command = [sys.executable, "-m", "provision", *arguments]
        environment = self.process_environment() | {"TERM": "xterm", "BROWSER": "/bin/false"}
        with Terminal(command, self.folder, environment) as terminal:
            yield terminal
            self.note(Ran(terminal.child.poll() or 0, "", terminal.shown))

    def process_environment(self) -> dict[str, str]:
        """Return everything that a process of this workplace may know."""
        return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", **self.environment}

    def note(self, ran: Ran) -> Ran:
        """Show a run to the canary."""
        self.runs.append(ran)
        return ran

    def done(self, *arguments: str, visit: Visit | None = None) -> Ran:
        """Run a command that must succeed."""
        ran = self.run(*arguments, visit=visit)
        assert ran.code == 0, ran
        return ran

    def applied(self) -> "Workplace":
        """Register the application."""
        self.done("apply", "--yes")
        return self

    def signed_in(self) -> "Workplace":
        """Register the application and sign the mailbox's owner in."""
        self.done("apply", "--yes", "--through", "authorize", visit=Visit())
        return self

    def _visitor(self, visit: Visit | None) -> Callable[[str, str], None]:
        ready = self.levers.ready
        chosen = visit or Visit()

        def go(url: str, user_code: str) -> None:
            password = ready.password_of(chosen.user)
            found = Visitor(ready.ca_bundle).visit(
                url, chosen.user, password, chosen.decide, user_code=user_code
            )
            chosen.seen.put(found.final_url)

        return go if visit is not None else lambda _url, _code: None

    @contextmanager
    def settings(self, stdin: str | io.StringIO = "") -> Iterator[None]:
        """Make this process one of this workplace for as long as the block lasts."""
        with self._monkeypatch.context() as patch:
            for name in _SETTINGS:
                patch.delenv(f"AZURE_{name}", raising=False)
                patch.delenv(f"ARM_{name}", raising=False)
            for name in ("PROVISION_CLIENT_SECRET", "PROVISION_VAULT_KEY"):
                patch.delenv(name, raising=False)
            for name, value in self.environment.items():
                patch.setenv(name, value)
            patch.chdir(self.folder)
            patch.setattr(sys, "stdin", io.StringIO(stdin) if isinstance(stdin, str) else stdin)
            yield


class _Stderr(io.StringIO):
    """Standard error that lets somebody visit the sign-in links printed on it."""

    def __init__(self, visit: Callable[[str, str], None]) -> None:
        super().__init__()
        self._visit = visit
        self._threads: list[threading.Thread] = []

    def write(self, text: str) -> int:
        """Take text in; a link in it is visited by another thread."""
        for line in text.splitlines():
            if line.startswith("https://") and any(page in line for page in _PAGES):
                codes = _USER_CODE.findall(self.getvalue())
                arguments = (line, codes[-1] if codes else "")
                self._threads.append(threading.Thread(target=self._visit, args=arguments))
                self._threads[-1].start()
        return super().write(text)

    def join(self) -> None:
        """Wait until every visit is over."""
        for thread in self._threads:
            thread.join(PATIENCE)
