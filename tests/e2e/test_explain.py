"""`provision explain` as typed and as piped: what it answers, how it ends, what it never shows."""

import json
from pathlib import Path

import jsonschema_rs
import pytest

from tests.canary import Canary
from tests.e2e.workplace import Pasted, Visit
from tests.made_up import CLIENT_SECRET

CODES = "AADSTS50011"
POP = "-ERR Authentication failure: unknown user name or bad password."
SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs" / "reference" / "explain.schema.json").read_text("utf-8")
)


def test_a_code_gets_meaning_cause_command_and_source(work):
    ran = work.run("explain", CODES)

    assert (ran.code, ran.err) == (0, "")
    meaning, why, *rest = ran.out.splitlines()
    assert meaning == "AADSTS50011: The redirect URI is not one of the application's."
    assert why.startswith("  why: Path, case or a slash at the end differ, ")
    assert rest == [
        "  → provision apply",
        "  source: https://learn.microsoft.com/entra/identity-platform/reply-url",
    ]


@pytest.mark.parametrize("arguments", [(), ("-",)])
def test_a_log_is_piped_in(work, arguments):
    ran = work.run("explain", *arguments, stdin="09:00 INFO x\n09:01 A1 NO AUTHENTICATE failed.\n")

    assert ran.code == 0
    assert "in PowerShell, after Connect-ExchangeOnline: Set-CASMailbox" in ran.out


@pytest.mark.parametrize(
    "arguments", [(POP,), POP.split(), ("535", "5.7.139"), ("-----BEGIN CERTIFICATE-----",)]
)
def test_what_is_typed_may_begin_with_a_dash_or_be_several_words(work, arguments):
    assert work.run("explain", *arguments).code == 0


def test_a_number_that_nobody_knows_ends_well_and_says_so(work):
    ran = work.run("explain", "71234567")

    assert ran.code == 0
    assert "is not in this catalogue" in ran.out
    assert "https://login.microsoftonline.com/error?code=71234567" in ran.out


def test_nothing_recognised_is_a_failure_that_says_what_it_takes(work):
    ran = work.run("explain", "hello")

    assert (ran.code, ran.out) == (1, "")
    assert "it takes AADSTS numbers" in ran.err


@pytest.mark.parametrize("stdin", ["", " \n"])
def test_nothing_at_all_is_a_mistake_of_usage(work, stdin):
    ran = work.run("explain", stdin=stdin)

    assert ran.code == 64
    assert "there is nothing to explain" in ran.err


@pytest.mark.parametrize("text", [CODES, CLIENT_SECRET, "hello", "71234567 535 5.7.3", POP])
def test_the_json_is_what_its_schema_says(work, text):
    ran = work.run("explain", "--output", "json", stdin=text)

    assert jsonschema_rs.validator_for(SCHEMA).is_valid(json.loads(ran.out))


def test_a_credential_on_the_command_line_is_warned_about(work):
    assert "on the command line (client secret)" in work.run("explain", CLIENT_SECRET).err
    assert work.run("explain", stdin=CLIENT_SECRET).err == ""


def test_of_an_endless_log_the_end_is_looked_at(work):
    ran = work.run("explain", stdin="x y\n" * 300_000 + CODES)

    assert ran.code == 0
    assert "the last million characters of 1200011" in ran.err


def test_it_runs_as_a_program_without_a_manifest_or_a_network(work):
    work.file("provision.yaml").unlink()

    ran = work.spawn("explain", "-", stdin=f"A1 {CODES}")

    assert (ran.code, ran.err) == (0, "")


def test_real_secrets_are_named_and_never_shown(work, levers):
    work.signed_in()
    token = work.run("token", "-m", "forms@contoso.com", shows_secrets=True).out.strip()
    secrets = {**levers.secrets(), "access token": token}
    text = "\n".join(secrets.values())

    answers = [work.run("explain", *form, stdin=text) for form in ((), ("--output", "json"))]

    assert {ran.code for ran in answers} == {0}
    assert "access token for Outlook" in answers[0].out
    shown = "".join(ran.out + ran.err for ran in answers)
    assert Canary(secrets).leaks({"shown": shown.encode()}) == []


def test_what_the_program_itself_said_is_explained(work, levers):
    work.signed_in()
    levers.revoke("forms@contoso.com")

    failed = work.run("refresh")
    ran = work.run("explain", stdin=failed.out + failed.err)

    assert failed.code == 4
    assert ran.out.startswith("AADSTS50173: ")
    assert "correlation-id: " in ran.out


def test_what_verify_said_in_json_is_explained(work, levers):
    work.signed_in()
    levers.switch(smtpAuthDisabled=True)

    failed = work.run("verify", "--output", "json")
    ran = work.run("explain", stdin=failed.out)

    assert failed.code == 3
    assert "535 5.7.139: Authenticated SMTP is switched off for the whole tenant." in ran.out


def test_the_address_that_a_sign_in_ends_on_is_recognised(work):
    work.applied()
    visit = Visit()
    pasted = Pasted(visit)
    work.run("authorize", "--paste", visit=visit, stdin=pasted)

    ran = work.run("explain", stdin=pasted.copied)

    assert ran.code == 0
    assert "address with an authorization code" in ran.out
