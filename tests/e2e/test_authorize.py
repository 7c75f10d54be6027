"""`authorize`: a mailbox's owner signs in, and what can go wrong while they do."""

import json

import pytest

from tests.e2e.workplace import OWNER, Visit

PERSON = "forms.person@outlook.com"


def test_the_owner_signs_in_and_the_refresh_token_is_held(work):
    work.applied()

    ran = work.done("authorize", visit=Visit())

    assert ran.out == f"{OWNER}: signed in, refresh token held\n"
    assert f"Open this link and sign in as {OWNER}:" in ran.err
    assert work.run("token", "--mailbox", OWNER, shows_secrets=True).code == 0


def test_the_answer_may_come_as_a_query(work):
    work.applied()

    work.done("authorize", "--response-mode", "query", visit=Visit())


def test_programs_are_told_who_signed_in_and_no_token(work):
    work.applied()

    ran = work.done("authorize", "--output", "json", visit=Visit())

    (one,) = json.loads(ran.out)["authorized"]
    assert one["mailbox"] == one["signInAs"] == OWNER
    assert one["generation"] == 1
    assert len(one["objectId"]) == 36


def test_the_common_authority_works_as_in_the_seed(work):
    work.write_manifest(mailboxes=f"[{{address: {OWNER}, authority: common}}]")
    work.applied()

    ran = work.done("authorize", visit=Visit())

    assert "/common/oauth2/v2.0/authorize?" in ran.err
    assert work.done("refresh").out == f"{OWNER}: renewed, generation 2\n"


def test_a_personal_account_signs_in_with_its_odd_codes(work):
    work.write_manifest(mailboxes=f"[{{address: {PERSON}, authority: consumers}}]")
    work.applied()

    work.done("authorize", visit=Visit(user=PERSON))

    assert work.done("refresh").out == f"{PERSON}: renewed, generation 2\n"


def test_another_account_than_the_manifest_names_is_refused(work):
    work.applied()

    ran = work.run("authorize", visit=Visit(user="alex@contoso.com"))

    assert ran.code == 4
    assert f"alex@contoso.com signed in, but {OWNER} was wanted" in ran.err
    assert f"→ sign in again as {OWNER}: provision authorize" in ran.err
    assert work.run("token", "--mailbox", OWNER).code == 4


def test_a_declined_consent_says_who_declined_and_what_to_do(work):
    work.write_manifest("consent: none\n")
    work.applied()

    ran = work.run("authorize", visit=Visit(decide="cancel"))

    assert ran.code == 1
    assert "Entra answered access_denied (AADSTS65004)" in ran.err
    assert "  → " in ran.err
    assert "correlation-id: " in ran.err


def test_consent_that_only_an_administrator_can_give_is_named(work, levers):
    work.write_manifest("consent: none\n")
    work.applied()
    levers.switch(userConsentAllowed=False)

    ran = work.run("authorize", visit=Visit(decide="cancel"))

    assert ran.code == 1
    assert "AADSTS90094" in ran.err


def test_silence_ends_in_a_timeout_that_explains_microsofts_own_pages(work):
    work.applied()

    ran = work.run("authorize", "--timeout", "0.2")

    assert ran.code == 4
    assert "no answer came back within" in ran.err
    for number in ("AADSTS50011", "AADSTS700016"):
        assert number in ran.err
    assert "provision authorize --paste" in ran.err


def test_before_the_registration_it_names_the_command_that_makes_one(work):
    ran = work.run("authorize")

    assert ran.code == 1
    assert f"application {work.name}: tenant contoso.com has none of that unique name" in ran.err
    assert "→ provision apply" in ran.err


def test_without_a_client_secret_nobody_has_to_sign_in_for_nothing(work):
    work.applied()

    ran = work.elsewhere("owner").run("authorize", visit=Visit())

    assert ran.code == 64
    assert "its client secret is not held here" in ran.err
    assert "PROVISION_CLIENT_SECRET" in ran.err
    assert "Open this link" not in ran.err


class TestVaultThatCannotKeep:
    """The secret comes from the environment, so nothing is read before somebody signs in."""

    ways = pytest.mark.parametrize(
        "way", [(), ("--response-mode", "query"), ("--paste",)], ids=["loopback", "query", "paste"]
    )

    @pytest.fixture
    def place(self, work):
        """Where the vault is to be; nothing is there."""
        work.write_manifest("handoff: [{to: json, path: mail.json}]\n")
        work.applied()
        secret = json.loads(work.file("mail.json").read_text())["clientSecret"]
        work.environment["PROVISION_CLIENT_SECRET"] = secret
        work.environment["PROVISION_VAULT"] = str(work.file("elsewhere") / "vault.db")
        return work.file("elsewhere")

    @ways
    def test_a_folder_that_lets_others_in_is_told_before_anybody_signs_in(self, work, place, way):
        place.mkdir(mode=0o755)

        ran = work.run("authorize", "--timeout", "0.2", *way)

        assert ran.code == 1
        assert f"directory {place}: lets others in (mode 755, not 700)" in ran.err
        assert f"→ if nobody else uses it: chmod 700 {place}" in ran.err
        assert "Open this link" not in ran.err

    @ways
    def test_a_folder_that_cannot_be_made_is_told_before_anybody_signs_in(self, work, place, way):
        place.symlink_to(work.file("nowhere") / "at-all")

        ran = work.run("authorize", "--timeout", "0.2", *way)

        assert ran.code == 1
        assert f"directory {place}: cannot be created" in ran.err
        assert "Open this link" not in ran.err


class TestElsewhere:
    """The owner has a machine of their own: a registration, a secret, no administrator."""

    @pytest.fixture
    def owner(self, work):
        work.write_manifest("handoff: [{to: json, path: mail.json}]\n")
        made = work.done("apply", "--yes", "--output", "json").out
        owner = work.elsewhere("owner")
        owner.environment.pop("AZURE_CLIENT_ID")
        owner.environment.pop("AZURE_CLIENT_SECRET")
        owner.file("registration.json").write_text(made)
        return owner

    @pytest.fixture
    def secret(self, work, owner):
        return json.loads(work.file("mail.json").read_text())["clientSecret"]

    def test_the_secret_may_come_from_the_environment(self, owner, secret):
        owner.environment["PROVISION_CLIENT_SECRET"] = secret

        owner.done("authorize", "--registration", "registration.json", visit=Visit())

        assert owner.run("token", "--mailbox", OWNER, shows_secrets=True).code == 0

    def test_the_secret_may_come_from_standard_input(self, owner, secret):
        ran = owner.run(
            "authorize", "--registration", "registration.json", "--secret-stdin",
            stdin=f"{secret}\n", visit=Visit(),
        )  # fmt: skip

        assert ran.code == 0

    def test_later_commands_need_no_administrator_either(self, owner, secret):
        owner.environment["PROVISION_CLIENT_SECRET"] = secret
        owner.done("authorize", "--registration", "registration.json", visit=Visit())

        assert owner.run("refresh").code == 0
        assert owner.run("verify").code == 0
        assert owner.run("handoff").code == 0
        assert json.loads(owner.file("mail.json").read_text())["clientSecret"] == secret

    def test_a_wrong_secret_is_told_at_once(self, owner):
        ran = owner.run(
            "authorize", "--registration", "registration.json", "--secret-stdin",
            stdin="not-the-secret-at-all\n", visit=Visit(),
        )  # fmt: skip

        assert ran.code == 1
        assert "AADSTS7000215" in ran.err

    def test_an_empty_standard_input_is_no_secret(self, owner):
        ran = owner.run("authorize", "--registration", "registration.json", "--secret-stdin")

        assert ran.code == 64
        assert "standard input holds no client secret" in ran.err

    def test_the_registration_of_another_application_is_refused(self, owner):
        text = owner.file("registration.json").read_text().replace(owner.name, "somebody-elses")
        owner.file("registration.json").write_text(text)

        ran = owner.run("authorize", "--registration", "registration.json")

        assert ran.code == 64
        assert "is of application somebody-elses, and the manifest wants" in ran.err

    def test_the_registration_of_another_tenant_is_refused(self, owner):
        found = json.loads(owner.file("registration.json").read_text())["registration"]
        found["tenantId"] = "11111111-2222-3333-4444-555555555555"
        owner.file("registration.json").write_text(json.dumps(found))

        ran = owner.run("authorize", "--registration", "registration.json")

        assert ran.code == 1
        assert "the registration is of tenant 11111111-2222-3333-4444-555555555555" in ran.err
