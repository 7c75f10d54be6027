"""What a worksheet for AEM Forms says, however it is laid out: facts, warnings, fields by page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from provision.cloud import BUILT_IN, MailHost
from provision.diagnose import explain_entra
from provision.handoff.aem_fields import Field, Inputs, Page, make_page
from provision.handoff.aem_places import AemPlace
from provision.handoff.port import Handover
from provision.handoff.stored_values import Holding

SECRETS_SHOWN: Final = "shown below; whoever reads this file can read the mailbox"
SECRETS_HIDDEN: Final = "not in this file"
_HIDDEN: Final = "not shown: `provision handoff --with-secrets` fills it in"
_NO_SECRET: Final = "not held here: `provision apply` makes one"  # noqa: S105  (says that there is none)
_NO_TOKEN: Final = "none yet: `provision authorize`, then `provision handoff`"  # noqa: S105  (says that there is none)
_NO_MAILBOX: Final = "(name a mailbox in the manifest)"
# https://learn.microsoft.com/entra/identity-platform/refresh-tokens#token-lifetime
LIFETIME: Final = timedelta(days=90)
_SINGLE_TENANT: Final = 50194
_OTHER_TENANT: Final = 7000012


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet before it is laid out."""

    facts: tuple[tuple[str, str], ...]
    """Label and value; none is secret."""
    credentials: tuple[Field, ...]
    """Client id, client secret, refresh token."""
    notices: tuple[str, ...]
    pages: tuple[Page, ...]
    shows_secrets: bool
    dies_on: str | None
    """The day on which the copy of the refresh token dies; None when unknown, or without one."""


def make_sheet(
    handover: Handover, holding: Holding, places: tuple[AemPlace, ...], *, with_secrets: bool
) -> Sheet:
    """Return what the worksheet says.

    Args:
        handover: Where the mailbox and the cloud come from.
        holding: The values, completed by what the sheet held before.
        places: Each gets a page.
        with_secrets: Whether the client secret and the refresh token are in it.
    """
    mailbox = handover.mailbox
    address = holding.mailbox or ""
    inputs = Inputs(
        mailbox=address,
        signs_in_as=address if mailbox is None else mailbox.sign_in_as,
        credentials=_credentials(holding, with_secrets=with_secrets),
        imap=_used("imap", handover.cloud.imap, handover),
        smtp=_used("smtp", handover.cloud.smtp, handover),
    )
    return Sheet(
        facts=tuple(_facts(handover, holding, inputs, with_secrets=with_secrets)),
        credentials=inputs.credentials,
        notices=(*_token_notices(handover, holding), *_host_notices(handover, inputs)),
        pages=tuple(make_page(place, inputs) for place in places),
        shows_secrets=with_secrets,
        dies_on=dies_on(holding),
    )


def dies_on(holding: Holding) -> str | None:
    """Return the day the handed-over copy of the refresh token dies, or None when unknown.

    A copy that AEM never renews lives ninety days from its issue, however often others renew
    theirs.
    """
    if holding.token is None or holding.token.issued_at is None:
        return None
    try:
        issued_at = datetime.fromisoformat(holding.token.issued_at)
    except ValueError:
        return None
    return (issued_at + LIFETIME).date().isoformat()


def _credentials(holding: Holding, *, with_secrets: bool) -> tuple[Field, ...]:
    secret, token = holding.client_secret, holding.token
    shown_secret, about_secret = "", _NO_SECRET if secret is None else _HIDDEN
    shown_token, about_token = "", _NO_TOKEN if token is None else _HIDDEN
    if with_secrets and secret is not None:
        shown_secret, about_secret = secret.secret.reveal(), ""
    if with_secrets and token is not None:
        shown_token, about_token = token.secret.reveal(), ""
    return (
        Field("Client ID", holding.client_id),
        Field("Client Secret", shown_secret, about_secret, is_secret=True),
        Field("Refresh Token", shown_token, about_token, is_secret=True),
    )


def _used(protocol: str, host: MailHost | None, handover: Handover) -> MailHost | None:
    mailbox = handover.mailbox
    return host if mailbox is None or protocol in mailbox.protocols else None


def _facts(
    handover: Handover, holding: Holding, inputs: Inputs, *, with_secrets: bool
) -> Iterator[tuple[str, str]]:
    token = holding.token
    yield "Application", handover.registration.unique_name
    yield "Cloud", handover.cloud.name
    yield "Mailbox", inputs.mailbox or _NO_MAILBOX
    yield "Signs in as", inputs.signs_in_as or _NO_MAILBOX
    yield "Tenant ID", holding.tenant_id
    yield "Authority", holding.authority
    yield "Secrets", SECRETS_SHOWN if with_secrets else SECRETS_HIDDEN
    yield "Client secret key id", holding.key_id or "(none)"
    if token is not None:
        yield "Generation", "(unknown)" if token.generation is None else str(token.generation)
        yield "Issued at", token.issued_at or "(unknown)"
        yield "Dies on", dies_on(holding) or "(unknown)"


def _token_notices(handover: Handover, holding: Holding) -> Iterator[str]:
    last_day = dies_on(holding)
    if last_day is not None:
        yield (
            f"AEM is not known to store renewed tokens: its copy dies on {last_day}. Before that "
            "day, run `provision handoff` and fill in the new Refresh Token in every place below."
        )
    yield (
        "The client secret has an end of its own: `provision apply` renews it in time, and then "
        "it has to be filled in again in every place, too."
    )
    segment = holding.authority.rpartition("/")[2]
    if segment != "common":
        yield (
            "AEM has no field for the tenant and presumably asks /common, but this token is for "
            f"/{segment}, and then {_lowered(_OTHER_TENANT)} Set `authority: common` for the "
            "mailbox, run `provision authorize`, then `provision handoff`."
        )
    if handover.registration.sign_in_audience == "AzureADMyOrg":
        yield (
            f"The application is for one tenant only: {_lowered(_SINGLE_TENANT)} Set "
            "`signInAudience: AzureADMultipleOrgs` and run `provision apply`."
        )


def _host_notices(handover: Handover, inputs: Inputs) -> Iterator[str]:
    if handover.cloud.authority != BUILT_IN["global"].authority:
        yield (
            f"AEM has no field for the login host either; whether it can reach that of cloud "
            f"{handover.cloud.name} is not known."
        )
    if inputs.imap is None:
        yield (
            "There is no IMAP here (the mailbox's protocols leave it out, or the cloud has no "
            "host): skip receiving and the endpoint. POP3 cannot stand in."
        )
    if inputs.smtp is None:
        yield (
            "There is no SMTP here (the mailbox's protocols leave it out, or the cloud has no "
            "host): AEM cannot send."
        )


def _lowered(code: int) -> str:
    """Return what an Entra refusal means, to be read after a colon."""
    meaning = explain_entra(code, "").meaning
    return f"{meaning[0].lower()}{meaning[1:-1]} (AADSTS{code})."
