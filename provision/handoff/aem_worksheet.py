"""The worksheet as text: what is handed over, what to watch, and the fields page by page."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from textwrap import wrap
from typing import Final

from provision.cloud import BUILT_IN, MailHost
from provision.diagnose import explain_entra
from provision.handoff.aem_fields import Inputs, Page, make_pages
from provision.handoff.port import Handover
from provision.handoff.stored_values import Holding

TITLE: Final = "AEM Forms on JEE: e-mail through Office 365 (worksheet by provision)"
SECRETS_SHOWN: Final = "shown below; whoever reads this file can read the mailbox"
SECRETS_HIDDEN: Final = "not in this file"
HIDDEN: Final = "(not shown: `provision handoff --with-secrets` fills it in)"
NO_SECRET: Final = "(not held here: `provision apply` makes one)"  # noqa: S105  (says that there is none)
NO_TOKEN: Final = "(none yet: `provision authorize`, then `provision handoff`)"  # noqa: S105  (says that there is none)
NO_MAILBOX: Final = "(name a mailbox in the manifest)"
# https://learn.microsoft.com/entra/identity-platform/refresh-tokens#token-lifetime
LIFETIME: Final = timedelta(days=90)
_SINGLE_TENANT: Final = 50194
_OTHER_TENANT: Final = 7000012
_WIDTH: Final = 48


def render(handover: Handover, holding: Holding, *, with_secrets: bool) -> str:
    """Return the worksheet.

    Args:
        handover: Where the mailbox and the cloud come from.
        holding: The values, completed by what the sheet held before.
        with_secrets: Whether the client secret and the refresh token are printed.
    """
    secret, token = _secrets(holding, with_secrets=with_secrets)
    mailbox = handover.mailbox
    address = holding.mailbox or NO_MAILBOX
    inputs = Inputs(
        mailbox=address,
        signs_in_as=address if mailbox is None else mailbox.sign_in_as,
        client_id=holding.client_id,
        client_secret=secret,
        refresh_token=token,
        imap=_used("imap", handover.cloud.imap, handover),
        smtp=_used("smtp", handover.cloud.smtp, handover),
    )
    lines = [TITLE, ""]
    lines += _summary(handover, holding, inputs, with_secrets=with_secrets)
    lines += _notices(handover, holding, inputs)
    for page in make_pages(inputs):
        lines += _page(page)
    return "\n".join(lines) + "\n"


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


def _secrets(holding: Holding, *, with_secrets: bool) -> tuple[str, str]:
    secret, token = holding.client_secret, holding.token
    shown_secret = NO_SECRET if secret is None else HIDDEN
    shown_token = NO_TOKEN if token is None else HIDDEN
    if with_secrets and secret is not None:
        shown_secret = secret.secret.reveal()
    if with_secrets and token is not None:
        shown_token = token.secret.reveal()
    return shown_secret, shown_token


def _used(protocol: str, host: MailHost | None, handover: Handover) -> MailHost | None:
    mailbox = handover.mailbox
    return host if mailbox is None or protocol in mailbox.protocols else None


def _summary(
    handover: Handover, holding: Holding, inputs: Inputs, *, with_secrets: bool
) -> Iterator[str]:
    token = holding.token
    yield f"Application: {handover.registration.unique_name}"
    yield f"Cloud: {handover.cloud.name}"
    yield f"Mailbox: {inputs.mailbox}"
    yield f"Signs in as: {inputs.signs_in_as}"
    yield f"Client ID: {holding.client_id}"
    yield f"Tenant ID: {holding.tenant_id}"
    yield f"Authority: {holding.authority}"
    yield f"Secrets: {SECRETS_SHOWN if with_secrets else SECRETS_HIDDEN}"
    yield f"Client secret key id: {holding.key_id or '(none)'}"
    yield f"Client Secret: {inputs.client_secret}"
    yield f"Refresh Token: {inputs.refresh_token}"
    if token is not None:
        yield f"Generation: {'(unknown)' if token.generation is None else token.generation}"
        yield f"Issued at: {token.issued_at or '(unknown)'}"
        yield f"Dies on: {dies_on(holding) or '(unknown)'}"


def _notices(handover: Handover, holding: Holding, inputs: Inputs) -> Iterator[str]:
    yield ""
    yield "Watch"
    for notice in (*_token_notices(handover, holding), *_host_notices(handover, inputs)):
        yield from wrap(notice, 92, initial_indent="- ", subsequent_indent="  ")


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


def _page(page: Page) -> Iterator[str]:
    yield ""
    yield page.title
    yield "=" * len(page.title)
    yield page.way
    yield from page.before
    yield ""
    for field in page.fields:
        # Values stay on one line, however long: a wrapped token is a broken one.
        yield f"  {field.label} ".ljust(_WIDTH, ".") + f" {field.value}"
    yield ""
    yield from page.after
