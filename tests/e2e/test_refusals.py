"""What a tenant, a setting or a cloud file refuses: one sentence, what to do, ids, nothing lost."""

import json
from datetime import datetime, timedelta

import pytest

from tests.e2e.levers import ROLES
from tests.e2e.workplace import OWNER

FOREIGN = "11111111-2222-3333-4444-555555555555"


def test_a_tenant_that_does_not_exist_is_refused_before_any_graph_request(work, levers):
    work.write_manifest(tenant="fabrikam.com")
    levers.forget_requests()

    ran = work.run("apply", "--yes")

    assert ran.code == 1
    assert "tenant fabrikam.com: Entra answered AADSTS90002" in ran.err
    assert "→ The domain or id is misspelt, or lives in another cloud." in ran.err
    assert "correlation-id: " in ran.err
    assert levers.graph_requests() == []


def test_an_administrator_of_another_tenant_changes_nothing(work, levers):
    work.write_manifest(tenant=FOREIGN)
    work.environment["AZURE_TENANT_ID"] = levers.ready.tenant_id
    levers.forget_requests()

    ran = work.run("apply", "--yes")

    assert ran.code == 1
    assert f"signed in to tenant {levers.ready.tenant_id}, the manifest names {FOREIGN}" in ran.err
    assert "→ az login --tenant" in ran.err
    assert levers.writes() == []


def test_a_read_that_is_refused_is_told_with_graphs_request_id(work, levers):
    levers.administrator_may("User.Read.All")
    levers.forget_requests()

    ran = work.run("apply", "--yes")

    assert ran.code == 1
    assert "Graph answered 403 Authorization_RequestDenied" in ran.err
    assert "Application.ReadWrite.All" in ran.err
    assert "request-id: " in ran.err
    assert levers.writes() == []


def test_a_right_that_is_missing_is_named_before_the_first_write(work, levers):
    levers.administrator_may("Application.ReadWrite.All", "Directory.Read.All")
    levers.forget_requests()

    ran = work.run("apply", "--yes")

    assert ran.code == 1
    assert "may not grant consent: it holds none of DelegatedPermissionGrant" in ran.err
    assert "Privileged Role Administrator or Global Administrator grants" in ran.err
    assert levers.writes() == []


@pytest.mark.parametrize(
    ("switches", "code"),
    [
        ({"passwordsForbidden": True}, "CredentialTypeNotAllowedAsPerAppPolicy"),
        ({"passwordLifetimeDays": 30}, "CredentialInvalidLifetimeAsPerAppPolicy"),
    ],
)
def test_a_policy_that_nobody_may_read_leaves_nothing_behind(work, levers, switches, code):
    levers.switch(**switches)
    levers.administrator_may(*(role for role in ROLES if role != "Policy.Read.All"))

    ran = work.run("apply", "--yes")

    assert ran.code == 1
    assert f"creating application {work.name}: Graph answered 400 {code}" in ran.err
    assert "request-id: " in ran.err
    assert levers.applications(work.name) == []


def test_a_policy_that_forbids_secrets_is_told_before_the_first_write(work, levers):
    levers.switch(passwordsForbidden=True)
    levers.forget_requests()

    ran = work.run("apply", "--yes")

    assert ran.code == 1
    assert "forbids client secrets" in ran.err
    assert levers.writes() == []


def test_a_policy_shortens_a_lifetime_that_nobody_wrote(work, levers):
    levers.switch(passwordLifetimeDays=30)

    ran = work.done("apply", "--yes")

    assert "the lifetime of 180d is shortened to 30d" in ran.out
    (secret,) = levers.application(work.name)["passwordCredentials"]
    start, end = (datetime.fromisoformat(secret[f"{name}DateTime"]) for name in ("start", "end"))
    assert end - start == timedelta(days=30)


def test_a_policy_refuses_a_lifetime_that_somebody_wrote(work, levers):
    levers.switch(passwordLifetimeDays=30)
    work.write_manifest(application="  secret: {lifetime: 90d}\n")

    ran = work.run("plan")

    assert ran.code == 1
    assert "application.secret.lifetime is 90d" in ran.err
    assert "write lifetime: 30d" in ran.err


def test_a_tenant_may_demand_who_answers_for_an_application(work, levers):
    levers.switch(serviceManagementReferenceRequired=True)

    refused = work.run("apply", "--yes")

    assert refused.code == 1
    assert "set application.serviceManagementReference in the manifest" in refused.err
    work.write_manifest(application="  serviceManagementReference: '4711'\n")
    work.done("apply", "--yes")
    assert levers.application(work.name)["serviceManagementReference"] == "4711"


def test_a_policy_that_forbids_personal_accounts_is_told(work, levers):
    levers.switch(personalAudienceForbidden=True)

    ran = work.run("apply", "--yes")

    assert ran.code == 1
    assert "SignInAudienceNotAllowedAsPerAppPolicy" in ran.err
    assert levers.applications(work.name) == []


def test_a_wrong_administrators_secret_is_refused_by_entra(work, levers):
    work.environment["AZURE_CLIENT_SECRET"] = "not-the-secret-at-all"

    ran = work.run("plan")

    assert ran.code == 1
    assert f"signing application {levers.ready.admin_client_id} in" in ran.err
    assert "AADSTS7000215" in ran.err
    assert "AZURE_CLIENT_SECRET" in ran.err
    assert "correlation-id: " in ran.err


def test_nobody_signed_in_is_told_with_every_way_to_sign_in(work):
    work.environment.pop("AZURE_CLIENT_SECRET")

    ran = work.run("plan")

    assert ran.code == 1
    assert "nobody is signed in here" in ran.err
    assert "→ run az login --tenant contoso.com" in ran.err


def test_two_families_of_settings_that_disagree_are_not_guessed_about(work):
    work.environment["ARM_CLIENT_ID"] = FOREIGN

    ran = work.run("plan")

    assert ran.code == 64
    assert ran.err == (
        "provision: AZURE_CLIENT_ID and ARM_CLIENT_ID are both set and differ\n"
        "  → unset one of them: unset ARM_CLIENT_ID\n"
    )


def test_terraforms_settings_will_do(work):
    for name in ("CLIENT_ID", "CLIENT_SECRET"):
        work.environment[f"ARM_{name}"] = work.environment.pop(f"AZURE_{name}")

    assert work.run("plan").code == 0


class TestCloudFile:
    """A pull request must not be able to send credentials elsewhere."""

    @pytest.fixture
    def foreign(self, work, levers):
        described = json.loads(levers.ready_file.read_text())
        described["graph"] = "https://graph.example"
        work.file("cloud.json").write_text(json.dumps(described))
        return work

    def test_a_foreign_host_in_a_manifest_is_refused(self, foreign, levers):
        text = foreign.file("provision.yaml").read_text()
        text = text.replace(str(levers.ready_file), "cloud.json")
        foreign.file("provision.yaml").write_text(text)

        ran = foreign.run("plan")

        assert ran.code == 64
        assert "cloud.json: host graph.example is not this machine" in ran.err
        assert "--trust-cloud graph.example" in ran.err

    def test_a_foreign_host_on_the_command_line_needs_trust_as_well(self, foreign):
        assert foreign.run("plan", "--cloud", "cloud.json").code == 64

    def test_a_cloud_file_that_is_none_is_told(self, foreign):
        foreign.file("cloud.json").write_text("[]")

        ran = foreign.run("plan", "--cloud", "cloud.json")

        assert ran.code == 64
        assert "cloud.json: not a version 1 cloud file" in ran.err

    def test_a_sandbox_that_has_gone_is_temporary(self, foreign, levers):
        described = json.loads(levers.ready_file.read_text())
        # Nobody listens on port 1.
        described["authority"] = described["graph"] = "https://localhost:1"
        foreign.file("cloud.json").write_text(json.dumps(described))

        ran = foreign.run("token", "--mailbox", OWNER, "--cloud", "cloud.json")

        assert ran.code == 4


class TestUsage:
    """What nobody could mean is told in one line, with exit code 64."""

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (["plam"], "No such command 'plam'"),
            (["plan", "--detailed"], "No such option: --detailed"),
            (["plan", "--output", "xml"], "Invalid value for '--output' / '-o': 'xml' is not one"),
            (["plan", "extra"], "unexpected extra argument"),
            (["apply", "--through"], "'--through' requires an argument"),
            (["authorize", "--response-mode", "fragment"], "Invalid value for '--response-mode'"),
            (["authorize", "--secret-stdin", "--paste"], "both want standard input"),
            (["handoff", "--path", "x"], "there is no --to"),
            (["token"], "the following arguments are required: --mailbox/-m"),
            (["token", "-m", "a", "--for", "ldap"], "invalid choice: 'ldap'"),
            (["verify", "-m", "x@y.z"], "mailbox x@y.z: not in the manifest"),
        ],
    )
    def test_it_is_named(self, work, arguments, told):
        ran = work.run(*arguments)

        assert (ran.code, ran.out) == (64, "")
        assert told in ran.err
        assert ran.err.startswith("provision: ")

    def test_without_a_command_there_is_help(self, work):
        ran = work.spawn()

        assert ran.code == 64
        assert "Usage: provision" in ran.out

    def test_help_goes_to_standard_output(self, work):
        ran = work.spawn("apply", "--help")

        assert (ran.code, ran.err) == (0, "")
        assert "--through" in ran.out

    def test_a_reader_that_leaves_early_makes_no_noise(self, work):
        running = work.start("schema")
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        said = running.stderr.read()
        running.stderr.close()

        assert running.wait(30) == 1
        assert said == ""

    def test_a_stream_that_knows_no_unicode_ends_nothing(self, work):
        work.environment["PYTHONIOENCODING"] = "ascii"

        ran = work.spawn("plan", "--file", "missing.yaml")

        assert ran.code == 64
        assert "cannot be read" in ran.err
