"""What came of one login or one delivery: a value, whatever the server said."""

from dataclasses import dataclass
from typing import Literal

from provision.diagnose import explain_reply
from provision.diagnose.advice import Advice
from provision.mail.cause import Cause
from provision.mail.client_exceptions import Stopped
from provision.mail.sasl import Login
from provision.tenant.mailbox import Protocol

Outcome = Literal[
    "ok",  # let in, and the proving command succeeded
    "refused",  # the login was refused
    "no_access",  # the login was accepted, and then the mailbox stayed closed
    "no_tls",  # no verified TLS connection came about, so no token was sent
    "unreachable",  # no connection, no answer in time, or not a server of that protocol
    "missing",  # a message was accepted and had not arrived when the deadline passed
    "altered",  # a message arrived with other content
    "unfit_token",  # the token is not good for this protocol, so no server was asked
]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One protocol's answer to one mailbox."""

    protocol: Protocol
    address: str
    user: str
    """Who logged in."""
    outcome: Outcome
    said: tuple[str, ...]
    """The server's own words, or the network's; without tokens."""
    proved: str
    """What the proving command showed; empty unless the outcome is `ok`."""
    advice: Advice | None
    """What the catalogue says to those words; None when all is well, and when nothing is known."""
    cause: Cause | None = None
    """What remained when other causes were ruled out; None where nobody looked."""

    @property
    def is_ok(self) -> bool:
        """Whether the mailbox let us in."""
        return self.outcome == "ok"

    @property
    def command(self) -> str:
        """What to type for the advice, with the names of this login; empty without advice.

        A switch of Exchange's is one of the mailbox whose name was given at the login. A right is
        one on the mailbox that was to be opened or sent as, which a delegate has under their own
        name; and provision knows mailboxes by their addresses.
        """
        if self.advice is None:
            return ""
        asked = self.advice.command
        if "DELEGATE" not in asked and not asked.startswith("provision "):
            return asked.replace("MAILBOX", self.user)
        if self.user != self.address:
            asked = asked.replace("DELEGATE", self.user)
        return asked.replace("MAILBOX", self.address)


def proven(login: Login, proved: str, said: tuple[str, ...] = ()) -> Verdict:
    """Return the verdict of a success."""
    return Verdict(login.protocol, login.address, login.user, "ok", said, proved, None)


def stopped_short(login: Login, stopped: Stopped) -> Verdict:
    """Return the verdict of a failure, with the advice that its words call for."""
    advice = explain_reply(login.protocol, " ".join(stopped.said)) if stopped.said else None
    return Verdict(
        login.protocol, login.address, login.user, stopped.outcome, stopped.said, "", advice
    )


def unfit(login: Login, flaw: Cause) -> Verdict:
    """Return the verdict on a token that no server needs to see."""
    return Verdict(
        login.protocol, login.address, login.user, "unfit_token", (), "", None, cause=flaw
    )
