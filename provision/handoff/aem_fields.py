"""The fields of AEM Forms on JEE that e-mail with OAuth needs, page by page, with their values."""

from dataclasses import dataclass
from typing import Final

from provision.cloud import MailHost

LEAVE_EMPTY: Final = "(leave empty)"
AS_NEEDED: Final = "(as your process needs)"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a page."""

    label: str
    """As the page spells it."""
    value: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the administration console."""

    title: str
    way: str
    """Where to click, from the console's home."""
    before: tuple[str, ...]
    fields: tuple[Field, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What goes into the fields, ready to print."""

    mailbox: str
    signs_in_as: str
    client_id: str
    client_secret: str
    refresh_token: str
    imap: MailHost | None
    """None when the mailbox does not use it or the cloud has none."""
    smtp: MailHost | None


def make_pages(inputs: Inputs) -> tuple[Page, ...]:
    """Return the three places that each need their own copy of the values.

    Source:
        https://experienceleague.adobe.com/docs/experience-manager-65/forms/use-aem-forms/oauth2-support-for-mail-service.html
        https://experienceleague.adobe.com/docs/experience-manager-65/forms/administrator-help/configure-service-settings.html
        https://experienceleague.adobe.com/docs/experience-manager-65/forms/administrator-help/manage-endpoints/configuring-email-endpoints.html
    """
    return (_email_service(inputs), _form_workflow(inputs), _endpoint(inputs))


def _email_service(inputs: Inputs) -> Page:
    return Page(
        title="1. Email Service",
        way="Services > Applications and Services > Service Management > Email: 1.0",
        before=(
            "Stop the service first (select its check box, click Stop), then open its name and the",
            "Configuration tab.",
        ),
        fields=(
            Field("SMTP Host", _host(inputs.smtp)),
            Field("SMTP Port Number", _port(inputs.smtp)),
            Field("SMTP Authenticate", "checked (OAuth does not work without)"),
            Field("SMTP User", inputs.signs_in_as),
            Field("SMTP Password", LEAVE_EMPTY),
            Field("SMTP Transport Security", "TLS"),
            Field("POP3/IMAP Host", _host(inputs.imap)),
            Field("POP3/IMAP Username", inputs.mailbox),
            Field("POP3/IMAP Password", LEAVE_EMPTY),
            Field("POP3/IMAP Port Number", _port(inputs.imap)),
            Field("POP3/IMAP", "IMAP"),
            Field("Receive Transport Security", "TLS"),
            Field("oAuth 2.0 Authentication Settings", "True"),
            *_credentials(inputs),
        ),
        after=(
            "Save, select the service's check box and click Start.",
            "Adobe asks for TLS, not SSL, in both transport securities when OAuth is on: on port",
            "587 that is STARTTLS, on port 993 TLS from the first byte.",
            "Test: in Workbench, run Email 1.0 > Send with Document,",
            f"From {inputs.mailbox}, to an address of your own.",
        ),
    )


def _form_workflow(inputs: Inputs) -> Page:
    return Page(
        title="2. Form Workflow e-mail settings (task notifications)",
        way="Services > Form Workflow > Server Settings > Email Settings",
        before=("Only needed when AEM sends task notifications and reminders.",),
        fields=(
            Field("Enable Outgoing Messages", "checked"),
            Field("SMTP Server", _host(inputs.smtp)),
            Field("User Name", inputs.signs_in_as),
            Field("Password", LEAVE_EMPTY),
            Field("Email Address", inputs.mailbox),
            Field("Enable oAuth", "checked"),
            *_credentials(inputs),
        ),
        after=(
            "Save. The page has no port and no TLS: those of the Email Service presumably count.",
        ),
    )


def _endpoint(inputs: Inputs) -> Page:
    return Page(
        title="3. E-mail endpoint",
        way="Services > Applications and Services > Endpoint Management > Add: Email",
        before=(
            "Only needed when mail starts a process. Use this page, not Workbench.",
            "One mailbox serves one endpoint, and AEM deletes what it has processed.",
        ),
        fields=(*_scheduling(), *_inbox(inputs), *_outbox(inputs), *_oauth(inputs), *_answers()),
        after=("Save, or Add for a new endpoint.",),
    )


def _scheduling() -> tuple[Field, ...]:
    return (
        Field("Name", AS_NEEDED),
        Field("Description", AS_NEEDED),
        Field("Cron Expression", LEAVE_EMPTY),
        Field("Repeat Count", "-1"),
        Field("Repeat Interval", "10 (seconds; AEM takes no less)"),
        Field("Delay When Job Starts", "0"),
        Field("Batch Size", "2"),
        Field("User Name", "SuperAdmin, or the AEM user that runs the process"),
        Field("Domain Name", "DefaultDom, or that user's domain"),
        Field("Domain Pattern", "(your own domain, so that strangers start nothing)"),
        Field("File Pattern", "*"),
        Field("Successful Job's Recipients", "sender"),
        Field("Failed Job's Recipients", "sender"),
    )


def _inbox(inputs: Inputs) -> tuple[Field, ...]:
    return (
        Field("Inbox Host", _host(inputs.imap)),
        Field("Inbox Port", _port(inputs.imap)),
        Field("Inbox Protocol", "IMAP (POP3 does not work with OAuth here)"),
        Field("Inbox Time Out", "60"),
        Field("Inbox User", inputs.mailbox),
        Field("Inbox Password", LEAVE_EMPTY),
        Field("POP3/IMAP SSL Enabled", "checked"),
    )


def _outbox(inputs: Inputs) -> tuple[Field, ...]:
    return (
        Field("SMTP Host", _host(inputs.smtp)),
        Field("SMTP Port", _port(inputs.smtp)),
        Field("SMTP User", inputs.signs_in_as),
        Field("SMTP Password", LEAVE_EMPTY),
        Field("Send From", inputs.mailbox),
        Field("SMTP Transport Security", "TLS (where only SMTP SSL Enabled exists: checked)"),
        Field("Failed Email Sent Folder", AS_NEEDED),
    )


def _oauth(inputs: Inputs) -> tuple[Field, ...]:
    return (Field("oAuth 2.0 Authentication Settings", "True"), *_credentials(inputs))


def _answers() -> tuple[Field, ...]:
    return (
        Field("Asynchronous", "checked"),
        Field("Include the original email body as an attachment", AS_NEEDED),
        Field("Use the original subject line for result emails", AS_NEEDED),
        Field("Success Email Subject, Body", AS_NEEDED),
        Field("Error Email Subject Prefix, Subject, Body", AS_NEEDED),
        Field("Email Summary Info", AS_NEEDED),
        Field("Validate Inbox before creating/updating", "checked"),
        Field("Character Set Encoding", "UTF-8"),
        Field("Operation Name", "invoke, or the operation of your process"),
        Field("Input and Output Parameter Mappings", AS_NEEDED),
    )


def _credentials(inputs: Inputs) -> tuple[Field, ...]:
    return (
        Field("Client ID", inputs.client_id),
        Field("Client Secret", inputs.client_secret),
        Field("Refresh Token", inputs.refresh_token),
    )


def _host(mail: MailHost | None) -> str:
    return LEAVE_EMPTY if mail is None else mail.host


def _port(mail: MailHost | None) -> str:
    return LEAVE_EMPTY if mail is None else str(mail.port)
