"""`handoff`: the newest values to whoever reads them, in files that nobody else can read."""

import json
import re
import subprocess
from stat import S_IMODE

import pytest

from tests.e2e.workplace import OWNER, Visit

ALL = (
    "handoff:\n"
    "  - {to: dotenv, path: mail.env}\n"
    "  - {to: json, path: mail.json}\n"
    "  - {to: aem-forms, path: aem.txt}\n"
)


@pytest.fixture
def signed_in(work):
    work.write_manifest(ALL)
    return work.signed_in()


def test_every_format_gets_the_newest_generation_for_its_owner_alone(signed_in, levers):
    ran = signed_in.done("handoff")

    client_id = levers.application(signed_in.name)["appId"]
    env = signed_in.file("mail.env").read_text()
    values = json.loads(signed_in.file("mail.json").read_text())
    for key in ("CLIENT_ID", "CLIENT_SECRET", "CLIENT_SECRET_KEY_ID", "TENANT_ID", "AUTHORITY",
                "REFRESH_TOKEN", "REFRESH_TOKEN_ISSUED_AT"):  # fmt: skip
        assert f"MAIL_OAUTH_{key}=" in env
    assert "AZURE_" not in env
    assert values["clientId"] == client_id
    assert values["generation"] == 2
    assert values["refreshToken"] in env
    written = [signed_in.file(name) for name in ("mail.env", "mail.json", "aem.txt")]
    assert {S_IMODE(path.stat().st_mode) for path in written} == {0o600}
    assert "wrote dotenv" in ran.err
    assert list(signed_in.folder.glob(".*tmp*")) == []


def test_the_worksheet_shows_secrets_only_when_asked(signed_in):
    signed_in.done("handoff")
    bare = signed_in.file("aem.txt").read_text()
    values = json.loads(signed_in.file("mail.json").read_text())

    signed_in.done("handoff", "--with-secrets")

    shown = signed_in.file("aem.txt").read_text()
    assert values["clientSecret"] not in bare
    assert values["refreshToken"] not in bare
    assert values["clientSecret"] in shown
    assert json.loads(signed_in.file("mail.json").read_text())["refreshToken"] in shown


def test_the_places_of_aem_get_a_page_to_copy_from_and_a_line_each_in_the_ledger(work):
    work.write_manifest(
        "handoff:\n"
        "  - {to: aem-forms, path: aem.html, places: [email-service, {endpoint: Bills}]}\n"
    )
    work.signed_in()
    work.done("handoff")
    bare = work.file("aem.html").read_text()
    before = work.run("status", "--output", "json").out

    work.done("handoff", "--with-secrets")

    shown = work.file("aem.html").read_text()
    (data,) = re.findall(r'id="handed-over">(.*?)</script>', shown)
    values = json.loads(data)
    status = work.run("status", "--output", "json").out
    assert "AEM Forms" not in before
    source = f"by hand from {work.file('aem.html')}"
    assert f"AEM Forms Email Service, {source}" in status
    assert f"AEM Forms e-mail endpoint Bills, {source}" in status
    assert shown.count(f"<code hidden>{values['refreshToken']}</code>") == 2
    assert values["refreshToken"] not in bare
    assert S_IMODE(work.file("aem.html").stat().st_mode) == 0o600
    sent = work.run("verify", "--send")
    assert sent.code == 1
    assert f"AEM Forms e-mail endpoint Bills, {source} has its token" in sent.err


def test_other_lines_of_a_dotenv_file_stay(signed_in):
    signed_in.file("mail.env").write_text("OTHER=1\n")

    signed_in.done("handoff")

    assert signed_in.file("mail.env").read_text().startswith("OTHER=1\n")


def test_json_can_be_piped(signed_in):
    ran = signed_in.spawn("handoff", "--to", "json", shows_secrets=True)

    assert ran.code == 0
    assert json.loads(ran.out)["mailbox"] == OWNER


def test_what_is_told_does_not_mix_with_what_is_handed_over(signed_in):
    ran = signed_in.run("handoff", "--to", "json", "--output", "json", shows_secrets=True)

    assert json.loads(ran.out)["mailbox"] == OWNER
    assert '"handedOver"' in ran.err


def test_programs_are_told_who_got_which_generation(signed_in):
    told = json.loads(signed_in.done("handoff", "--output", "json").out)["handedOver"]

    assert [h["generation"] for h in told] == [2, 2, 2]
    assert [h["ok"] for h in told] == [True] * 3


def test_a_terminal_sees_secrets_only_when_it_asks(signed_in):
    with signed_in.terminal("handoff", "--to", "json") as terminal:
        assert terminal.end() == 1
    with signed_in.terminal("handoff", "--to", "aem-forms") as worksheet:
        assert worksheet.end() == 0

    assert "standard output: secrets would be shown on a terminal" in terminal.shown
    assert '"refreshToken"' not in terminal.shown
    assert "AEM Forms on JEE" in worksheet.shown


def test_a_manifest_that_writes_to_standard_output_hinders_no_other_command(work):
    work.write_manifest("handoff:\n  - {to: json, path: '-'}\n")
    work.signed_in()

    assert work.run("plan").code == 0
    assert work.run("refresh").code == 0
    assert json.loads(work.run("handoff", shows_secrets=True).out)["mailbox"] == OWNER


def test_with_several_mailboxes_somebody_has_to_say_which(work):
    work.write_manifest(mailboxes=f"[{{address: {OWNER}}}, {{address: alex@contoso.com}}]")
    work.applied()
    work.done("authorize", "-m", OWNER, visit=Visit())

    asked = work.run("handoff", "--to", "json")
    told = work.run("handoff", "--to", "json", "-m", OWNER, shows_secrets=True)

    assert asked.code == 64
    assert f"say which with --mailbox: {OWNER}, alex@contoso.com" in asked.err
    assert json.loads(told.out)["mailbox"] == OWNER


def test_a_path_that_git_would_commit_is_refused_before_anything_is_minted(work, levers):
    subprocess.run(["git", "init", "-q", str(work.folder)], check=True)
    work.write_manifest("handoff:\n  - {to: dotenv, path: mail.env}\n")

    ran = work.run("apply", "--yes")

    assert ran.code == 1
    assert "git would commit this file with its secrets" in ran.err
    assert "→ add /mail.env to " in ran.err
    assert levers.applications(work.name) == []


def test_an_ignored_path_is_fine(work):
    subprocess.run(["git", "init", "-q", str(work.folder)], check=True)
    work.file(".gitignore").write_text("mail.env\n")
    work.write_manifest("handoff:\n  - {to: dotenv, path: mail.env}\n")

    work.applied()

    assert "MAIL_OAUTH_CLIENT_SECRET=" in work.file("mail.env").read_text()


def test_a_directory_that_is_not_there_is_told_before_anything_is_minted(work, levers):
    work.write_manifest("handoff:\n  - {to: dotenv, path: missing/mail.env}\n")

    ran = work.run("apply", "--yes")

    assert ran.code == 1
    assert "the directory" in ran.err
    assert "does not exist" in ran.err
    assert levers.applications(work.name) == []


def test_somebody_elses_file_is_not_replaced(work, levers):
    work.write_manifest("handoff:\n  - {to: json, path: mail.json}\n")
    work.file("mail.json").write_text('{"theirs": true}')

    ran = work.run("apply", "--yes")

    assert ran.code == 1
    assert "holds something else than a version 1 hand-off" in ran.err
    assert work.file("mail.json").read_text() == '{"theirs": true}'
    assert levers.applications(work.name) == []


def test_a_sink_that_fails_after_the_mint_loses_nothing(signed_in):
    signed_in.file("mail.env").unlink()
    signed_in.file("mail.env").mkdir()

    ran = signed_in.run("handoff")

    assert ran.code == 1
    assert "mail.env: is a directory" in ran.err
    signed_in.file("mail.env").rmdir()
    signed_in.done("handoff")
    assert "MAIL_OAUTH_REFRESH_TOKEN=" in signed_in.file("mail.env").read_text()


def test_a_sink_that_lacks_the_secret_is_brought_up_to_date_by_the_next_apply(signed_in):
    signed_in.file("mail.env").unlink()

    signed_in.done("apply", "--yes")

    assert "MAIL_OAUTH_CLIENT_SECRET=" in signed_in.file("mail.env").read_text()


def test_an_unknown_format_is_named_with_those_that_exist(signed_in):
    ran = signed_in.run("handoff", "--to", "xml")

    assert ran.code == 64
    assert "→ choose one of dotenv, json, aem-forms" in ran.err


class TestWithoutVault:
    """`PROVISION_VAULT=none`: the sinks hold the secrets, and nothing else does."""

    @pytest.fixture
    def bare(self, work):
        work.environment["PROVISION_VAULT"] = "none"
        return work

    def test_without_a_sink_no_secret_is_made(self, bare, levers):
        ran = bare.run("apply", "--yes")

        assert ran.code == 64
        assert "a client secret would be lost the moment it is made" in ran.err
        assert levers.applications(bare.name) == []

    def test_the_whole_job_leaves_everything_in_the_sinks(self, bare, levers):
        bare.write_manifest("handoff:\n  - {to: json, path: mail.json}\n")

        bare.done("apply", "--yes", "--through", "handoff", visit=Visit())

        values = json.loads(bare.file("mail.json").read_text())
        (secret,) = levers.application(bare.name)["passwordCredentials"]
        assert values["clientSecretKeyId"] == secret["keyId"]
        assert values["refreshToken"]
        assert not bare.file("vault").exists()
        assert list(bare.folder.rglob("*.db")) == []

    def test_a_second_apply_makes_no_second_secret(self, bare, levers):
        bare.write_manifest("handoff:\n  - {to: json, path: mail.json}\n")
        bare.applied()
        before = bare.file("mail.json").read_text()

        bare.done("apply", "--yes")

        assert len(levers.application(bare.name)["passwordCredentials"]) == 1
        assert bare.file("mail.json").read_text() == before

    def test_nothing_is_remembered_and_that_is_said(self, bare):
        bare.write_manifest("handoff:\n  - {to: json, path: mail.json}\n")
        bare.done("apply", "--yes", "--through", "handoff", visit=Visit())

        assert bare.run("verify").code == 4
        assert bare.run("token", "-m", OWNER).code == 4
