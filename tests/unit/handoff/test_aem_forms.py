"""The AEM worksheet: every field with its value, secrets only on request."""

import dataclasses

import pytest

from provision.cloud import BUILT_IN
from provision.errors import SinkFailed
from provision.handoff.aem_forms import AemFormsSink
from provision.handoff.aem_places import USUAL_PLACES, AemPlace
from provision.handoff.port import Handover
from provision.tenant.mailbox import Mailbox
from tests.unit.handoff.values import (
    AUTHORITY,
    MAILBOX,
    MemoryPlace,
    make_handover,
    make_registration,
)

PAGES = ("1. Email Service", "2. Form Workflow", "3. E-mail endpoint invoices")
PLACES = (*USUAL_PLACES, AemPlace("endpoint", "invoices"))


def sheet(handover: Handover, *, with_secrets: bool = False) -> str:
    place = MemoryPlace()
    AemFormsSink(place, with_secrets=with_secrets, places=PLACES).keep(handover)
    return str(place.text)


def words(text: str) -> str:
    return " ".join(text.split())


def page(text: str, title: str) -> dict[str, str]:
    """Return the fields of one page."""
    rest = text[text.index(title) :].splitlines()[2:]
    ends = [i for i, line in enumerate(rest) if line.startswith("===")]
    lines = rest[: ends[0]] if ends else rest
    pairs = (line.strip().split(" ..", 1) for line in lines if " .." in line)
    return {label: value.lstrip(".").strip() for label, value in pairs}


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("SMTP Host", "smtp.office365.com"),
        ("SMTP Port Number", "587"),
        ("SMTP Authenticate", "checked (OAuth does not work without)"),
        ("SMTP User", "clerk@contoso.com"),
        ("SMTP Transport Security", "TLS"),
        ("POP3/IMAP Host", "outlook.office365.com"),
        ("POP3/IMAP Username", "forms@contoso.com"),
        ("POP3/IMAP Port Number", "993"),
        ("POP3/IMAP", "IMAP"),
        ("Receive Transport Security", "TLS"),
        ("oAuth 2.0 Authentication Settings", "True"),
        ("Client ID", "c-1"),
    ],
)
def test_the_email_service_gets_its_value(label: str, value: str) -> None:
    assert page(sheet(make_handover()), PAGES[0])[label] == value


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("Enable Outgoing Messages", "checked"),
        ("SMTP Server", "smtp.office365.com"),
        ("User Name", "clerk@contoso.com"),
        ("Email Address", "forms@contoso.com"),
        ("Enable oAuth", "checked"),
        ("Client ID", "c-1"),
    ],
)
def test_the_form_workflow_gets_its_value(label: str, value: str) -> None:
    assert page(sheet(make_handover()), PAGES[1])[label] == value


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("Inbox Host", "outlook.office365.com"),
        ("Inbox Port", "993"),
        ("Inbox Protocol", "IMAP (POP3 does not work with OAuth here)"),
        ("Inbox User", "forms@contoso.com"),
        ("POP3/IMAP SSL Enabled", "checked"),
        ("SMTP Host", "smtp.office365.com"),
        ("SMTP Port", "587"),
        ("SMTP User", "clerk@contoso.com"),
        ("Send From", "forms@contoso.com"),
        ("oAuth 2.0 Authentication Settings", "True"),
        ("Client ID", "c-1"),
    ],
)
def test_the_endpoint_gets_its_value(label: str, value: str) -> None:
    assert page(sheet(make_handover()), PAGES[2])[label] == value


@pytest.mark.parametrize("title", PAGES)
def test_each_place_gets_its_own_copy_of_the_secrets(title: str) -> None:
    fields = page(sheet(make_handover(), with_secrets=True), title)
    assert (fields["Client Secret"], fields["Refresh Token"]) == ("s3~cr.et_", "1.AXrefresh")


def test_without_the_flag_no_secret_is_in_the_sheet() -> None:
    text = sheet(make_handover())
    assert "s3~cr.et_" not in text
    assert "1.AXrefresh" not in text


@pytest.mark.parametrize("title", PAGES)
def test_without_the_flag_the_sheet_says_what_fills_it_in(title: str) -> None:
    fields = page(sheet(make_handover()), title)
    assert "provision handoff --with-secrets" in fields["Client Secret"]
    assert "provision handoff --with-secrets" in fields["Refresh Token"]


def test_a_missing_token_says_how_to_get_one() -> None:
    text = sheet(make_handover(token=None), with_secrets=True)
    assert "provision authorize" in page(text, PAGES[0])["Refresh Token"]
    assert "Dies on" not in text


def test_a_missing_secret_says_how_to_get_one() -> None:
    text = sheet(make_handover(secret=None), with_secrets=True)
    assert "provision apply" in page(text, PAGES[0])["Client Secret"]


def test_the_copy_is_dated_and_dies_after_ninety_days() -> None:
    lines = sheet(make_handover()).splitlines()
    assert {"Generation: 3", "Issued at: 2026-01-31T09:30:00Z", "Dies on: 2026-05-01"} <= set(lines)


def test_a_copy_without_date_says_so() -> None:
    handover = dataclasses.replace(make_handover(), refresh_token_issued_at=None, generation=None)
    lines = sheet(handover).splitlines()
    assert {"Generation: (unknown)", "Issued at: (unknown)", "Dies on: (unknown)"} <= set(lines)


def test_a_common_authority_needs_no_warning() -> None:
    assert "AADSTS" not in sheet(make_handover())


@pytest.mark.parametrize("segment", ["t-1", "consumers"])
def test_another_authority_is_warned_about(segment: str) -> None:
    text = words(sheet(make_handover(authority=f"https://login.microsoftonline.com/{segment}")))
    assert f"this token is for /{segment}" in text
    assert "authority: common" in text


def test_a_single_tenant_application_is_warned_about() -> None:
    handover = make_handover(registration=make_registration(audience="AzureADMyOrg"))
    assert "AADSTS50194" in sheet(handover)


def test_another_cloud_gives_its_own_hosts_and_a_warning() -> None:
    handover = make_handover(
        cloud=BUILT_IN["china"], authority="https://login.partner.microsoftonline.cn/common"
    )
    text = sheet(handover)
    assert page(text, PAGES[0])["SMTP Host"] == "smtp.partner.outlook.cn"
    assert "cloud china is not known" in words(text)


def test_a_mailbox_with_pop_alone_gets_no_inbox() -> None:
    mailbox = Mailbox("forms@contoso.com", "forms@contoso.com", "common", ("pop", "smtp"))
    text = sheet(make_handover(mailbox=mailbox))
    assert page(text, PAGES[2])["Inbox Host"] == "(leave empty)"
    assert "POP3 cannot stand in" in words(text)


def test_a_mailbox_without_smtp_is_warned_about() -> None:
    mailbox = Mailbox("forms@contoso.com", "forms@contoso.com", "common", ("imap",))
    assert "AEM cannot send" in words(sheet(make_handover(mailbox=mailbox)))


def test_without_a_mailbox_the_sheet_asks_for_one() -> None:
    text = sheet(make_handover(mailbox=None, token=None))
    assert page(text, PAGES[0])["SMTP User"] == "(name a mailbox in the manifest)"


def test_a_sheet_with_secrets_holds_them_and_their_key_id() -> None:
    sink = AemFormsSink(MemoryPlace(), with_secrets=True)
    sink.keep(make_handover())
    assert (sink.holds_secrets, sink.held_key_id()) == (True, "key-1")


def test_a_sheet_without_secrets_holds_none() -> None:
    sink = AemFormsSink(MemoryPlace(), with_secrets=False)
    sink.keep(make_handover())
    assert (sink.holds_secrets, sink.held_key_id()) == (False, None)


def test_no_sheet_holds_no_key() -> None:
    assert AemFormsSink(MemoryPlace(), with_secrets=True).held_key_id() is None


def test_a_stored_refresh_token_survives_a_new_client_secret() -> None:
    place = MemoryPlace()
    sink = AemFormsSink(place, with_secrets=True)
    sink.keep(make_handover())
    before = str(place.text)
    sink.keep(make_handover(token=None, secret="new", key_id="key-2"))
    assert place.text == before.replace("s3~cr.et_", "new").replace("key-1", "key-2")


def test_an_undated_stored_token_stays_undated() -> None:
    place = MemoryPlace()
    sink = AemFormsSink(place, with_secrets=True)
    sink.keep(dataclasses.replace(make_handover(), refresh_token_issued_at=None, generation=None))
    before = place.text
    sink.keep(make_handover(token=None))
    assert place.text == before


def test_a_date_that_somebody_garbled_is_unknown() -> None:
    place = MemoryPlace()
    sink = AemFormsSink(place, with_secrets=True)
    sink.keep(make_handover())
    place.text = str(place.text).replace("2026-01-31T09:30:00Z", "in January")
    sink.keep(make_handover(token=None))
    assert "Dies on: (unknown)" in str(place.text)


def test_another_programs_file_is_refused_before_a_secret_exists() -> None:
    with pytest.raises(SinkFailed, match="not a worksheet"):
        AemFormsSink(MemoryPlace("Dear diary"), with_secrets=False).prepare()


def test_an_existing_sheet_may_be_replaced() -> None:
    AemFormsSink(MemoryPlace(sheet(make_handover())), with_secrets=False).prepare()


def test_a_value_with_a_line_break_is_not_shown_broken() -> None:
    with pytest.raises(SinkFailed, match="one line"):
        sheet(make_handover(secret="a\nb"), with_secrets=True)


def test_the_holder_names_format_and_file() -> None:
    sink = AemFormsSink(MemoryPlace(), with_secrets=False)
    assert (sink.name, sink.holder) == ("aem-forms", "aem-forms memory")


def test_values_of_the_test_are_common() -> None:
    assert (MAILBOX.authority, AUTHORITY.rpartition("/")[2]) == ("common", "common")
