"""The job that the benchmark measures: a sandbox, a manifest, a vault, and who signs in."""

import contextlib
import json
import os
import ssl
import subprocess
import sysconfig
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from measuring import Cost, RunFailed, run

from provision.sandbox.options import SandboxOptions
from provision.sandbox.process import RunningSandbox, running_sandbox
from provision.sandbox.visitor import Visitor

PROVISION = str(Path(sysconfig.get_path("scripts")) / "provision")
MAILBOX = "forms@contoso.com"
_MANIFEST = """\
tenant: contoso.com
cloud: {cloud}
application: {{uniqueName: {name}}}
mailboxes: [{{address: {mailbox}}}]
"""
_FOREIGN = ("AZURE_", "ARM_", "PROVISION_", "COVERAGE_")


@dataclass(frozen=True, slots=True)
class Job:
    """One registration on a sandbox, with a vault of its own whose key lies in a file."""

    sandbox: RunningSandbox
    folder: Path
    name: str
    seconds_to_ready: float
    """What the sandbox needed from its start to its first answer."""

    def provision(self, *arguments: str) -> Cost:
        """Run one command of the command line."""
        return run([PROVISION, *arguments], self.environ(), self.folder)

    def fresh(self, name: str, *, vault: str = "vault") -> "Job":
        """Return the same for another registration, or with another vault."""
        folder = self.folder.parent / vault
        folder.mkdir(exist_ok=True)
        text = _MANIFEST.format(cloud=self.sandbox.ready_file, name=name, mailbox=MAILBOX)
        (folder / "provision.yaml").write_text(text, encoding="utf-8")
        return replace(self, folder=folder, name=name)

    def environ(self) -> dict[str, str]:
        """Return this process's environment with the sandbox's administrator and our own vault."""
        ready = self.sandbox.ready
        mine = {k: v for k, v in os.environ.items() if not k.startswith(_FOREIGN)}
        return mine | {
            "AZURE_CLIENT_ID": ready.admin_client_id,
            "AZURE_CLIENT_SECRET": ready.admin_client_secret.reveal(),
            "PROVISION_VAULT": str(self.folder / "vault" / "vault.db"),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            # The desktop's keyring is not asked: its cost is shown apart.
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }

    def sign_in(self) -> None:
        """Sign the mailbox owner in as a person would, through the link that authorize prints."""
        child = subprocess.Popen(
            [PROVISION, "authorize", "--no-browser", "--no-progress"],
            env=self.environ(),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        with child:
            lines = child.stderr or ()
            link = next((line.strip() for line in lines if line.startswith("https://")), "")
            ready = self.sandbox.ready
            Visitor(ready.ca_bundle).visit(link, MAILBOX, ready.password_of(MAILBOX))
        if child.returncode:
            raise RunFailed(f"authorize ended with {child.returncode}")

    def requests(self, *, everything: bool = False) -> list[dict[str, Any]]:
        """Return what Graph was asked since the last call; with `everything` Entra, too."""
        control = f"{self.sandbox.ready.control}/requests"
        entries = json.loads(self._call(control))["requests"]
        self._call(control, method="DELETE")
        return [e for e in entries if everything or e["path"].startswith("/v1.0/")]

    def graph_token(self) -> str:
        """Return a token with which the administrator may read Graph."""
        ready = self.sandbox.ready
        form = {
            "grant_type": "client_credentials",
            "client_id": ready.admin_client_id,
            "client_secret": ready.admin_client_secret.reveal(),
            "scope": f"{ready.graph_resource}/.default",
        }
        url = f"{ready.authority}/{ready.tenant_id}/oauth2/v2.0/token"
        body = urllib.parse.urlencode(form).encode()
        return str(json.loads(self._call(url, body))["access_token"])

    def graph(self, path: str) -> dict[str, Any]:
        """Return what Graph answers to a GET; `path` begins below `/v1.0`."""
        url = f"{self.sandbox.ready.graph}/v1.0{urllib.parse.quote(path, safe='/?=&$(),')}"
        token = {"authorization": f"Bearer {self.graph_token()}"}
        return dict(json.loads(self._call(url, headers=token)))

    def _call(
        self, url: str, body: bytes | None = None, method: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> bytes:  # fmt: skip
        context = ssl.create_default_context(cafile=str(self.sandbox.ready.ca_bundle))
        request = urllib.request.Request(url, body, headers or {}, method=method)  # noqa: S310  (the sandbox's)
        with urllib.request.urlopen(request, context=context) as answer:  # noqa: S310
            return bytes(answer.read())


def up_to_last_write(entries: list[dict[str, Any]]) -> tuple[int, int]:
    """Return how many requests came up to the last write, and how many after it."""
    writes = [number for number, entry in enumerate(entries, 1) if _writes(entry)]
    last = max(writes, default=len(entries))
    return last, len(entries) - last


def _writes(entry: dict[str, Any]) -> bool:
    if entry["path"].endswith("/$batch"):
        return any(part["method"] != "GET" for part in entry.get("requests", ()))
    return bool(entry["method"] != "GET")


def _options(latency_ms: float) -> SandboxOptions:
    # Microsoft's names are for programs that cannot be told of another host.
    return SandboxOptions(faults="none", latency_ms=latency_ms, microsoft_names=True)


@contextlib.contextmanager
def bench_job(latency_ms: float = 0.0) -> Iterator[Job]:
    """Start a sandbox without faults and a first registration's folder."""
    started = time.perf_counter()
    with (
        running_sandbox(_options(latency_ms)) as sandbox,
        tempfile.TemporaryDirectory(prefix="provision-bench-") as folder,
    ):
        took = time.perf_counter() - started
        yield Job(sandbox, Path(folder) / "first", "", took).fresh("bench", vault="first")
