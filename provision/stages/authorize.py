"""Take a mailbox owner through a sign-in, up to a refresh token that is held."""

from typing import assert_never

from provision.stages.progress import Started
from provision.stages.services import Services
from provision.stages.sign_in_by_device import sign_in_by_device
from provision.stages.sign_in_by_listener import sign_in_by_listener
from provision.stages.sign_in_by_paste import sign_in_by_paste
from provision.stages.sign_in_flow import Authorized, flow_of
from provision.stages.sign_in_way import SignInWay, Surface
from provision.tenant.mailbox import Mailbox
from provision.tenant.registration import Registration


def authorize_mailbox(
    mailbox: Mailbox,
    registration: Registration,
    way: SignInWay,
    surface: Surface,
    services: Services,
) -> Authorized:
    """Sign a mailbox owner in and hold the refresh token.

    Raises:
        SignInRequired: Nobody signed in in time, or the code was no longer good.
        ConsentMissing: Consent was declined, or an administrator has to give it.
        WrongTenant: Somebody else signed in than the manifest names.
        ClientRefused: Entra does not accept the client or its secret.
        UsageError: No client secret, or no redirect URI that fits.
        VaultFailed: What the sign-in yields could not be kept; nobody was sent to sign in.
    """
    flow = flow_of(mailbox, registration, way, services)
    services.report(Started("authorize", f"waiting for {mailbox.sign_in_as} to sign in"))
    match way.by:
        case "listener":
            return sign_in_by_listener(flow, surface)
        case "paste":
            return sign_in_by_paste(flow, surface)
        case "device":
            return sign_in_by_device(flow, surface)
        case _:
            assert_never(way.by)
