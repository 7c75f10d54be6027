"""From the name of a mail program to the sink that sets it up."""

from collections.abc import Callable, Mapping
from typing import Final

from provision.handoff.destinations import Place
from provision.handoff.getmail import GetmailSink
from provision.handoff.isync import IsyncSink
from provision.handoff.msmtp import MsmtpSink
from provision.handoff.mutt import MuttSink
from provision.handoff.port import Sink

PASSWORD_COMMANDS: Final[Mapping[str, Callable[[Place, tuple[str, ...]], Sink]]] = {
    "mutt": MuttSink,
    "msmtp": MsmtpSink,
    "isync": IsyncSink,
    "getmail": GetmailSink,
}
"""Programs that ask a command for their password, and so hold no copy."""
