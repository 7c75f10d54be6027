"""What a manifest of two lines stands for."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from provision.manifest.handoff import FileTarget
from provision.manifest.load import read_manifest
from provision.manifest.model import ApplicationSection, Manifest, SecretSection, WebSection
from provision.tenant.mailbox import Mailbox
from tests.unit.manifest.reading import MINIMAL, application, mailboxes

LOCALHOST = "http://localhost"


def secret_of(text: str) -> SecretSection:
    secret = read_manifest(text, "m").application.secret
    assert secret is not None
    return secret


def test_tenant_and_unique_name_suffice():
    manifest = read_manifest(MINIMAL, "m")
    assert manifest == Manifest(
        tenant="contoso.onmicrosoft.com",
        application=ApplicationSection(unique_name="aem-forms-mail"),
    )


def test_the_display_names_default_to_the_unique_name():
    names = (read_manifest(MINIMAL, "m").application.display_name, secret_of(MINIMAL).display_name)
    assert names == ("aem-forms-mail",) * 2


def test_the_secret_keeps_its_name_when_only_its_lifetime_is_given():
    secret = secret_of(application("secret: {lifetime: 90d}"))
    assert (secret.display_name, secret.lifetime) == ("aem-forms-mail", timedelta(days=90))


def test_a_secret_lives_half_a_year_and_is_rotated_a_month_before_its_end():
    secret = secret_of(MINIMAL)
    assert (secret.lifetime, secret.rotate_before) == (timedelta(days=180), timedelta(days=30))


def test_the_word_none_wants_no_secret():
    assert read_manifest(application("secret: none"), "m").application.secret is None


def test_the_default_registration_is_the_requested_one():
    section = read_manifest(MINIMAL, "m").application
    assert section.sign_in_audience == "AzureADandPersonalMicrosoftAccount"
    assert section.redirect_uris == (
        LOCALHOST,
        "https://login.microsoftonline.com/common/oauth2/nativeclient",
    )
    assert section.issues_access_tokens
    assert section.issues_id_tokens
    assert set(section.permissions) == {
        "IMAP.AccessAsUser.All",
        "POP.AccessAsUser.All",
        "SMTP.Send",
        "Mail.Read",
        "User.Read",
        "offline_access",
    }


@pytest.mark.parametrize(
    ("cloud", "login"),
    [
        ("usgov", "login.microsoftonline.us"),
        ("usgov-dod", "login.microsoftonline.us"),
        ("china", "login.partner.microsoftonline.cn"),
    ],
)
def test_a_national_cloud_changes_audience_and_redirect_uri(cloud, login):
    section = read_manifest(f"{MINIMAL}cloud: {cloud}\n", "m").application
    assert section.sign_in_audience == "AzureADMultipleOrgs"
    assert section.redirect_uris == (LOCALHOST, f"https://{login}/common/oauth2/nativeclient")


def test_a_national_cloud_leaves_given_redirect_uris_alone():
    text = application("web: {redirectUris: [http://localhost]}") + "cloud: china\n"
    assert read_manifest(text, "m").application.redirect_uris == (LOCALHOST,)


def test_a_cloud_file_has_the_defaults_of_the_global_cloud():
    manifest = read_manifest(f"{MINIMAL}cloud: ./sandbox.json\n", "m")
    assert manifest.application.admits_personal_accounts
    assert str(manifest.cloud_file) == "sandbox.json"


def test_one_of_microsofts_clouds_has_no_file():
    assert read_manifest(MINIMAL, "m").cloud_file is None


def test_a_mailbox_signs_in_as_itself_in_the_tenant_over_imap_and_smtp():
    (mailbox,) = read_manifest(mailboxes("{address: forms@contoso.com}"), "m").mailboxes
    address = "forms@contoso.com"
    assert mailbox == Mailbox(address, address, "tenant", ("imap", "smtp"))


def test_protocols_come_in_one_order():
    text = mailboxes("{address: forms@contoso.com, protocols: [smtp, pop, imap]}")
    assert read_manifest(text, "m").mailboxes[0].protocols == ("imap", "pop", "smtp")


def test_a_script_may_give_mailboxes_as_values():
    mailbox = Mailbox("a@contoso.com", "a@contoso.com", "tenant", ("imap",))
    manifest = Manifest(
        tenant="contoso.com",
        application=ApplicationSection(unique_name="x"),
        mailboxes=(mailbox,),
        handoff=(FileTarget(to="json", path="-"),),
    )
    assert manifest.mailboxes == (mailbox,)


def test_a_script_gets_refusals_too():
    with pytest.raises(ValidationError, match="only http://localhost does without https"):
        WebSection(redirect_uris=("http://example.com",))


def test_a_manifest_cannot_be_changed():
    manifest = read_manifest(MINIMAL, "m")
    with pytest.raises(AttributeError):
        manifest.tenant = "other"  # type: ignore[misc]  # frozen, which is the point


def test_the_digest_does_not_depend_on_spelling_or_order():
    one = application("permissions: [User.Read, SMTP.Send]", "displayName: aem-forms-mail")
    other = application("permissions:", "  - SMTP.Send", "  - User.Read")
    assert read_manifest(one, "a").digest == read_manifest(other, "b").digest


def test_the_digest_changes_with_what_is_wanted():
    hourly = application("secret: {lifetime: 180d, rotateBefore: 12h}")
    assert read_manifest(hourly, "m").digest != read_manifest(MINIMAL, "m").digest


def test_a_mailbox_for_aem_forms_signs_in_at_common():
    manifest = read_manifest(
        "tenant: contoso.com\napplication: {uniqueName: a}\n"
        "mailboxes: [{address: a@contoso.com}, {address: b@contoso.com}]\n"
        "handoff: [{to: aem-forms, path: a.txt, mailbox: a@contoso.com}]\n",
        "m",
    )
    assert [m.authority for m in manifest.mailboxes] == ["common", "tenant"]


def test_an_authority_that_is_written_wins_over_aem_forms():
    manifest = read_manifest(
        "tenant: contoso.com\napplication: {uniqueName: a}\n"
        "mailboxes: [{address: a@contoso.com, authority: tenant}]\n"
        "handoff: [{to: aem-forms, path: a.txt}]\n",
        "m",
    )
    assert manifest.mailboxes[0].authority == "tenant"


def test_a_single_tenant_application_cannot_use_common_even_for_aem_forms():
    manifest = read_manifest(
        "tenant: contoso.com\napplication: {uniqueName: a, signInAudience: AzureADMyOrg}\n"
        "mailboxes: [{address: a@contoso.com}]\nhandoff: [{to: aem-forms, path: a.txt}]\n",
        "m",
    )
    assert manifest.mailboxes[0].authority == "tenant"


def test_a_manifest_without_a_secret_may_be_written_anew_in_memory():
    section = read_manifest(application("secret: none"), "m").application

    assert replace(section, manage="partial").secret is None
