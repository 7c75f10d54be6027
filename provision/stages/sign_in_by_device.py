"""A sign-in on another machine: the owner types a code there, and nothing comes back here."""

from provision.stages.sign_in_flow import Authorized, Flow
from provision.stages.sign_in_way import Surface


def sign_in_by_device(flow: Flow, surface: Surface) -> Authorized:
    """Show the owner a code, and ask Entra until they have signed in with it.

    The client proves who it is by its secret, as everywhere; the application stays confidential.

    Raises:
        SignInRequired: Nobody signed in while the code was good.
        ConsentMissing: The owner declined.
        ClientRefused: Entra wants a public client.
    """
    endpoint = flow.services.endpoint
    begun = endpoint.begin_device(
        flow.client, flow.scopes, patience=flow.way.patience, waiting=flow.waiting
    )
    surface.show_code(begun.shown, flow.mailbox.sign_in_as)
    tokens = endpoint.redeem_device(
        flow.client, begun, timeout=flow.way.timeout, patience=flow.way.patience
    )
    return flow.keep(begun, begun.scopes, tokens)
