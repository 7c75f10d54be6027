"""A sign-in whose answer a person copies; it waits in the vault, and any process may take it."""

from provision.errors import SignInRequired, UsageError
from provision.oauth.authorization_request import SignIn
from provision.oauth.callback import accept_paste, parse_paste
from provision.stages.sign_in_flow import Authorized, Flow, paste_redirect
from provision.vault.port import ExpiredSignIn, PendingSignIn


def sign_in_by_paste(flow: Flow) -> Authorized:
    """Let the owner sign in, and read what they copied.

    Raises:
        UsageError: What was pasted is no answer to a sign-in of this mailbox.
        SignInRequired: The sign-in waited too long.
    """
    address = flow.mailbox.address
    begun = flow.begin(paste_redirect(flow.registration), "query")
    _keep_pending(flow, begun)
    flow.surface.open(begun.url, flow.mailbox.sign_in_as)
    pasted = parse_paste(flow.surface.pasted(flow.mailbox.sign_in_as))
    now, vault = flow.services.clock.now(), flow.services.vault
    waiting = (
        vault.take_latest_pending(flow.key, now)
        if pasted.state is None
        else vault.take_pending(pasted.state, now)
    )
    match waiting:
        case PendingSignIn() if waiting.mailbox == flow.key:
            sign_in = _resumed(waiting)
            return flow.redeem(sign_in, accept_paste(pasted, sign_in.state))
        case ExpiredSignIn():
            raise SignInRequired(
                f"mailbox {address}: that sign-in was begun more than 15 minutes ago",
                hint=f"provision authorize --paste --mailbox {address}",
            )
        case PendingSignIn() | None:
            raise UsageError(
                f"mailbox {address}: what was pasted answers no sign-in that waits here",
                hint="paste the address that the newest link led to",
            )


def _keep_pending(flow: Flow, begun: SignIn) -> None:
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
        )
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
