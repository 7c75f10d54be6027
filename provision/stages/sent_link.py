"""A sign-in link for a mailbox owner who is elsewhere; its answer comes to a later command."""

from dataclasses import dataclass
from datetime import datetime

from provision.errors import UsageError
from provision.stages.services import Services
from provision.stages.sign_in_flow import flow_of
from provision.stages.sign_in_way import SignInWay
from provision.stages.waiting_sign_in import begin_waiting, good_until
from provision.tenant.mailbox import Mailbox
from provision.tenant.registration import Registration


@dataclass(frozen=True, slots=True)
class SentLink:
    """One link to send to somebody."""

    mailbox: Mailbox
    url: str
    """For the owner's browser; its answer is worth nothing without what the vault keeps."""
    expires_at: datetime


def make_link(
    mailbox: Mailbox, registration: Registration, way: SignInWay, services: Services
) -> SentLink:
    """Make a link whose answer `sign_in_by_paste` takes, in this process or another.

    Raises:
        UsageError: Nothing would keep what the answer is checked against; or there is no client
            secret, or no redirect URI.
    """
    if not services.vault.holds_secrets:
        raise UsageError(
            f"mailbox {mailbox.address}: a link needs a vault that keeps what its answer is "
            "checked against, and PROVISION_VAULT is none",
            hint="unset PROVISION_VAULT, or sign in within one command: provision authorize "
            "--paste",
        )
    flow = flow_of(mailbox, registration, way, services)
    begun = begin_waiting(flow, is_sent=True)
    return SentLink(mailbox, begun.url, good_until(services.clock.now()))
