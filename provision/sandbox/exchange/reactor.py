"""Twisted's reactor as a guest on the asyncio loop that is already running, and quiet."""

import asyncio
import logging
import sys
from typing import Any

_LOG = logging.getLogger(__name__)


def adopt_running_loop() -> None:
    """Install Twisted's reactor on the running loop and start it without taking it over.

    `reactor.run()` would install signal handlers and run the loop itself; what it does besides,
    `startRunning`, is all that a loop which runs already needs.
    """
    from twisted.internet import asyncioreactor  # noqa: PLC0415  (before any other Twisted)

    asyncioreactor.install(eventloop=asyncio.get_running_loop())
    from twisted.internet import reactor  # noqa: PLC0415
    from twisted.logger import globalLogBeginner  # noqa: PLC0415

    globalLogBeginner.beginLoggingTo([_note], redirectStandardIO=False, discardBuffer=True)
    guest: Any = reactor
    guest.startRunning(installSignalHandlers=False)


def release_loop() -> None:
    """Take everything of Twisted's off the loop; the reactor cannot be started again.

    Its own `stop` would stop the loop as well, which is not Twisted's.
    """
    if "twisted.internet.reactor" not in sys.modules:
        return  # it was never adopted
    from twisted.internet import reactor  # noqa: PLC0415  (as above)

    guest: Any = reactor
    guest.disconnectAll()
    for call in guest.getDelayedCalls():
        call.cancel()
    for reader in guest.getReaders():  # its own alarm clock, which disconnectAll leaves
        guest.removeReader(reader)


def _note(event: dict[str, Any]) -> None:
    # Twisted's messages quote what clients send, which includes tokens: only kind and place pass.
    failure = event.get("log_failure")
    kind = "event" if failure is None else failure.type.__name__
    _LOG.debug("twisted %s: %s", event.get("log_namespace"), kind)
