"""A sign-in whose answer comes back by hand: begun here, and kept until somebody brings it."""

from datetime import datetime
from shlex import quote

from provision.errors import SignInRequired, UsageError
from provision.oauth.authorization_request import SignIn
from provision.oauth.callback import PastedCode
from provision.oauth.paste_mistakes import FLEETING_PAGE, is_fleeting
from provision.stages.progress import Asked
from provision.stages.sign_in_flow import LOOPBACK, Flow
from provision.tenant.registration import Registration
from provision.vault.port import SIGN_IN_LIFETIME, ExpiredSignIn, PendingSignIn


def begin_waiting(flow: Flow, *, is_sent: bool) -> SignIn:
    """Make a link and keep what its answer will be checked against.

    Raises:
        UsageError: The application has no redirect URI.
    """
    begun = flow.begin(paste_redirect(flow.registration), "query")
    if is_fleeting(begun.redirect_uri):
        flow.services.report(Asked(f"{flow.mailbox.address}: {FLEETING_PAGE}"))
    flow.services.vault.keep_pending(
        PendingSignIn(
            mailbox=flow.key,
            state=begun.state,
            nonce=begun.nonce,
            code_verifier=begun.code_verifier,
            redirect_uri=begun.redirect_uri,
            authority=begun.authority,
            scopes=begun.scopes,
            created_at=flow.services.clock.now(),
            is_sent=is_sent,
        )
    )
    return begun


def link_that_waits(flow: Flow) -> PendingSignIn | None:
    """Return the mailbox's link whose answer is to be taken up; None when a new one is due.

    That is a link that was sent to somebody, or any link where the answer comes by a pipe.

    Raises:
        SignInRequired: The link that was sent has expired.
    """
    vault, now = flow.services.vault, flow.services.clock.now()
    match vault.latest_pending(flow.key, now):
        case PendingSignIn() as waiting if waiting.is_sent or flow.way.takes_up:
            return waiting
        case ExpiredSignIn() as expired if expired.is_sent:
            # Said once: the next sign-in begins anew.
            vault.take_latest_pending(flow.key, now)
            raise _too_late(flow, expired)
        case _:
            return None


def take_waiting(flow: Flow, pasted: PastedCode) -> SignIn:
    """Return the sign-in that a pasted answer belongs to; it can be taken once.

    Raises:
        UsageError: None of this mailbox's.
        SignInRequired: It waited too long.
    """
    vault, now = flow.services.vault, flow.services.clock.now()
    taken = (
        vault.take_latest_pending(flow.key, now)
        if pasted.state is None
        else vault.take_pending(flow.key, pasted.state, now)
    )
    match taken:
        case PendingSignIn():
            return _resumed(taken)
        case ExpiredSignIn():
            raise _too_late(flow, taken)
        case None:
            raise UsageError(
                f"mailbox {flow.mailbox.address}: what was pasted answers no sign-in that waits "
                "here",
                hint="paste the address that the newest link of this mailbox led to; each answer "
                "is good once, and for 15 minutes",
            )


def good_until(created_at: datetime) -> datetime:
    """Return when a link that was made then stops being good."""
    return created_at + SIGN_IN_LIFETIME


def paste_redirect(registration: Registration) -> str:
    """Return the loopback address if there is one: its failed page keeps the answer in the bar.

    Raises:
        UsageError: No address is registered at all.
    """
    if not registration.redirect_uris:
        raise UsageError(
            f"application {registration.unique_name} has no redirect URI",
            hint="provision apply",
        )
    loopback = [u for u in registration.redirect_uris if u.rstrip("/") == LOOPBACK]
    return (loopback or list(registration.redirect_uris))[0]


def _too_late(flow: Flow, expired: ExpiredSignIn) -> SignInRequired:
    way = "--link" if expired.is_sent else "--paste"
    return SignInRequired(
        f"mailbox {flow.mailbox.address}: that sign-in was begun more than 15 minutes ago",
        hint=f"provision authorize {way} --mailbox {quote(flow.mailbox.address)}",
    )


def _resumed(pending: PendingSignIn) -> SignIn:
    return SignIn(
        url="",
        state=pending.state,
        nonce=pending.nonce,
        code_verifier=pending.code_verifier,
        redirect_uri=pending.redirect_uri,
        authority=pending.authority,
        scopes=pending.scopes,
        client_id=pending.client_id,
        response_mode="query",
    )
