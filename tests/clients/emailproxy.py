"""Email OAuth 2.0 Proxy: it logs in with tokens for programs that know passwords only."""

import configparser
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.clients.mail_application import MAIL_SCOPES, OWNER, MailApplication
from tests.clients.processes import end_process, free_ports
from tests.clients.programs import bare_environment
from tests.e2e.terminal import Terminal

PATIENCE: Final = 20.0
_POLL: Final = 0.02
_SETTINGS: Final = """
[IMAP-{imap}]
local_address = 127.0.0.1
server_address = localhost
server_port = {server_imap}

[POP-{pop}]
local_address = 127.0.0.1
server_address = localhost
server_port = {server_pop}

[SMTP-{smtp}]
local_address = 127.0.0.1
server_address = localhost
server_port = {server_smtp}
server_starttls = True

[{owner}]
permission_url = {permission_url}
token_url = {token_url}
oauth2_scope = {scopes}
redirect_uri = {redirect_uri}
client_id = {client_id}
client_secret = {client_secret}
{more}
"""


@dataclass(frozen=True, slots=True)
class EmailProxy:
    """A proxy that can be run, again and again, with what it remembers of its account."""

    program: Path
    folder: Path
    imap: int
    pop: int
    smtp: int
    environment: dict[str, str]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run it without a window, with a web server of its own for the answers."""
        log = self.folder / "log"
        log.unlink(missing_ok=True)
        command: list[str | Path] = [
            self.program, "--no-gui", "--local-server-auth", "--debug", "--log-file", log,
            "--config-file", self.folder / "emailproxy.config",
        ]  # fmt: skip
        with (self.folder / "output").open("wb") as output:
            child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                env=self.environment, cwd=self.folder,
            )  # fmt: skip
        try:
            self.said(r"Initialised Email OAuth 2\.0 Proxy")
            yield
        finally:
            end_process(child)

    @contextmanager
    def at_a_terminal(self) -> Iterator[Terminal]:
        """Run it for somebody who pastes the address that the browser ended on."""
        settings = str(self.folder / "emailproxy.config")
        command = [str(self.program), "--no-gui", "--external-auth", "--config-file", settings]
        # On a dumb terminal nothing is wrapped: what it shows can be read.
        environment = self.environment | {"TERM": "dumb"}
        with Terminal(command, self.folder, environment) as terminal:
            terminal.expect("Initialised")
            yield terminal

    def said(self, pattern: str) -> re.Match[str]:
        """Wait until the log has something."""
        deadline = time.monotonic() + PATIENCE
        while True:
            text = self.log()
            if found := re.search(pattern, text):
                return found
            assert time.monotonic() < deadline, f"{pattern} never came:\n{text}"
            time.sleep(_POLL)  # noqa: TID251  (a program that is not ours runs on real time)

    def log(self) -> str:
        """Return what the proxy told since it was started."""
        log = self.folder / "log"
        told = log.read_text() if log.exists() else ""
        return told + (self.folder / "output").read_text()

    def forget_access_token(self) -> None:
        """Let the stored access token look old; what it is encrypted with stays."""
        path = self.folder / "emailproxy.config"
        config = configparser.RawConfigParser()
        config.read(path)
        config.set(OWNER, "access_token_expiry", "0")
        with path.open("w", encoding="utf-8") as file:
            config.write(file)


def signed_in_proxy(program: Path, folder: Path, settings: Path, ca_bundle: Path) -> EmailProxy:
    """Return a proxy with the settings that a hand-off wrote, on free ports in place of its own."""
    imap, pop, smtp = free_ports(3)
    text = settings.read_text(encoding="utf-8")
    for section, port in (("IMAP-1993", imap), ("POP-1995", pop), ("SMTP-1587", smtp)):
        assert f"[{section}]" in text
        text = text.replace(f"[{section}]", f"[{section.partition('-')[0]}-{port}]")
    path = folder / "emailproxy.config"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    environment = bare_environment(folder, SSL_CERT_FILE=str(ca_bundle))
    return EmailProxy(program, folder, imap, pop, smtp, environment)


def make_email_proxy(
    program: Path, folder: Path, application: MailApplication, **more: str
) -> EmailProxy:
    """Write the settings of a proxy on free ports.

    Args:
        program: Where `emailproxy` is.
        folder: For settings and log.
        application: What it signs in with.
        more: Settings of the account; they win.
    """
    ready = application.ready
    imap, pop, smtp, answers = free_ports(4)
    settings = {
        "permission_url": application.endpoint("authorize"),
        "redirect_uri": f"http://localhost:{answers}",
        "client_secret": application.secret.reveal(),
        **more,
    }
    extra = {name: settings.pop(name) for name in more if name not in _SETTINGS}
    text = _SETTINGS.format(
        imap=imap, pop=pop, smtp=smtp, owner=OWNER, server_imap=ready.imap.port,
        server_pop=ready.pop.port, server_smtp=ready.smtp.port, scopes=" ".join(MAIL_SCOPES),
        token_url=application.endpoint("token"), client_id=application.client_id,
        more="\n".join(f"{name} = {value}" for name, value in extra.items()), **settings,
    )  # fmt: skip
    path = folder / "emailproxy.config"
    path.write_text(text.replace("client_secret = \n", ""), encoding="utf-8")
    path.chmod(0o600)
    environment = bare_environment(folder, SSL_CERT_FILE=str(ready.ca_bundle))
    return EmailProxy(program, folder, imap, pop, smtp, environment)
