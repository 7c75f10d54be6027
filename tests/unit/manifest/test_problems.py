"""Every problem at once, each with its line, its path and what was probably meant."""

import pytest

from provision.errors import Problem
from tests.unit.manifest.reading import (
    MINIMAL,
    application,
    mailboxes,
    only_problem,
    problems_of,
)

MANY = """\
tennant: contoso.com
cloud: globel
application:
  uniqueName: aem forms
  signInAudience: AzureADMultiOrgs
  redirectUris: [http://localhost]
  permissions: [IMAP.AccessUser.All, POP.AccessAsUser.All]
  secret: {clientSecret: hunter2-hunter2, lifetime: 100}
consent: mailbox
mailboxes:
  - {address: a@contoso.com, protocols: [imapp, smtp]}
  - {adress: b@contoso, authority: consumer}
  - 5
handoff:
  - {to: dotenv}
"""


def test_every_problem_is_found_in_one_go():
    found = [(p.line, p.path, p.suggestion) for p in problems_of(MANY)]
    assert found == [
        (1, "tennant", "tenant"),
        (2, "cloud", "global"),
        (4, "application.uniqueName", "aem-forms"),
        (5, "application.signInAudience", "AzureADMultipleOrgs"),
        (6, "application.redirectUris", "application.web.redirectUris"),
        (7, "application.permissions[0]", "IMAP.AccessAsUser.All"),
        (8, "application.secret.clientSecret", ""),
        (8, "application.secret.lifetime", "100d"),
        (9, "consent", "mailboxes"),
        (11, "mailboxes[0].protocols", "SMTP.Send"),
        (11, "mailboxes[0].protocols[0]", "imap"),
        (12, "mailboxes[1].adress", "address"),
        (12, "mailboxes[1].adress", ""),
        (12, "mailboxes[1].authority", "consumers"),
        (13, "mailboxes[2]", ""),
        (15, "handoff[0].path", ""),
    ]


def test_a_secret_is_refused_and_never_repeated():
    assert "hunter2" not in repr(problems_of(MANY))


@pytest.mark.parametrize(
    "line",
    ["clientSecret: s3cr3t", "secret: s3cr3t", "secret: {value: s3cr3t}", "password: [s3cr3t]"],
)
def test_no_secret_is_ever_echoed(line):
    found = problems_of(application(line))
    assert found
    assert "s3cr3t" not in repr(found)


def test_the_seeds_own_typo_is_the_first_test():
    problem = only_problem(application("permissions: [IMAP.AccessUser.All]"))
    assert problem == Problem(
        4,
        "application.permissions[0]",
        "'IMAP.AccessUser.All' is no delegated permission of Microsoft Graph",
        "IMAP.AccessAsUser.All",
    )


def test_what_is_missing_is_reported_where_it_should_stand():
    assert problems_of("tenant: contoso.com\n\napplication:\n  displayName: x\n") == (
        Problem(3, "application.uniqueName", "is required"),
    )


def test_two_missing_keys_are_two_problems():
    assert [p.path for p in problems_of("consent: none\n")] == ["application", "tenant"]


@pytest.mark.parametrize("written", ["", "~", "null"])
def test_a_key_without_a_value_is_a_problem(written):
    problem = only_problem(f"{MINIMAL}mailboxes: {written}\n")
    assert (problem.line, problem.message.partition(":")[0]) == (4, "has no value")


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("permissions: User.Read", "wanted a list, found text"),
        ("permissions: {User.Read: true}", "wanted a list, found a mapping"),
        ("web: [http://localhost]", "wanted a mapping of keys to values, found a list"),
        ("signInAudience: 5", "wanted one of AzureADMyOrg"),
        ("secret: some", "wanted a mapping of keys to values, found text"),
    ],
)
def test_a_value_of_another_kind_says_what_was_wanted(line, wanted):
    assert only_problem(application(line)).message.startswith(wanted)


def test_a_misspelt_section_is_looked_into_all_the_same():
    found = problems_of("tenant: contoso.com\naplication:\n  uniqueName: a b\n")
    assert [(p.path, p.suggestion) for p in found] == [
        ("aplication", "application"),
        ("aplication.uniqueName", "a-b"),
    ]


def test_a_snake_case_key_is_understood():
    assert only_problem(application("display_name: x")).suggestion == "displayName"


def test_an_unknown_key_beside_the_right_one_changes_nothing_else():
    problem = only_problem(application("uniqueNam: other"))
    assert (problem.path, problem.suggestion) == ("application.uniqueNam", "uniqueName")


def test_an_unknown_key_at_the_top_says_so():
    assert only_problem(MINIMAL + "xyzzy: 1\n").message == "a manifest has no key 'xyzzy'"


def test_a_problem_without_a_suggestion_hides_no_other():
    text = application("signInAudience: [x]", "secret: {lifetime: 1d}")
    assert [p.path for p in problems_of(text)] == [
        "application.signInAudience",
        "application.secret.rotateBefore",
    ]


def test_a_rule_is_silent_when_what_it_rests_on_is_wrong():
    text = mailboxes("{address: a@b.com, authority: consumers}")
    text = text.replace("mailboxes:", "  signInAudience: 7\nmailboxes:")
    assert only_problem(text).path == "application.signInAudience"


def test_an_entry_that_lacks_everything_does_not_blame_its_neighbour():
    text = MINIMAL + "handoff:\n  - {mailbox: a@b.com}\n  - {to: json, path: x}\n"
    assert [p.path for p in problems_of(text)] == ["handoff[0].to"]


def test_a_list_with_nothing_right_in_it_is_not_called_empty():
    text = mailboxes("{address: 1}", "{address: 2}")
    assert [p.path for p in problems_of(text)] == ["mailboxes[0].address", "mailboxes[1].address"]
