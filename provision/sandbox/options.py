"""What a person chooses when starting the sandbox, and the same as a command line."""

from dataclasses import dataclass
from pathlib import Path

DEFAULT_DOMAIN = "contoso.onmicrosoft.com"


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """One start of the sandbox."""

    ready_file: Path | None = None
    """Where to say that everything answers; None: nowhere."""
    port: int = 0
    """Entra and Graph; 0 takes a free port, as for the mail ports."""
    imap_port: int = 0
    pop_port: int = 0
    smtp_port: int = 0
    faults: str = "default"
    """`none`, `default`, or the path of a fault file."""
    latency_ms: float = 0.0
    """Added to every HTTP answer."""
    seed: int | None = None
    """Of the faults' dice; None throws a new seed, which is announced."""
    state: Path | None = None
    """Directory that survives a restart; None keeps everything in memory."""
    microsoft_names: bool = False
    """Whether the certificate also names Microsoft's hosts."""
    domain: str = DEFAULT_DOMAIN
    """Initial domain of the tenant; a state directory remembers its own."""
    users: tuple[str, ...] = ()
    """User principal names of people besides those that every new tenant has."""

    def arguments(self) -> list[str]:
        """Return the command-line arguments that mean the same."""
        paths = {"--ready-file": self.ready_file, "--state": self.state}
        numbers = {
            "--port": self.port,
            "--imap-port": self.imap_port,
            "--pop-port": self.pop_port,
            "--smtp-port": self.smtp_port,
            "--latency": self.latency_ms,
        }
        found = [f"{flag}={path}" for flag, path in paths.items() if path is not None]
        found += [f"{flag}={number}" for flag, number in numbers.items() if number]
        found += [f"--faults={self.faults}", f"--domain={self.domain}"]
        found += [f"--user={name}" for name in self.users]
        if self.seed is not None:
            found.append(f"--seed={self.seed}")
        if self.microsoft_names:
            found.append("--microsoft-names")
        return found
