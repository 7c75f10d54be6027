"""A mailbox owner's machine, where mail programs ask `provision token` for their password."""

import json
import smtplib
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from secrets import token_hex
from typing import Final

import pytest

from provision.sandbox.process import RunningSandbox
from provision.sandbox.ready import Ready
from tests.clients.programs import bare_environment
from tests.e2e.levers import Levers
from tests.e2e.workplace import OWNER, Workplace

_PATIENCE: Final = 60.0


@dataclass(frozen=True, slots=True)
class MailMachine:
    """A registration, a signed-in owner and a home directory for mail programs."""

    work: Workplace
    home: Path

    @property
    def ready(self) -> Ready:
        """Where the servers are."""
        return self.work.levers.ready

    def password_command(self, protocol: str) -> str:
        """Return what the guide tells to type as a mail program's password command."""
        return f"provision token --mailbox {OWNER} --for {protocol}"

    def token(self, protocol: str) -> str:
        """Return what the password command prints."""
        return self.run(*self.password_command(protocol).split()).strip()

    def run(self, *command: str | Path, stdin: str = "", **more: str) -> str:
        """Run a program of this machine that must succeed; return its standard output."""
        ran = subprocess.run(
            command, input=stdin, capture_output=True, text=True, check=False, timeout=_PATIENCE,
            cwd=self.home, env=self.environment() | more,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def write(self, name: str, text: str) -> Path:
        """Write a settings file that nobody else may read."""
        path = self.home / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return path

    def deliver(self) -> EmailMessage:
        """Send a message of its own to the mailbox; return it."""
        message = new_message()
        context = ssl.create_default_context(cafile=str(self.ready.ca_bundle))
        login = f"user={OWNER}\x01auth=Bearer {self.token('smtp')}\x01\x01"
        with smtplib.SMTP("localhost", self.ready.smtp.port, timeout=10) as smtp:
            smtp.starttls(context=context)
            smtp.ehlo()
            smtp.auth("XOAUTH2", lambda _challenge=None: login, initial_response_ok=False)
            smtp.sendmail(OWNER, [OWNER], message.as_bytes(policy=SMTP))
        return message

    def settings(self, program: str) -> Path:
        """Return the settings that `provision handoff` writes for a mail program."""
        path = self.home / f"{program}.settings"
        self.work.done("handoff", "--to", program, "--path", str(path))
        return path

    def handed_off(self) -> dict[str, str]:
        """Return what `provision handoff` writes for another program."""
        self.work.write_manifest("handoff:\n  - {to: json, path: mail.json}\n")
        self.work.done("handoff")
        return dict(json.loads(self.work.file("mail.json").read_text(encoding="utf-8")))

    def environment(self) -> dict[str, str]:
        """Return what a program of this machine may know: the vault, and where `provision` is."""
        bare = bare_environment(self.home)
        path = f"{Path(sys.executable).parent}:{bare['PATH']}"
        return self.work.environment | bare | {"PATH": path}


@contextmanager
def mail_machine(sandbox: RunningSandbox, folder: Path) -> Iterator[MailMachine]:
    """Register an application and sign its mailbox owner in, with the command line."""
    with pytest.MonkeyPatch.context() as patch:
        work = Workplace(folder, Levers(sandbox.ready_file, folder), patch, [])
        home = folder / "home"
        home.mkdir()
        yield MailMachine(work.signed_in(), home)


def new_message() -> EmailMessage:
    """Return a message that no other test sends, with what is easily damaged on its way."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = OWNER, OWNER, token_hex(8)
    message["Message-ID"] = f"<{token_hex(8)}@contoso.com>"
    message.set_content("Grüße\n.\nFrom here on\n  \n", cte="quoted-printable")
    return message


def is_same(found: bytes, message: EmailMessage) -> bool:
    """Tell whether what was fetched is what was sent, headers that servers add aside."""
    theirs, ours = (
        text.replace(b"\r\n", b"\n").partition(b"\n\n") for text in (found, message.as_bytes())
    )
    return theirs[2] == ours[2] and set(ours[0].splitlines()) <= set(theirs[0].splitlines())
