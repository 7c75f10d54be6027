"""The fields of AEM Forms on JEE that e-mail with OAuth needs, page by page, with their values."""

from dataclasses import dataclass
from typing import Final

from provision.cloud import MailHost
from provision.handoff.aem_places import AemPlace

_LEAVE_EMPTY: Final = "leave empty"
_AS_NEEDED: Final = "as your process needs"
_NO_MAILBOX: Final = "name a mailbox in the manifest"
_TLS_HERE: Final = (
    "Adobe asks for TLS, not SSL, in both transport securities when OAuth is on: on port 587 that "
    "is STARTTLS, on port 993 TLS from the first byte."
)
_TEST: Final = (
    "Test: in Workbench, run Email 1.0 > Send with Document, the mailbox in From, to an address of "
    "your own."
)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a page."""

    label: str
    """As the page spells it."""
    value: str = ""
    """What goes in, to the letter; empty where nothing does, or nobody here knows."""
    note: str = ""
    """What is no part of the value."""
    is_chosen: bool = False
    """Whether it is ticked or chosen from a list, so that nothing is typed."""
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the administration console."""

    title: str
    way: str
    """Where to click, from the console's home."""
    before: str
    fields: tuple[Field, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What goes into the fields, ready to print."""

    mailbox: str
    """Empty when the manifest names none, as is `signs_in_as`."""
    signs_in_as: str
    credentials: tuple[Field, ...]
    """Client id, client secret and refresh token: each place has its own copy."""
    imap: MailHost | None
    """None when the mailbox does not use it or the cloud has none."""
    smtp: MailHost | None


def make_page(place: AemPlace, inputs: Inputs) -> Page:
    """Return the page of one place.

    Source:
        https://experienceleague.adobe.com/docs/experience-manager-65/forms/use-aem-forms/oauth2-support-for-mail-service.html
        https://experienceleague.adobe.com/docs/experience-manager-65/forms/administrator-help/configure-service-settings.html
        https://experienceleague.adobe.com/docs/experience-manager-65/forms/administrator-help/manage-endpoints/configuring-email-endpoints.html
    """
    match place.kind:
        case "email-service":
            return _email_service(inputs)
        case "form-workflow":
            return _form_workflow(inputs)
        case "endpoint":
            return _endpoint(place, inputs)


def _email_service(inputs: Inputs) -> Page:
    return Page(
        title="Email Service",
        way="Services > Applications and Services > Service Management > Email: 1.0",
        before="Stop the service first (select its check box, click Stop), then open its name and "
        "the Configuration tab.",
        fields=(
            Field("SMTP Host", *_host(inputs.smtp)),
            Field("SMTP Port Number", *_port(inputs.smtp)),
            _checked("SMTP Authenticate", "OAuth does not work without"),
            _address("SMTP User", inputs.signs_in_as),
            Field("SMTP Password", note=_LEAVE_EMPTY),
            _chosen("SMTP Transport Security", "TLS"),
            Field("POP3/IMAP Host", *_host(inputs.imap)),
            _address("POP3/IMAP Username", inputs.mailbox),
            Field("POP3/IMAP Password", note=_LEAVE_EMPTY),
            Field("POP3/IMAP Port Number", *_port(inputs.imap)),
            _chosen("POP3/IMAP", "IMAP"),
            _chosen("Receive Transport Security", "TLS"),
            _chosen("oAuth 2.0 Authentication Settings", "True"),
            *inputs.credentials,
        ),
        after=(
            "Save, select the service's check box and click Start.",
            _TLS_HERE,
            _TEST,
        ),
    )


def _form_workflow(inputs: Inputs) -> Page:
    return Page(
        title="Form Workflow e-mail settings (task notifications)",
        way="Services > Form Workflow > Server Settings > Email Settings",
        before="Only needed when AEM sends task notifications and reminders.",
        fields=(
            _checked("Enable Outgoing Messages"),
            Field("SMTP Server", *_host(inputs.smtp)),
            _address("User Name", inputs.signs_in_as),
            Field("Password", note=_LEAVE_EMPTY),
            _address("Email Address", inputs.mailbox),
            _checked("Enable oAuth"),
            *inputs.credentials,
        ),
        after=(
            "Save. The page has no port and no TLS: those of the Email Service presumably count.",
        ),
    )


def _endpoint(place: AemPlace, inputs: Inputs) -> Page:
    return Page(
        title=f"E-mail endpoint {place.name}",
        way="Services > Applications and Services > Endpoint Management > Add: Email",
        before="Only needed when mail starts a process. Use this page, not Workbench. One mailbox "
        "serves one endpoint, and AEM deletes what it has processed.",
        fields=(
            Field("Name", place.name),
            *_scheduling(),
            *_inbox(inputs),
            *_outbox(inputs),
            _chosen("oAuth 2.0 Authentication Settings", "True"),
            *inputs.credentials,
            *_answers(),
        ),
        after=("Save, or Add for a new endpoint.",),
    )


def _scheduling() -> tuple[Field, ...]:
    return (
        Field("Description", note=_AS_NEEDED),
        Field("Cron Expression", note=_LEAVE_EMPTY),
        Field("Repeat Count", "-1"),
        Field("Repeat Interval", "10", "seconds; AEM takes no less"),
        Field("Delay When Job Starts", "0"),
        Field("Batch Size", "2"),
        Field("User Name", "SuperAdmin", "or the AEM user that runs the process"),
        Field("Domain Name", "DefaultDom", "or that user's domain"),
        Field("Domain Pattern", note="your own domain, so that strangers start nothing"),
        Field("File Pattern", "*"),
        Field("Successful Job's Recipients", "sender"),
        Field("Failed Job's Recipients", "sender"),
    )


def _inbox(inputs: Inputs) -> tuple[Field, ...]:
    return (
        Field("Inbox Host", *_host(inputs.imap)),
        Field("Inbox Port", *_port(inputs.imap)),
        _chosen("Inbox Protocol", "IMAP", "POP3 does not work with OAuth here"),
        Field("Inbox Time Out", "60"),
        _address("Inbox User", inputs.mailbox),
        Field("Inbox Password", note=_LEAVE_EMPTY),
        _checked("POP3/IMAP SSL Enabled"),
    )


def _outbox(inputs: Inputs) -> tuple[Field, ...]:
    return (
        Field("SMTP Host", *_host(inputs.smtp)),
        Field("SMTP Port", *_port(inputs.smtp)),
        _address("SMTP User", inputs.signs_in_as),
        Field("SMTP Password", note=_LEAVE_EMPTY),
        _address("Send From", inputs.mailbox),
        _chosen("SMTP Transport Security", "TLS", "where only SMTP SSL Enabled exists: checked"),
        Field("Failed Email Sent Folder", note=_AS_NEEDED),
    )


def _answers() -> tuple[Field, ...]:
    return (
        _checked("Asynchronous"),
        Field("Include the original email body as an attachment", note=_AS_NEEDED),
        Field("Use the original subject line for result emails", note=_AS_NEEDED),
        Field("Success Email Subject, Body", note=_AS_NEEDED),
        Field("Error Email Subject Prefix, Subject, Body", note=_AS_NEEDED),
        Field("Email Summary Info", note=_AS_NEEDED),
        _checked("Validate Inbox before creating/updating"),
        Field("Character Set Encoding", "UTF-8"),
        Field("Operation Name", "invoke", "or the operation of your process"),
        Field("Input and Output Parameter Mappings", note=_AS_NEEDED),
    )


def _checked(label: str, note: str = "") -> Field:
    return _chosen(label, "checked", note)


def _chosen(label: str, value: str, note: str = "") -> Field:
    return Field(label, value, note, is_chosen=True)


def _address(label: str, address: str) -> Field:
    return Field(label, address, "" if address else _NO_MAILBOX)


def _host(mail: MailHost | None) -> tuple[str, str]:
    """Return the value and the note of a field for a host."""
    return ("", _LEAVE_EMPTY) if mail is None else (mail.host, "")


def _port(mail: MailHost | None) -> tuple[str, str]:
    return ("", _LEAVE_EMPTY) if mail is None else (str(mail.port), "")
