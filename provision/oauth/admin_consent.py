"""An administrator's consent for a whole tenant: the link, and what its answer must say."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from provision.errors import ConsentMissing, UsageError, WrongTenant
from provision.oauth.authorization_request import TokenSource
from provision.oauth.callback import is_state, pasted_parameters
from provision.oauth.refusal import error_for, read_refusal

_RANDOM_BYTES: Final = 32
_DECLINED: Final = frozenset({"permission_denied", "access_denied", "consent_required"})
_DECLINED_CODE: Final = "AADSTS65004"


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """One consent that was asked for: the link to open, and what its answer is held against."""

    url: str
    """For an administrator's browser; may be sent to them."""
    tenant: str
    """As it was asked for."""
    tenant_id: str
    state: str


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """An administrator's good answer."""

    tenant_id: str


def ask_for_consent(
    *,
    client_id: str,
    authority: str,
    scopes: tuple[str, ...],
    redirect_uri: str,
    tenant: str,
    random: TokenSource = secrets.token_urlsafe,
) -> ConsentRequest:
    """Make a consent link; nothing is sent.

    Args:
        client_id: Whose consent it is.
        authority: With the id of the tenant that is to consent, so that no other can.
        scopes: Of one resource.
        redirect_uri: Registered.
        tenant: The tenant, as a person named it.
        random: Makes the state.

    Source:
        https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
    """
    state = random(_RANDOM_BYTES)
    parameters = {
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "state": state,
        "scope": " ".join(scopes),
    }
    return ConsentRequest(
        url=f"{authority}/v2.0/adminconsent?{urlencode(parameters, quote_via=quote)}",
        tenant=tenant,
        tenant_id=authority.rpartition("/")[2],
        state=state,
    )


def accept_consent(parameters: Mapping[str, str], request: ConsentRequest) -> ConsentGiven:
    """Return the consent in a redirect's parameters, whose state the caller has compared.

    Raises:
        ConsentMissing: The administrator declined, or the answer does not say that they consented.
        WrongTenant: They consented for another tenant.
        ProvisionError: What else Entra said instead.
    """
    doing = f"consent of tenant {request.tenant}"
    again = f"provision authorize --admin {request.tenant}"
    if "error" in parameters:
        told = error_for(read_refusal(parameters), doing)
        is_declined = dict(told.evidence).get("code", _DECLINED_CODE) == _DECLINED_CODE
        if parameters["error"] in _DECLINED and is_declined:
            raise ConsentMissing(
                f"{doing}: its administrator declined",
                hint=f"ask them why; then send a new link: {again}",
                evidence=told.evidence,
            )
        raise told
    if parameters.get("admin_consent", "").lower() != "true":
        raise ConsentMissing(
            f"{doing}: the answer does not say that an administrator consented",
            hint=f"open a new link, and accept on its page: {again}",
        )
    told_id = parameters.get("tenant", "").lower()
    if told_id != request.tenant_id:
        raise WrongTenant(
            f"{doing}: Entra says that tenant {told_id or 'without an id'} consented, "
            f"not {request.tenant_id}",
            hint=f"open a new link with an account of {request.tenant}: {again}",
        )
    return ConsentGiven(told_id)


def accept_pasted_consent(text: str, request: ConsentRequest) -> ConsentGiven:
    """Return the consent in an address that a person copied.

    Raises:
        UsageError: It is no answer to this link.
        ProvisionError: As `accept_consent`.
    """
    parameters = pasted_parameters(text)
    again = f"provision authorize --admin {request.tenant} --paste"
    if not parameters.keys() & {"admin_consent", "tenant", "error"}:
        raise UsageError(
            "what was pasted is not the answer to a consent link",
            hint="paste the whole address of the page that the browser ended on, from http to "
            "its last character",
        )
    if not is_state(parameters.get("state"), request.state):
        raise UsageError(
            "what was pasted answers another link than the one that is waiting",
            hint=f"open the newest link, or begin again: {again}",
        )
    return accept_consent(parameters, request)
