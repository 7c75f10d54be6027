"""`apply`: asks, carries out, converges, and ends in a registration."""

import json

from tests.e2e.workplace import OWNER, Visit

DOTENV = "handoff:\n  - {to: dotenv, path: mail.env}\n"


def test_on_a_terminal_it_asks_for_the_consent_by_name_and_for_the_rest(work, levers):
    with work.terminal("apply") as terminal:
        terminal.expect("for any user's mailbox in the tenant")
        question = terminal.expect("[y/N] ")
        terminal.enter("y")
        terminal.expect(f"Apply to tenant {levers.ready.tenant_id}? [y/N] ")
        terminal.enter("y")
        terminal.expect("client id ")
        terminal.expect("Sign the mailbox owner in now? [y/N] ")
        terminal.enter("n")
        assert terminal.end() == 0

    assert "Consent on behalf of the whole tenant" in question
    assert "any user's mailbox" in question
    assert levers.application(work.name)["uniqueName"] == work.name


def test_who_declines_the_consent_is_asked_nothing_more_and_nothing_is_written(work, levers):
    with work.terminal("apply") as terminal:
        terminal.expect("[y/N] ")
        terminal.enter("n")
        assert terminal.end() == 1

    assert "nothing was changed: the plan was not confirmed" in terminal.shown
    assert "Apply to tenant" not in terminal.shown
    assert levers.applications(work.name) == []


def test_without_a_terminal_and_without_yes_nothing_is_written(work, levers):
    levers.forget_requests()

    ran = work.spawn("apply")

    assert ran.code == 64
    assert "needs an answer and there is no terminal" in ran.err
    assert "→ run it in a terminal, or add --yes" in ran.err
    assert levers.writes() == []
    assert levers.applications(work.name) == []
    assert not work.file("vault/vault.db").exists()


def test_a_new_registration_takes_four_requests(work, levers):
    levers.forget_requests()

    ran = work.done("apply", "--yes")

    assert levers.graph_requests()[:4] == [
        ("POST", "/v1.0/$batch"),
        ("POST", "/v1.0/applications"),
        ("POST", "/v1.0/servicePrincipals"),
        ("POST", "/v1.0/oauth2PermissionGrants"),
    ]
    assert len(levers.writes()) == 3
    assert "✓ replan       no changes" in ran.err
    assert work.run("plan", "--detailed-exitcode").code == 0


def test_what_is_registered_is_what_the_manifest_says(work, levers):
    work.applied()

    found = levers.application(work.name)
    (grant,) = levers.grants(found["appId"])

    assert found["signInAudience"] == "AzureADandPersonalMicrosoftAccount"
    assert found["api"]["requestedAccessTokenVersion"] == 2
    assert set(found["web"]["redirectUris"]) == {
        "http://localhost", "https://login.microsoftonline.com/common/oauth2/nativeclient",
    }  # fmt: skip
    assert set(found["web"]["implicitGrantSettings"].values()) == {True}
    assert len(found["requiredResourceAccess"][0]["resourceAccess"]) == 6
    assert len(found["passwordCredentials"]) == 1
    assert grant["consentType"] == "AllPrincipals"
    assert set(grant["scope"].split()) == {
        "IMAP.AccessAsUser.All", "POP.AccessAsUser.All", "SMTP.Send", "Mail.Read", "User.Read",
        "offline_access", "openid", "profile",
    }  # fmt: skip


def test_a_second_apply_reads_once_and_writes_nothing(work, levers):
    work.applied()
    levers.forget_requests()

    ran = work.done("apply", "--yes")

    assert levers.graph_requests() == [("POST", "/v1.0/$batch")]
    assert levers.writes() == []
    assert ran.out == f"No changes: application {work.name} is as the manifest wants it.\n"


def test_with_an_empty_vault_a_second_apply_reads_twice_and_mints_no_second_secret(work, levers):
    work.applied()
    levers.forget_requests()

    ran = work.elsewhere("fresh").done("apply", "--yes")

    assert levers.graph_requests() == [("POST", "/v1.0/$batch")] * 2
    assert levers.writes() == []
    assert "is live and not held here" in ran.out


def test_drift_is_put_right_and_what_others_added_stays(work, levers):
    work.applied()
    found = levers.application(work.name)
    path = f"/applications/{found['id']}"
    uris = [*found["web"]["redirectUris"], "https://other.example/callback"]
    levers.graph("PATCH", path, {"displayName": "somebody else's", "tags": ["theirs"],
                                 "web": {"redirectUris": uris}})  # fmt: skip

    work.done("apply", "--yes")

    mended = levers.application(work.name)
    assert mended["displayName"] == work.name
    assert mended["tags"] == ["theirs"]
    assert len(mended["passwordCredentials"]) == 1


def test_json_holds_the_registration_and_both_plans_and_no_secret(work, levers):
    result = json.loads(work.done("apply", "--yes", "--output", "json").out)

    found = levers.application(work.name)
    assert result["registration"]["clientId"] == found["appId"]
    assert result["registration"]["tenantId"] == levers.ready.tenant_id
    assert result["registration"]["uniqueName"] == work.name
    assert result["registration"]["secretKeyId"] == found["passwordCredentials"][0]["keyId"]
    assert result["plan"]["hasChanges"] is True
    assert result["remaining"]["hasChanges"] is False
    assert result["failures"] == []


def test_through_handoff_does_the_whole_job(work, levers):
    work.write_manifest(DOTENV)
    before = len(levers.inbox(OWNER))

    ran = work.run(
        "apply", "--yes", "--through", "handoff", "--send", "--output", "json", visit=Visit()
    )

    result = json.loads(ran.out)
    assert ran.code == 0
    assert result["authorized"] == [OWNER]
    assert [p["ok"] for v in result["verified"] for p in v["protocols"]] == [True] * 3
    assert [h["ok"] for h in result["handedOver"]] == [True]
    assert len(levers.inbox(OWNER)) == before + 2
    assert "MAIL_OAUTH_REFRESH_TOKEN=" in work.file("mail.env").read_text()


def test_through_a_stage_that_the_manifest_says_nothing_about_is_refused_first(work, levers):
    levers.forget_requests()

    ran = work.run("apply", "--yes", "--through", "handoff")

    assert ran.code == 64
    assert "the manifest names no hand-off" in ran.err
    assert levers.graph_requests() == []


def test_a_stage_that_fails_leaves_the_registration_in_the_result(work, levers):
    work.write_manifest("consent: none\n")

    ran = work.run(
        "apply", "--yes", "--through", "verify", "--output", "json", visit=Visit(decide="cancel")
    )

    result = json.loads(ran.out)
    assert ran.code == 1
    assert result["registration"]["clientId"] == levers.application(work.name)["appId"]
    assert result["authorized"] == []
    assert "AADSTS65004" in result["failures"][0]


def test_on_a_terminal_it_offers_each_further_stage(work):
    work.write_manifest(DOTENV)
    work.signed_in()

    with work.terminal("apply") as terminal:
        terminal.expect("Prove with real logins that mail works? [y/N] ")
        terminal.enter("y")
        terminal.expect("✓ smtp")
        terminal.expect("Write the hand-offs of the manifest? [y/N] ")
        terminal.enter("y")
        terminal.expect("✓ handoff")
        assert terminal.end() == 0

    assert work.file("mail.env").exists()
