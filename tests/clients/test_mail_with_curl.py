"""curl as a mail program: it sends and fetches with the sandbox's tokens."""

from collections.abc import Callable
from pathlib import Path
from subprocess import run

import pytest

from provision.sandbox.process import RunningSandbox
from tests.clients.conftest import Witness
from tests.clients.mail_application import OWNER, register_mail_application
from tests.clients.mail_machine import is_same, new_message
from tests.clients.programs import bare_environment, find_program, version_of

Curl = Callable[..., bytes]


@pytest.fixture(scope="module")
def program() -> Path:
    return find_program("curl", "apt-get install curl")


@pytest.fixture(scope="module")
def token(program: Path, own_sandbox: RunningSandbox) -> str:
    return register_mail_application(own_sandbox.ready).access_token()


@pytest.fixture
def curl(program: Path, own_sandbox: RunningSandbox, token: str, tmp_path: Path) -> Curl:
    """Return curl with the mailbox's login; the token goes in over standard input."""
    settings = (
        f'user = "{OWNER}"\noauth2-bearer = "{token}"\nlogin-options = "AUTH=XOAUTH2"\n'
        f'cacert = "{own_sandbox.ready.ca_bundle}"\nsilent\nshow-error\n'
    )

    def ask(*arguments: str) -> bytes:
        ran = run(
            [program, "--config", "-", *arguments], input=settings.encode(), capture_output=True,
            check=False, timeout=20, env=bare_environment(tmp_path),
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    return ask


@pytest.mark.parametrize("form", ["--no-sasl-ir", "--sasl-ir"])
def test_curl_sends_over_smtp_and_fetches_over_imap_and_pop(
    curl: Curl, program: Path, own_sandbox: RunningSandbox, tmp_path: Path, form: str,
    witness: Witness,
) -> None:  # fmt: skip
    ready = own_sandbox.ready
    message = new_message()
    file = tmp_path / "message.eml"
    file.write_bytes(message.as_bytes().replace(b"\n", b"\r\n"))
    envelope = ("--mail-from", OWNER, "--mail-rcpt", OWNER, "--upload-file", str(file))
    curl(form, "--ssl-reqd", *envelope, f"smtp://localhost:{ready.smtp.port}")
    count = len(curl(f"pop3s://localhost:{ready.pop.port}").split(b"\n")) - 1
    by_imap = curl(form, f"imaps://localhost:{ready.imap.port}/INBOX;UID={count}")
    by_pop = curl("--no-sasl-ir", f"pop3s://localhost:{ready.pop.port}/{count}")

    assert is_same(by_imap, message)
    assert is_same(by_pop, message)
    witness("curl", version_of(program), f"sent and fetched a mail, {form}")
