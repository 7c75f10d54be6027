"""A sign-in whose answer a person copies, from a link of now or from one that was sent before."""

from shlex import quote

from provision.oauth.callback import accept_paste, parse_paste
from provision.stages.progress import Asked
from provision.stages.sign_in_flow import Authorized, Flow
from provision.stages.sign_in_way import Surface
from provision.stages.waiting_sign_in import (
    begin_waiting,
    good_until,
    link_that_waits,
    take_waiting,
)


def sign_in_by_paste(flow: Flow, surface: Surface) -> Authorized:
    """Read what the owner copied, after showing them a link unless one waits already.

    Raises:
        UsageError: What was pasted is no answer to a sign-in of this mailbox.
        SignInRequired: The sign-in waited too long.
    """
    mailbox = flow.mailbox
    waiting = link_that_waits(flow)
    if waiting is None:
        surface.open(begin_waiting(flow, is_sent=False).url, mailbox.sign_in_as)
    else:
        flow.services.report(
            Asked(
                f"{mailbox.address}: a link of {waiting.created_at:%H:%M} UTC waits for its answer "
                f"until {good_until(waiting.created_at):%H:%M}; for a new one: provision authorize "
                f"--link --mailbox {quote(mailbox.address)}"
            )
        )
    pasted = parse_paste(surface.pasted(mailbox.sign_in_as))
    sign_in = take_waiting(flow, pasted)
    return flow.redeem(sign_in, accept_paste(pasted, sign_in.state))
