"""`init`, `check` and `schema`: a manifest without talking to anybody."""

import json

import pytest

TYPOS = """\
tenant: contoso.onmicrosoft.com
aplication: {}
application:
  uniqueName: aem forms mail
  signInAudience: PersonalMicrosoftAccount
  permissions:
    - IMAP.AccessUser.All
    - SMTP.Sent
mailboxes:
  - {address: forms@contoso.com, protocols: [imapp]}
"""


def test_init_writes_a_commented_manifest_that_check_accepts(work):
    work.file("provision.yaml").unlink()

    work.done("init", "--tenant", "fabrikam.com", "--mailbox", "a@fabrikam.com")

    text = work.file("provision.yaml").read_text()
    assert "tenant: fabrikam.com" in text
    assert text.count("#") > 10
    assert work.done("check").out == "provision.yaml: valid\n"


def test_init_leaves_a_file_alone_that_is_there(work):
    before = work.file("provision.yaml").read_text()

    ran = work.run("init")

    assert ran.code == 64
    assert "provision.yaml: exists already and was left alone" in ran.err
    assert work.file("provision.yaml").read_text() == before


def test_init_refuses_values_that_would_make_a_wrong_manifest(work):
    ran = work.run("init", "--file", "other.yaml", "--unique-name", "two words")

    assert ran.code == 64
    assert "application.uniqueName" in ran.err
    assert not work.file("other.yaml").exists()


def test_check_reports_every_problem_at_once_with_its_line_and_what_was_meant(work):
    work.file("provision.yaml").write_text(TYPOS)

    ran = work.run("check")

    assert ran.code == 64
    assert ran.out == ""
    for told in (
        "provision.yaml:2: aplication:",
        "did you mean application?",
        "provision.yaml:4: application.uniqueName:",
        "provision.yaml:5: application.signInAudience:",
        "provision.yaml:7: application.permissions[0]:",
        "did you mean IMAP.AccessAsUser.All?",
        "provision.yaml:8: application.permissions[1]:",
        "did you mean SMTP.Send?",
        "provision.yaml:10: mailboxes[0].protocols[0]:",
        "did you mean imap?",
    ):
        assert told in ran.err


def test_check_gives_programs_the_same_problems_as_json(work):
    work.file("provision.yaml").write_text(TYPOS)

    ran = work.run("check", "--output", "json")

    found = json.loads(ran.out)
    assert ran.code == 64
    assert ran.err == ""
    assert found["valid"] is False
    assert [p["line"] for p in found["problems"]] == [2, 4, 5, 7, 8, 10]
    assert found["problems"][3]["suggestion"] == "IMAP.AccessAsUser.All"


def test_a_personal_audience_is_refused_with_the_reason(work):
    work.write_manifest(application="  signInAudience: PersonalMicrosoftAccount\n")

    ran = work.run("check")

    assert ran.code == 64
    assert "PersonalMicrosoftAccount" in ran.err
    assert "AzureADandPersonalMicrosoftAccount" in ran.err


@pytest.mark.parametrize("command", ["plan", "apply", "verify", "handoff"])
def test_a_wrong_manifest_stops_every_command_before_any_request(work, levers, command):
    work.file("provision.yaml").write_text(TYPOS)
    levers.forget_requests()

    ran = work.run(command)

    assert ran.code == 64
    assert "provision: provision.yaml: 6 problems" in ran.err
    assert levers.graph_requests() == []


def test_a_missing_manifest_is_named_with_the_command_that_makes_one(work):
    ran = work.run("plan", "--file", "elsewhere.yaml")

    assert ran.code == 64
    assert ran.err == (
        "provision: manifest elsewhere.yaml: cannot be read (No such file or directory)\n"
        "  → write one with `provision init`, or name it with --file\n"
    )


def test_schema_describes_the_manifest(work):
    schema = json.loads(work.done("schema").out)

    assert schema["$schema"].startswith("https://json-schema.org/")
    assert {"tenant", "application", "mailboxes", "handoff"} <= schema["properties"].keys()
