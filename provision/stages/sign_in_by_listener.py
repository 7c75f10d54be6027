"""A sign-in whose answer the browser brings to a port on this machine."""

from provision.oauth.authorization_request import ResponseMode
from provision.stages.sign_in_flow import Authorized, Flow, require_loopback
from provision.stages.sign_in_way import Surface


def sign_in_by_listener(flow: Flow, surface: Surface) -> Authorized:
    """Let the owner sign in, and receive the answer.

    Raises:
        UsageError: The loopback address is no redirect URI of the application.
        SignInRequired: Nothing came back in time.
    """
    require_loopback(flow.registration)
    mode: ResponseMode = "query" if flow.way.is_query else "form_post"
    with flow.services.listen(mode) as listener:
        sign_in = flow.begin(listener.redirect_uri, mode)
        listener.expect(sign_in.state)
        surface.open(sign_in.url, flow.mailbox.sign_in_as)
        callback = listener.wait(flow.way.listening_time)
        # Still listening: whoever reloads the page meanwhile is shown it again.
        return flow.redeem(sign_in, callback)
