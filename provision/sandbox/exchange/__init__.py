"""Exchange Online's mail on this machine: IMAP, POP3 and SMTP with XOAUTH2."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provision.sandbox.certificates import TlsFiles
    from provision.sandbox.context import Context


@dataclass(frozen=True, slots=True)
class MailPorts:
    """Where the three protocols are served on this machine's loopback; 0 asks for a free port."""

    imap: int = 0
    pop: int = 0
    smtp: int = 0


async def start(context: "Context", tls: "TlsFiles", ports: MailPorts) -> MailPorts:
    """Serve mail on the running loop, and return the ports that were bound.

    Once in a process: Twisted's reactor is global and tied to one loop.

    Raises:
        UsageError: A port that was asked for is taken.
    """
    # Twisted costs a quarter of a second, and must be loaded after its reactor was chosen.
    from provision.sandbox.exchange.reactor import adopt_running_loop  # noqa: PLC0415

    adopt_running_loop()
    from provision.sandbox.exchange.listening import listen  # noqa: PLC0415

    return listen(context, tls, ports)


async def stop() -> None:
    """Close the ports, hang up on everybody and leave nothing on the loop; once is enough."""
    from provision.sandbox.exchange.reactor import release_loop  # noqa: PLC0415  (as above)

    release_loop()
