"""The same job typed with Azure CLI and CLI for Microsoft 365, where `make clients` put them."""

import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bench_job import Job
from measuring import Cost, run

from tests.clients.connect_proxy import connect_proxy

CLIENTS = Path(__file__).parents[1] / ".clients" / "bin"
GRAPH = "00000003-0000-0000-c000-000000000000"
_SCOPES = ("IMAP.AccessAsUser.All", "SMTP.Send", "offline_access")
_IMAP, _SMTP = "652390e4-393a-48de-9484-05f9b1212954", "258f6531-6087-4cc4-bb90-092c5fb3ed3f"
_NATIVE = "https://login.microsoftonline.com/common/oauth2/nativeclient"


@dataclass(frozen=True, slots=True)
class Weight:
    """What a job took: one command or several, one after the other."""

    wall: float
    cpu: float
    megabytes: float
    requests: int


@dataclass
class Other:
    """A program of others, signed in to a sandbox."""

    name: str
    job: Job
    environment: dict[str, str]
    folder: Path
    register: Callable[["Other", str], list[Cost]]
    look: Callable[["Other", str], list[Cost]]
    rotate: Callable[["Other", str], list[Cost]] | None
    """None: it has no command for it."""
    sign_out: tuple[str, ...]
    """Typed before each measurement: both keep the administrator's tokens on disk, ours never."""
    made: dict[str, str] = field(default_factory=dict)
    """Client ids by display name."""
    looked_up: int = 0
    """Requests that were the benchmark's own, to learn a client id."""

    def typed(self, *words: str) -> Cost:
        """Run one command and weigh it."""
        return run([str(CLIENTS / self.name), *words], self.environment, self.folder)

    def client_id(self, name: str) -> str:
        """Return the client id of what it registered."""
        if name not in self.made:
            found = self.job.graph(f"/applications?$filter=displayName eq '{name}'")
            self.looked_up += 2  # a token, and the list
            self.made[name] = str(found["value"][0]["appId"])
        return self.made[name]


def weigh(job: Job, commands: Callable[[], list[Cost]], program: Other | None = None) -> Weight:
    """Run commands, and count what the sandbox was asked meanwhile: sign-in and Graph.

    What the benchmark itself looked up for a program is not counted.
    """
    looked_up = program.looked_up if program else 0
    job.requests()
    costs = commands()
    asked = len(job.requests(everything=True))
    if program:
        asked -= program.looked_up - looked_up
    return Weight(
        sum(c.wall for c in costs), sum(c.cpu for c in costs),
        max(c.megabytes for c in costs), asked,
    )  # fmt: skip


@contextlib.contextmanager
def others(job: Job) -> Iterator[list[Other]]:
    """Aim the programs that are installed at a sandbox, and sign them in."""
    with contextlib.ExitStack() as stack:
        found = []
        for name, aim in (("az", _az), ("m365", _m365)):
            if (CLIENTS / name).exists():
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=f"{name}-")))
                found.append(aim(job, folder, stack))
        yield found


def _az(job: Job, folder: Path, stack: contextlib.ExitStack) -> Other:  # noqa: ARG001  (as _m365)
    environment = _bare(folder) | {"REQUESTS_CA_BUNDLE": str(job.sandbox.ready.ca_bundle)}
    az = Other(
        "az", job, environment, folder, _az_register, _az_look, _az_rotate, ("account", "clear")
    )
    origin = job.sandbox.ready.authority
    az.typed("config", "set", "core.instance_discovery=false", "core.collect_telemetry=false")
    az.typed(
        "cloud", "register", "--name", "sandbox", "--skip-endpoint-discovery",
        "--endpoint-active-directory", origin,
        "--endpoint-active-directory-resource-id", f"{origin}/",
        "--endpoint-active-directory-graph-resource-id", f"{origin}/",
        "--endpoint-microsoft-graph-resource-id", f"{origin}/",
        "--endpoint-resource-manager", f"{origin}/", "--endpoint-management", f"{origin}/",
    )  # fmt: skip
    az.typed("cloud", "set", "--name", "sandbox")
    return az


def _az_login(az: Other) -> Cost:
    ready = az.job.sandbox.ready
    return az.typed(
        "login", "--service-principal", "--username", ready.admin_client_id,
        "--password", ready.admin_client_secret.reveal(), "--tenant", ready.tenant_id,
        "--allow-no-subscriptions",
    )  # fmt: skip


def _az_register(az: Other, name: str) -> list[Cost]:
    access = [{"id": _IMAP, "type": "Scope"}, {"id": _SMTP, "type": "Scope"}]
    accesses = json.dumps([{"resourceAppId": GRAPH, "resourceAccess": access}])
    first = [
        _az_login(az),
        az.typed(
            "ad", "app", "create", "--display-name", name,
            "--sign-in-audience", "AzureADandPersonalMicrosoftAccount",
            "--requested-access-token-version", "2",
            "--web-redirect-uris", "http://localhost", _NATIVE,
            "--enable-access-token-issuance", "true", "--enable-id-token-issuance", "true",
            "--required-resource-accesses", accesses,
        ),
    ]  # fmt: skip
    client_id = az.client_id(name)
    return [
        *first,
        _az_secret(az, name),
        az.typed("ad", "sp", "create", "--id", client_id),
        az.typed("ad", "app", "permission", "grant", "--id", client_id, "--api", GRAPH,
                 "--scope", " ".join(_SCOPES)),
    ]  # fmt: skip


def _az_look(az: Other, name: str) -> list[Cost]:
    return [_az_login(az), az.typed("ad", "app", "show", "--id", az.client_id(name))]


def _az_rotate(az: Other, name: str) -> list[Cost]:
    return [_az_login(az), _az_secret(az, name)]


def _az_secret(az: Other, name: str) -> Cost:
    words = ("ad", "app", "credential", "reset", "--append", "--display-name", "bench")
    return az.typed(*words, "--id", az.client_id(name), "--years", "1")


def _m365(job: Job, folder: Path, stack: contextlib.ExitStack) -> Other:
    ready = job.sandbox.ready
    proxy = stack.enter_context(connect_proxy(int(urlsplit(ready.authority).port or 0)))
    environment = _bare(folder) | {
        "HTTPS_PROXY": proxy.url,
        "NODE_EXTRA_CA_CERTS": str(ready.ca_bundle),
        "CLIMICROSOFT365_NOUPDATE": "1",
    }
    m365 = Other("m365", job, environment, folder, _m365_register, _m365_look, None, ("logout",))
    m365.typed("cli", "config", "set", "--key", "disableTelemetry", "--value", "true")
    return m365


def _m365_login(m365: Other) -> Cost:
    ready = m365.job.sandbox.ready
    return m365.typed(
        "login", "--authType", "secret", "--appId", ready.admin_client_id,
        "--secret", ready.admin_client_secret.reveal(), "--tenant", ready.tenant_id,
    )  # fmt: skip


def _m365_register(m365: Other, name: str) -> list[Cost]:
    return [
        _m365_login(m365),
        m365.typed(
            "entra", "app", "add", "--name", name, "--multitenant",
            "--platform", "web", "--redirectUris", f"http://localhost,{_NATIVE}",
            "--apisDelegated", ",".join(f"https://graph.microsoft.com/{s}" for s in _SCOPES),
            "--implicitFlow", "--withSecret", "--grantAdminConsent",
        ),
    ]  # fmt: skip


def _m365_look(m365: Other, name: str) -> list[Cost]:
    words = ("entra", "app", "get", "--appId", m365.client_id(name))
    return [_m365_login(m365), m365.typed(*words)]


def _bare(home: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
