"""From the name of a mail program to the sink that sets it up."""

from collections.abc import Callable, Mapping
from typing import Final

from provision.handoff.destinations import Place
from provision.handoff.email_oauth2_proxy import EmailOauth2ProxySink
from provision.handoff.getmail import GetmailSink
from provision.handoff.isync import IsyncSink
from provision.handoff.mail_copies import Around, MailCopySink
from provision.handoff.msmtp import MsmtpSink
from provision.handoff.mutt import MuttSink
from provision.handoff.mutt_oauth2 import MuttOauth2Sink
from provision.handoff.port import Sink
from provision.handoff.sasl_xoauth2 import SaslXoauth2Sink

PASSWORD_COMMANDS: Final[Mapping[str, Callable[[Place, tuple[str, ...]], Sink]]] = {
    "mutt": MuttSink,
    "msmtp": MsmtpSink,
    "isync": IsyncSink,
    "getmail": GetmailSink,
}
"""Programs that ask a command for their password, and so hold no copy."""
COPIES: Final[Mapping[str, Callable[[Place, Around], MailCopySink]]] = {
    "mutt-oauth2": MuttOauth2Sink,
    "email-oauth2-proxy": EmailOauth2ProxySink,
    "sasl-xoauth2": SaslXoauth2Sink,
}
"""Programs that refresh by themselves, with a copy of their own."""
