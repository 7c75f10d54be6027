"""Limits per audience, and what the sections demand of each other."""

import pytest

from provision.manifest.load import read_manifest
from tests.unit.manifest.reading import (
    MINIMAL,
    application,
    mailboxes,
    only_problem,
    problems_of,
)

WORK = "signInAudience: AzureADMultipleOrgs"


def uris(count: int) -> str:
    return "web: {redirectUris: [" + ", ".join(f"https://a.com/{i}" for i in range(count)) + "]}"


def names(count: int) -> str:
    return "permissions: [" + ", ".join(f"Zzzzz{i:03}.Qqqqq" for i in range(count)) + "]"


@pytest.mark.parametrize(
    "lines",
    [
        [f"displayName: {'x' * 90}"],
        [WORK, f"displayName: {'x' * 120}"],
        [uris(100)],
        [WORK, uris(256)],
        [names(30)],
        [WORK, names(400)],
    ],
)
def test_a_limit_may_be_reached(lines):
    assert problems_of(application(*lines)) == ()


@pytest.mark.parametrize(
    ("lines", "limit"),
    [
        ([f"displayName: {'x' * 91}"], "90"),
        ([WORK, f"displayName: {'x' * 121}"], "120"),
        ([uris(101)], "100"),
        ([WORK, uris(257)], "256"),
        ([names(31)], "30"),
        ([WORK, names(401)], "400"),
    ],
)
def test_a_limit_may_not_be_passed(lines, limit):
    assert f"at most {limit} " in only_problem(application(*lines)).message


def test_an_audience_of_personal_accounts_alone_is_refused_with_the_reason():
    problem = only_problem(application("signInAudience: PersonalMicrosoftAccount"))
    assert "no organisation's mailbox" in problem.message
    assert problem.suggestion == "AzureADandPersonalMicrosoftAccount"


@pytest.mark.parametrize("cloud", ["usgov", "usgov-dod", "china"])
def test_a_national_cloud_has_no_personal_audience(cloud):
    text = application("signInAudience: AzureADandPersonalMicrosoftAccount") + f"cloud: {cloud}\n"
    problem = only_problem(text)
    assert (problem.path, problem.suggestion) == (
        "application.signInAudience",
        "AzureADMultipleOrgs",
    )


@pytest.mark.parametrize(
    ("uri", "word"), [("https://a.com/?x=1", "query"), ("https://*.a.com/x", "wildcard")]
)
def test_a_personal_audience_wants_plain_redirect_uris(uri, word):
    assert word in only_problem(application(f"web: {{redirectUris: ['{uri}']}}")).message
    assert problems_of(application(WORK, f"web: {{redirectUris: ['{uri}']}}")) == ()


def test_localhost_uris_may_not_differ_only_in_their_port():
    line = "web: {redirectUris: ['http://localhost:1/x', 'http://localhost:2/x']}"
    problem = only_problem(application(line))
    assert (problem.path, problem.suggestion) == (
        "application.web.redirectUris[1]",
        "http://localhost/x",
    )


def test_other_hosts_may_differ_in_their_port():
    line = "web: {redirectUris: ['https://a.com:1/x', 'https://a.com:2/x']}"
    assert problems_of(application(line)) == ()


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (
            application("web: {redirectUris: [http://localhost, http://localhost]}"),
            "application.web.redirectUris[1]",
        ),
        (application("permissions: [User.Read, User.Read]"), "application.permissions[1]"),
        (mailboxes("{address: a@b.com}", "{address: A@b.com}"), "mailboxes[1].address"),
        (
            MINIMAL + "handoff: [{to: json, path: x}, {to: dotenv, path: x}]\n",
            "handoff[1].path",
        ),
    ],
)
def test_nothing_stands_there_twice(text, path):
    problem = only_problem(text)
    assert problem.path == path
    assert problem.message.endswith("stands there twice")


def test_standard_output_may_be_named_twice():
    text = MINIMAL + "handoff: [{to: json, path: '-'}, {to: dotenv, path: '-'}]\n"
    assert problems_of(text) == ()


@pytest.mark.parametrize(
    ("protocol", "permission"),
    [("imap", "IMAP.AccessAsUser.All"), ("pop", "POP.AccessAsUser.All"), ("smtp", "SMTP.Send")],
)
def test_a_protocol_needs_its_permission(protocol, permission):
    text = mailboxes(f"{{address: a@b.com, protocols: [{protocol}]}}")
    problem = only_problem(text.replace("mailboxes:", "  permissions: [User.Read]\nmailboxes:"))
    assert (problem.path, problem.suggestion) == ("mailboxes[0].protocols", permission)


@pytest.mark.parametrize("value", ["0d", "180", "P180D", "-1d", "1.5d", "6months", "100000d"])
def test_a_period_is_a_whole_number_of_days_or_hours(value):
    problem = only_problem(application(f"secret: {{lifetime: {value}}}"))
    assert problem.path == "application.secret.lifetime"


@pytest.mark.parametrize("value", ["30d", "24h", "1h"])
def test_a_secret_must_live_longer_than_it_is_due(value):
    problem = only_problem(application(f"secret: {{lifetime: {value}}}"))
    assert problem.path == "application.secret.rotateBefore"


def test_consumers_needs_a_personal_audience():
    text = mailboxes("{address: a@b.com, authority: consumers}")
    assert problems_of(text) == ()
    problem = only_problem(text.replace("mailboxes:", f"  {WORK}\nmailboxes:"))
    assert problem.path == "mailboxes[0].authority"


def test_common_needs_more_than_one_tenant():
    text = mailboxes("{address: a@b.com, authority: common}")
    assert problems_of(text) == ()
    single = text.replace("mailboxes:", "  signInAudience: AzureADMyOrg\nmailboxes:")
    assert only_problem(single).path == "mailboxes[0].authority"


def test_consent_for_mailboxes_needs_mailboxes():
    assert only_problem(MINIMAL + "consent: mailboxes\n").path == "consent"
    assert problems_of(mailboxes("{address: a@b.com}") + "consent: mailboxes\n") == ()


TWO = mailboxes("{address: a@b.com}", "{address: c@b.com}")


@pytest.mark.parametrize("form", ["dotenv", "json", "aem-forms"])
def test_a_file_holds_one_mailbox_and_must_say_which_of_several(form):
    problem = only_problem(f"{TWO}handoff:\n  - {{to: {form}, path: x}}\n")
    assert (problem.line, problem.path) == (8, "handoff[0].mailbox")


def test_a_handoff_names_one_of_the_mailboxes():
    problem = only_problem(f"{TWO}handoff: [{{to: dotenv, path: x, mailbox: aa@b.com}}]\n")
    assert problem.suggestion == "a@b.com"
    assert problems_of(f"{TWO}handoff: [{{to: dotenv, path: x, mailbox: A@b.com}}]\n") == ()


@pytest.mark.parametrize("tenant", ["common", "Organizations", "consumers", "contoso", "a b.com"])
def test_a_tenant_is_a_guid_or_a_domain(tenant):
    assert only_problem(MINIMAL.replace("contoso.onmicrosoft.com", tenant)).path == "tenant"


def test_a_tenant_may_be_a_guid():
    guid = "72f988bf-86f1-41af-91ab-2d7cd011db47"
    assert read_manifest(MINIMAL.replace("contoso.onmicrosoft.com", guid), "m").tenant == guid


@pytest.mark.parametrize("name", ["a" * 65, "a b", "ä", "''", "a/b"])
def test_a_unique_name_is_short_and_plain(name):
    assert only_problem(MINIMAL.replace("aem-forms-mail", name)).path == "application.uniqueName"


@pytest.mark.parametrize("name", ["''", "' '", '"a\\nb"'])
def test_a_display_name_is_one_visible_line(name):
    assert only_problem(application(f"displayName: {name}")).path == "application.displayName"


@pytest.mark.parametrize("address", ["forms", "forms@", "@contoso.com", "a b@c.com", "a@b"])
def test_a_mailbox_is_a_mail_address(address):
    assert only_problem(mailboxes(f"{{address: '{address}'}}")).path == "mailboxes[0].address"


def test_a_path_is_visible_text():
    assert only_problem(MINIMAL + "handoff: [{to: json, path: ' '}]\n").path == "handoff[0].path"
