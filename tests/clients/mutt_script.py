"""mutt's token script with its settings filled in, as its own text tells to do."""

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from provision.sandbox.ready import Ready
from tests.clients.programs import bare_environment, find_file
from tests.e2e.terminal import Terminal

LOGINS = [f"{name} authentication succeeded" for name in ("IMAP", "POP", "SMTP")]


@dataclass(frozen=True, slots=True)
class Script:
    """The script, its token file, and how it is run."""

    path: Path
    tokens: Path
    environment: dict[str, str]

    def start(self, *options: str) -> Terminal:
        """Run it as somebody at a terminal does."""
        return Terminal(self._command(*options), self.path.parent, self.environment)

    def run(self, *options: str) -> str:
        """Run it where nobody answers; return what it prints."""
        ran = subprocess.run(
            self._command(*options), capture_output=True, text=True, check=False, timeout=30,
            stdin=subprocess.DEVNULL, env=self.environment,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def expire(self) -> None:
        """Let the stored access token look old."""
        text = self.tokens.read_text()
        self.tokens.write_text(re.sub(r'("access_token_expiration": ")\d{4}', r"\g<1>2000", text))

    def _command(self, *options: str) -> list[str]:
        return [sys.executable, str(self.path), str(self.tokens), "--verbose", *options]


def original_script() -> str:
    """Return the text of mutt's script, or skip the test."""
    # Containers often leave documentation out, and this is shipped as an example.
    path = "usr/share/doc/mutt/examples/mutt_oauth2.py"
    return find_file(path, "apt-get install mutt, without dpkg's path-exclude").read_text()


def version_in(original: str) -> str:
    """Return the version that the script says it is."""
    found = re.search(r"script, version (\S+)", original)
    assert found is not None
    return found[1]


def script_for(  # noqa: PLR0913  (one argument for each thing that is filled in)
    original: str,
    folder: Path,
    ready: Ready,
    mail_host: str,
    *,
    client_id: str,
    client_secret: str,
    tokens: Path,
    authority: str,
) -> Script:
    """Copy the script; change what its own text tells to fill in, and nothing after that."""
    settings, rest = original.split("ap = argparse", 1)
    google, microsoft = settings.split("'microsoft': {")
    pipes = r"(CRYPTION_PIPE) = .*"
    microsoft = (
        microsoft.replace("https://login.microsoftonline.com/common/oauth2/v2.0",
                          f"{authority}/oauth2/v2.0")
        .replace("outlook.office365.com", mail_host)
        .replace("smtp.office365.com", mail_host)
        .replace("'client_id': ''", f"'client_id': {client_id!r}")
        .replace("'client_secret': ''", f"'client_secret': {client_secret!r}")
    )  # fmt: skip
    google = re.sub(pipes, r"\1 = ['cat']", google)
    path = folder / "mutt_oauth2.py"
    path.write_text(f"{google}'microsoft': {{{microsoft}ap = argparse{rest}", encoding="utf-8")
    environment = bare_environment(folder, SSL_CERT_FILE=str(ready.ca_bundle))
    return Script(path, tokens, environment)
