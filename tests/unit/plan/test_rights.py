"""Who may do what: certainly, certainly not, or not to be told from the token."""

import pytest

from provision.plan.preflight import described, refusal, remarks, rights_for, shortfall
from provision.plan.rights import (
    CREATE_APPLICATION,
    GRANT_CONSENT,
    OWNED_BY,
    READ_POLICIES,
    WRITE_APPLICATION,
    Right,
    superfluous,
    verdict,
)
from provision.tenant.caller import Caller
from tests.fakes.callers import (
    ALL_RIGHTS,
    APPLICATION_DEVELOPER,
    GLOBAL_ADMINISTRATOR,
    application,
    person,
    unknown,
)
from tests.unit.plan.tenants import snapshot

CUSTOM_ROLE = "11111111-0000-4000-8000-000000000000"
NO_ROLE = "0997a1d0-0d1d-4acb-b408-d5ca73121e90"
WRITE_ALL = "Application.ReadWrite.All"
AS_USER = "Directory.AccessAsUser.All"


@pytest.mark.parametrize(
    ("right", "caller", "owners", "told"),
    [
        (CREATE_APPLICATION, application(WRITE_ALL), None, "held"),
        (CREATE_APPLICATION, application(OWNED_BY), None, "held"),
        (CREATE_APPLICATION, application(), None, "missing"),
        (CREATE_APPLICATION, application(roles=(NO_ROLE,)), None, "missing"),
        (CREATE_APPLICATION, application(roles=(GLOBAL_ADMINISTRATOR,)), None, "held"),
        (CREATE_APPLICATION, application(roles=(CUSTOM_ROLE,)), None, "unknown"),
        (WRITE_APPLICATION, application(OWNED_BY), frozenset({"sp-0"}), "held"),
        (WRITE_APPLICATION, application(OWNED_BY), frozenset({"sp-9"}), "missing"),
        (WRITE_APPLICATION, application(OWNED_BY), None, "held"),
        (WRITE_APPLICATION, application(WRITE_ALL), frozenset(), "held"),
        (GRANT_CONSENT, application(WRITE_ALL), None, "missing"),
        (READ_POLICIES, application("Policy.Read.All"), None, "held"),
        (GRANT_CONSENT, person("User.Read"), None, "missing"),
        (GRANT_CONSENT, person(AS_USER), None, "unknown"),
        (GRANT_CONSENT, person(AS_USER, roles=(GLOBAL_ADMINISTRATOR,)), None, "held"),
        (GRANT_CONSENT, person(AS_USER, roles=(APPLICATION_DEVELOPER,)), None, "unknown"),
        (WRITE_APPLICATION, person(WRITE_ALL), frozenset({"user-0"}), "held"),
        (READ_POLICIES, person("Policy.Read.All"), None, "held"),
        (GRANT_CONSENT, unknown(), None, "unknown"),
    ],
)
def test_says_what_a_token_proves(
    right: Right, caller: Caller, owners: frozenset[str] | None, told: str
) -> None:
    assert verdict(right, caller, owners) == told


def test_names_what_an_application_holds_without_need() -> None:
    caller = application(*ALL_RIGHTS, "Directory.ReadWrite.All", "Mail.Send", "User.Read")
    assert superfluous(caller) == ("Directory.ReadWrite.All", "Mail.Send")


def test_blames_nobody_for_the_scopes_of_a_program() -> None:
    assert superfluous(person("Mail.Send")) == ()


def test_a_refusal_names_the_right_and_who_can_grant_it() -> None:
    error = refusal("aem-mail", GRANT_CONSENT, application(WRITE_ALL))
    assert error.message == (
        "application aem-mail: application runner client-0 may not grant consent: it holds none of "
        "DelegatedPermissionGrant.ReadWrite.All, Directory.ReadWrite.All"
    )
    assert "Global Administrator grants application client-0" in error.hint


def test_somebody_else_s_application_needs_an_owner() -> None:
    error = refusal("aem-mail", WRITE_APPLICATION, application(OWNED_BY))
    assert "does not own the application" in error.message
    assert "--owner-object-id sp-0" in error.hint


def test_a_person_is_told_about_scopes() -> None:
    error = refusal("aem-mail", GRANT_CONSENT, person("User.Read"))
    assert "person ada@contoso.com may not grant consent: the token's scopes" in error.message


def test_what_is_not_known_is_remarked_with_what_would_do() -> None:
    (text,) = remarks([GRANT_CONSENT], person(AS_USER))
    assert "may grant consent" in text
    assert "Privileged Role Administrator" in text
    assert described(unknown()) == "the administrator"


def test_no_change_needs_no_right() -> None:
    assert rights_for(()) == ()
    assert shortfall((), application(), snapshot({})).missing == ()
