"""The sandbox's composition: everything made, bound and started, until a signal ends it."""

import asyncio
import contextlib
import secrets
import shutil
import signal
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import SystemRandom

from starlette.responses import RedirectResponse
from starlette.routing import Router
from starlette.types import ASGIApp, Receive, Scope, Send

from provision.clock import Clock
from provision.errors import UsageError
from provision.sandbox import entra, exchange, graph, resource_manager
from provision.sandbox.certificates import make_certificates
from provision.sandbox.context import Context, SandboxClock
from provision.sandbox.control import levers
from provision.sandbox.directory import Directory, load
from provision.sandbox.exchange import MailPorts
from provision.sandbox.fault_injection import FaultyWire
from provision.sandbox.faults.decisions import Faults
from provision.sandbox.faults.document import load_rules
from provision.sandbox.http_server import HttpServer, bind_loopback, close_all
from provision.sandbox.options import SandboxOptions
from provision.sandbox.ready import Ready, ReadyMail, ReadyUser, write_ready
from provision.sandbox.requests_log import RequestsLog
from provision.sandbox.seed import administrator_secret, make_directory
from provision.sandbox.tokens import Tokens
from provision.secret import Secret


def serve(options: SandboxOptions, clock: Clock, announce: Callable[[str], None]) -> None:
    """Run the sandbox until SIGINT or SIGTERM.

    Args:
        options: Ports, faults, state.
        clock: The machine's; the sandbox's own can be advanced through the control URL.
        announce: Receives lines for the person who started it; no secrets in them.

    Raises:
        UsageError: A port is taken, or a fault file or a state directory cannot be read.
    """
    with contextlib.ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="provision-sandbox-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        sockets = bind_loopback(options.port)
        stack.callback(close_all, sockets)
        asyncio.run(_Sandbox(options, clock, announce, folder, sockets).run())


class _Sandbox:
    """One run."""

    def __init__(
        self,
        options: SandboxOptions,
        clock: Clock,
        announce: Callable[[str], None],
        folder: Path,
        sockets: list[socket.socket],
    ) -> None:
        self._options = options
        self._clock = clock
        self._announce = announce
        self._folder = folder
        self._sockets = sockets
        self._capability = secrets.token_hex(16)
        port = sockets[0].getsockname()[1]
        self._origin = f"https://localhost:{port}"
        keeper = options.state or folder
        self._ca_bundle = (keeper / "ca.pem").absolute()

    async def run(self) -> None:
        """Start everything, say so, wait for the end, stop everything."""
        context = self._context()
        tls = make_certificates(
            self._folder,
            self._ca_bundle,
            self._clock.now(),
            microsoft_names=self._options.microsoft_names,
        )
        options = self._options
        ports = MailPorts(imap=options.imap_port, pop=options.pop_port, smtp=options.smtp_port)
        server = HttpServer(self._application(context), tls, context.faults.closes_connection)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, server.finish)
        serving = asyncio.create_task(server.serve(self._sockets))
        try:
            bound = await exchange.start(context, tls, ports)
            await server.wait_until_listening(serving)
            self._say_ready(context, bound)
            await serving
        finally:
            if options.ready_file is not None:
                options.ready_file.unlink(missing_ok=True)
            server.finish()
            await serving
            await exchange.stop()
            context.directory.save()

    def _context(self) -> Context:
        clock = SandboxClock(self._clock)
        directory = self._directory(clock)
        seed = self._options.seed
        if seed is None:
            seed = secrets.randbelow(2**31)
        faults = Faults(load_rules(self._options.faults), seed, clock.timestamp())
        tokens = Tokens(directory, clock, self._origin)
        return Context(directory, clock, tokens, faults, self._origin)

    def _directory(self, clock: SandboxClock) -> Directory:
        state = self._options.state
        if state is None:
            return self._new_directory(clock)
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = state.absolute() / "directory.json"
        if path.exists():
            try:
                return load(path)
            except (KeyError, TypeError, ValueError) as error:
                raise UsageError(f"sandbox state {path}: cannot be read back ({error})") from error
        directory = self._new_directory(clock)
        directory.path = path
        directory.save()
        return directory

    def _new_directory(self, clock: SandboxClock) -> Directory:
        options = self._options
        return make_directory(options.domain, clock.now(), SystemRandom(), options.users)

    def _application(self, context: Context) -> ASGIApp:
        parts = (graph, entra, resource_manager)
        service = Router([route for part in parts for route in part.routes(context)])
        latency = self._options.latency_ms / 1000
        log = RequestsLog(FaultyWire(service, context, latency), self._clock)
        prefix = f"/control/{self._capability}"
        control = Router(levers.routes(context, log))

        async def either(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["path"].startswith(f"{prefix}/"):
                rest = scope["path"].removeprefix(prefix).lstrip("/")
                await control({**scope, "path": f"/{rest}"}, receive, send)
            elif scope["path"] == prefix:  # never logged: it is a capability
                await RedirectResponse(f"{prefix}/")(scope, receive, send)
            else:
                await log(scope, receive, send)

        return either

    def _say_ready(self, context: Context, ports: MailPorts) -> None:
        if self._options.ready_file is not None:
            write_ready(self._options.ready_file, self._ready(context.directory, ports))
        self._announce(f"sandbox: ready at {self._origin}, tenant {context.directory.domain}")
        self._announce(f"sandbox: faults {self._options.faults}, seed {context.faults.seed}")

    def _ready(self, directory: Directory, ports: MailPorts) -> Ready:
        admin = administrator_secret(directory)
        return Ready(
            authority=self._origin,
            graph=self._origin,
            tenant_id=directory.tenant_id,
            ca_bundle=self._ca_bundle,
            imap=ReadyMail("localhost", ports.imap, "implicit"),
            pop=ReadyMail("localhost", ports.pop, "implicit"),
            smtp=ReadyMail("localhost", ports.smtp, "starttls"),
            admin_client_id=admin.client_id,
            admin_client_secret=Secret(admin.text),
            users=tuple(
                ReadyUser(account.user_principal_name, Secret(account.password))
                for account in directory.accounts.values()
                if account.is_enabled
            ),
            control=f"{self._origin}/control/{self._capability}",
        )
