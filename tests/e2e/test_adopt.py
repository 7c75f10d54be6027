"""`adopt` as it is typed: the manifest of an application that somebody else made."""

import json
from datetime import timedelta

import pytest

from provision.clock import SystemClock
from provision.manifest.load import load_manifest
from tests.e2e.workplace import Workplace

IMAP = "652390e4-393a-48de-9484-05f9b1212954"
SMTP = "258f6531-6087-4cc4-bb90-092c5fb3ed3f"
APPLICATION_ROLE = "810c84a8-4a9e-49e6-bf7d-12d183f40d01"
GRAPH = "00000003-0000-0000-c000-000000000000"


class Stranger:
    """An application that somebody made in the portal."""

    def __init__(self, work: Workplace, **properties: object) -> None:
        self.work = work
        work.file("provision.yaml").unlink()
        body = {
            "displayName": work.name,
            "signInAudience": "AzureADMultipleOrgs",
            "web": {"redirectUris": ["https://a.example/back", "http://localhost"]},
            "spa": {"redirectUris": ["https://spa.example"]},
            "requiredResourceAccess": [
                {
                    "resourceAppId": GRAPH,
                    "resourceAccess": [
                        {"id": IMAP, "type": "Scope"},
                        {"id": SMTP.upper(), "type": "Scope"},
                        {"id": APPLICATION_ROLE, "type": "Role"},
                    ],
                }
            ],
            **properties,
        }
        made = work.levers.graph("POST", "/applications", body)
        self.object_id, self.client_id = str(made["id"]), str(made["appId"])
        work.levers.graph("POST", "/servicePrincipals", {"appId": self.client_id})

    def secret(self, name: str) -> tuple[str, str]:
        """Mint a client secret; return its key id and its value."""
        end_at = SystemClock().now() + timedelta(days=300)
        wanted = {"displayName": name, "endDateTime": end_at.isoformat()}
        path = f"/applications/{self.object_id}/addPassword"
        made = self.work.levers.graph("POST", path, {"passwordCredential": wanted})
        return str(made["keyId"]), str(made["secretText"])

    def shown(self) -> dict[str, object]:
        """Return the application as Graph shows it."""
        return self.work.levers.graph("GET", f"/applications/{self.object_id}")

    def adopt_arguments(self, *more: str) -> tuple[str, ...]:
        """Return the command that adopts it."""
        cloud = str(self.work.levers.ready_file)
        return ("adopt", "--tenant", "contoso.com", "--cloud", cloud, *more)


@pytest.fixture
def stranger(work: Workplace) -> Stranger:
    return Stranger(work)


def adopted(stranger: Stranger, *more: str) -> str:
    command = stranger.adopt_arguments("--client-id", stranger.client_id, "--yes", *more)
    return stranger.work.done(*command).out


def test_right_after_adopting_there_is_nothing_to_plan(stranger, work):
    stranger.secret("made by hand")

    assert "plan: no changes" in adopted(stranger)

    assert work.run("plan", "--detailed-exitcode").code == 0


def test_what_the_manifest_cannot_say_is_told_and_stays(stranger, work):
    told = json.loads(adopted(stranger, "--output", "json"))

    assert "spa.redirectUris: https://spa.example" in told["kept"]
    role = f"requiredResourceAccess: {GRAPH}/{APPLICATION_ROLE}=Role"
    assert role in told["kept"]
    assert f"\n#   {role}\n" in work.file("provision.yaml").read_text()


def test_permission_ids_become_names_whatever_their_case(stranger, work):
    adopted(stranger)

    manifest = load_manifest(work.file("provision.yaml"))
    assert manifest.application.permissions == ("IMAP.AccessAsUser.All", "SMTP.Send")


def test_an_application_without_a_unique_name_gets_one(stranger, work):
    adopted(stranger, "--unique-name", f"{work.name}-named")

    assert stranger.shown()["uniqueName"] == f"{work.name}-named"


def test_naming_it_for_good_is_asked_for(stranger, work):
    work.levers.forget_requests()

    ran = work.run(*stranger.adopt_arguments("--client-id", stranger.client_id))

    assert ran.code == 64
    assert "Graph never changes one" in ran.err
    assert work.levers.writes() == []
    assert not work.file("provision.yaml").exists()


def test_a_second_time_finds_everything_done(stranger, work):
    first = adopted(stranger)
    text = work.file("provision.yaml").read_text()
    work.levers.forget_requests()

    second = adopted(stranger)

    assert work.levers.writes() == []
    assert work.file("provision.yaml").read_text() == text
    assert (f"uniqueName {work.name}" in first, "uniqueName" in second) == (True, False)


def test_another_manifest_is_never_written_over(stranger, work):
    work.file("provision.yaml").write_text("tenant: contoso.com\n")

    ran = work.run(*stranger.adopt_arguments("--client-id", stranger.client_id, "--yes"))

    assert (ran.code, work.levers.writes()[-1][0]) == (1, "POST")
    assert work.file("provision.yaml").read_text() == "tenant: contoso.com\n"
    assert stranger.shown()["uniqueName"] is None


def test_a_display_name_that_two_have_is_refused_with_both(stranger, work):
    other = work.levers.graph("POST", "/applications", {"displayName": work.name})

    ran = work.run(*stranger.adopt_arguments("--display-name", work.name, "--yes"))

    assert ran.code == 1
    assert stranger.client_id in ran.err
    assert other["appId"] in ran.err
    assert f"created {other['createdDateTime'][:10]}" in ran.err


def test_a_display_name_that_one_has_will_do(stranger, work):
    work.done(*stranger.adopt_arguments("--display-name", work.name, "--yes"))

    assert load_manifest(work.file("provision.yaml")).application.unique_name == work.name


def test_a_unique_name_that_another_has_is_refused_before_anything(stranger, work):
    taken = {"displayName": "other", "uniqueName": f"{work.name}-taken"}
    holder = work.levers.graph("POST", "/applications", taken)
    arguments = ("--client-id", stranger.client_id, "--unique-name", f"{work.name}-taken", "--yes")

    ran = work.run(*stranger.adopt_arguments(*arguments))

    assert ran.code == 1
    assert holder["appId"] in ran.err


def test_a_unique_name_that_the_bin_holds_is_refused_before_anything(stranger, work):
    taken = {"displayName": "other", "uniqueName": f"{work.name}-binned"}
    holder = work.levers.graph("POST", "/applications", taken)
    work.levers.graph("DELETE", f"/applications/{holder['id']}")
    arguments = ("--client-id", stranger.client_id, "--unique-name", f"{work.name}-binned", "--yes")

    ran = work.run(*stranger.adopt_arguments(*arguments))

    assert ran.code == 1
    assert "in the bin" in ran.err


def test_the_value_of_a_secret_goes_into_the_vault_and_signs_in(stranger, work):
    key_id, value = stranger.secret("made by hand")

    command = stranger.adopt_arguments("--client-id", stranger.client_id, "--yes")
    ran = work.run(*command, "--secret-key-id", key_id, stdin=f"{value}\n")

    assert ran.code == 0, ran
    assert f"client secret {key_id} is held in the vault" in ran.out
    work.file("provision.yaml").write_text(
        work.file("provision.yaml").read_text() + "handoff: [{to: json, path: mail.json}]\n"
    )
    work.done("apply", "--yes")
    assert json.loads(work.file("mail.json").read_text())["clientSecret"] == value


def test_the_value_of_another_secret_is_refused_and_the_right_one_named(stranger, work):
    key_id, _ = stranger.secret("one")
    other, value = stranger.secret("two")
    work.environment["PROVISION_CLIENT_SECRET"] = value

    command = stranger.adopt_arguments("--client-id", stranger.client_id, "--yes")
    ran = work.run(*command, "--secret-key-id", key_id)

    assert ran.code == 1
    assert f"it begins as {other} does" in ran.err
    assert stranger.shown()["uniqueName"] is None


def test_a_key_id_in_the_place_of_a_value_is_recognised(stranger, work):
    key_id, _ = stranger.secret("one")

    command = stranger.adopt_arguments("--client-id", stranger.client_id, "--yes")
    ran = work.run(*command, "--secret-key-id", key_id, stdin=f"{key_id}\n")

    assert ran.code == 1
    assert "an id, not a value" in ran.err


def test_a_secret_that_the_token_endpoint_refuses_is_not_kept(stranger, work):
    key_id, value = stranger.secret("one")

    command = stranger.adopt_arguments("--client-id", stranger.client_id, "--yes")
    ran = work.run(*command, "--secret-key-id", key_id, stdin=f"{value[:-1]}\n")

    assert ran.code == 1
    assert "AADSTS7000215" in ran.err
    assert stranger.shown()["uniqueName"] is None


def test_an_export_needs_no_tenant(stranger, work):
    text = json.dumps(stranger.shown())
    work.levers.forget_requests()

    ran = work.run(
        "adopt", "--from", "-", "--cloud", str(work.levers.ready_file), "--yes", stdin=text
    )

    assert ran.code == 0, ran
    assert "--client-id" in ran.err
    assert work.levers.graph_requests() == []
    manifest = load_manifest(work.file("provision.yaml"))
    assert manifest.application.permissions == ("IMAP.AccessAsUser.All", "SMTP.Send")
    assert manifest.tenant == stranger.shown()["publisherDomain"]


def test_one_way_to_name_the_application_is_needed(stranger, work):
    ran = work.run(*stranger.adopt_arguments())

    assert ran.code == 64
    assert "one of --client-id, --display-name and --from" in ran.err
