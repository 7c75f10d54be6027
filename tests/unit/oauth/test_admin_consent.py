"""An administrator's consent link, and what its answer must say."""

from urllib.parse import parse_qs, urlsplit

import pytest

from provision.errors import (
    ConsentMissing,
    ProvisionError,
    RefusedError,
    Unreachable,
    UsageError,
    WrongTenant,
)
from provision.oauth.admin_consent import (
    ConsentRequest,
    accept_consent,
    accept_pasted_consent,
    ask_for_consent,
)

TENANT_ID = "11111111-2222-4333-8444-555555555555"
OTHER_ID = "99999999-2222-4333-8444-555555555555"
GOOD = {"admin_consent": "True", "tenant": TENANT_ID, "state": "state-1", "scope": "x"}


def asked() -> ConsentRequest:
    return ask_for_consent(
        client_id="client-1",
        authority=f"https://login.example/{TENANT_ID}",
        scopes=("https://graph.example/Mail.Read", "openid"),
        redirect_uri="http://localhost:7",
        tenant="customer.example",
        random=lambda _count: "state-1",
    )


def refused(**parameters: str) -> ProvisionError:
    with pytest.raises(ProvisionError) as error:
        accept_consent({**parameters, "state": "state-1"}, asked())
    return error.value


def test_the_link_asks_the_named_tenant_for_the_scopes() -> None:
    url = urlsplit(asked().url)

    assert url.path == f"/{TENANT_ID}/v2.0/adminconsent"
    assert parse_qs(url.query) == {
        "client_id": ["client-1"],
        "redirect_uri": ["http://localhost:7"],
        "state": ["state-1"],
        "scope": ["https://graph.example/Mail.Read openid"],
    }


def test_spaces_are_not_written_as_pluses() -> None:
    assert "+" not in asked().url


@pytest.mark.parametrize("told", ["True", "true", "TRUE"])
def test_takes_the_consent_of_the_tenant_that_was_asked(told: str) -> None:
    assert accept_consent(GOOD | {"admin_consent": told}, asked()).tenant_id == TENANT_ID


def test_compares_tenants_without_case() -> None:
    assert accept_consent(GOOD | {"tenant": TENANT_ID.upper()}, asked()).tenant_id == TENANT_ID


def test_refuses_the_consent_of_another_tenant() -> None:
    error = refused(admin_consent="True", tenant=OTHER_ID)

    assert isinstance(error, WrongTenant)
    assert error.message == (
        f"consent of tenant customer.example: Entra says that tenant {OTHER_ID} consented, "
        f"not {TENANT_ID}"
    )
    assert "provision authorize --admin customer.example" in error.hint


def test_refuses_an_answer_without_a_tenant() -> None:
    assert "without an id" in refused(admin_consent="True").message


@pytest.mark.parametrize("told", [{}, {"admin_consent": "False"}, {"code": "some-code"}])
def test_refuses_an_answer_that_says_nothing_of_consent(told: dict[str, str]) -> None:
    error = refused(tenant=TENANT_ID, **told)

    assert isinstance(error, ConsentMissing)
    assert "does not say that an administrator consented" in error.message


@pytest.mark.parametrize(
    "told",
    [
        {"error": "permission_denied", "error_description": "The admin canceled the request"},
        {"error": "access_denied", "error_description": "AADSTS65004: denied."},
        {
            "error": "consent_required",
            "error_description": "AADSTS65004: denied.",
            "admin_consent": "True",
            "tenant": TENANT_ID,
        },
    ],
)
def test_says_that_the_administrator_declined(told: dict[str, str]) -> None:
    error = refused(**told)

    assert isinstance(error, ConsentMissing)
    assert error.message == "consent of tenant customer.example: its administrator declined"
    assert "provision authorize --admin customer.example" in error.hint


def test_another_refusal_is_told_in_its_own_words() -> None:
    error = refused(error="invalid_client", error_description="AADSTS650052: The app needs access.")

    assert isinstance(error, RefusedError)
    assert "AADSTS650052" in error.message
    assert error.hint


def test_takes_a_pasted_address_with_what_a_mail_program_put_around_it() -> None:
    query = f"admin_consent=True&amp;tenant={TENANT_ID}&amp;state=state-1"

    assert accept_pasted_consent(f"<http://localhost/?{query}>", asked()).tenant_id == TENANT_ID


@pytest.mark.parametrize("state", ["&state=another", ""])
def test_refuses_a_pasted_answer_to_another_link(state: str) -> None:
    text = f"http://localhost/?admin_consent=True&tenant={TENANT_ID}{state}"

    with pytest.raises(UsageError, match="another link"):
        accept_pasted_consent(text, asked())


@pytest.mark.parametrize("text", ["", "yes", "http://localhost/?code=abc&state=state-1"])
def test_refuses_what_is_no_answer_to_a_consent_link(text: str) -> None:
    with pytest.raises(UsageError, match="not the answer to a consent link"):
        accept_pasted_consent(text, asked())


def test_a_refusal_that_is_no_declining_is_not_told_as_one() -> None:
    error = refused(error="server_error")
    assert isinstance(error, Unreachable)
    assert "customer.example" in error.message


def test_a_declined_consent_carries_the_ids_of_entra() -> None:
    words = f"AADSTS65004: No. Trace ID: {OTHER_ID}"
    error = refused(error="access_denied", error_description=words)
    assert ("trace-id", OTHER_ID) in error.evidence


@pytest.mark.parametrize("told", ["admin_consent=False", f"tenant={TENANT_ID}", "error=x"])
def test_whatever_a_consent_link_answers_is_recognised(told: str) -> None:
    with pytest.raises(ProvisionError) as caught:
        accept_pasted_consent(f"http://localhost/?{told}&state=state-1", asked())
    assert "what was pasted" not in caught.value.message
