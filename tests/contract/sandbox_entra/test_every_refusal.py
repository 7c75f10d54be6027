"""Every refusal: its code, OAuth's word, the HTTP status, and whether it stays on a page.

The texts that clients and people search the web for are Microsoft's, to the letter.
"""

import pytest

from provision.sandbox.entra.refusals import texts
from tests.contract.sandbox_entra.refusal_stories import STORIES
from tests.contract.sandbox_entra.scenarios import told
from tests.contract.sandbox_entra.tenant import CLIENT_ID, MAIL, Sandbox, code_of

FAULTS = {"50000", "90012", "90033", "90055"}
"""Answered by injected faults alone; `tests/contract/sandbox_graph/test_faults.py` meets them."""


def test_there_is_a_story_for_every_refusal() -> None:
    assert set(STORIES) | FAULTS == set(texts())


@pytest.mark.parametrize(
    ("key", "kind", "status", "error"),
    [
        ("28002", "json", 400, "invalid_request"),
        ("28003", "json", 400, "invalid_request"),
        ("50011", "page", 400, ""),
        ("50020", "page", 200, ""),
        ("50027", "json", 401, "invalid_client"),
        ("50034", "page", 200, ""),
        ("50034/grant", "json", 400, "invalid_grant"),
        ("50049", "json", 400, "invalid_instance"),
        ("50053", "page", 200, ""),
        ("50055", "page", 200, ""),
        ("50057", "page", 200, ""),
        ("50057/grant", "json", 400, "invalid_grant"),
        ("50058", "redirect", 302, "login_required"),
        ("50074", "page", 400, ""),
        ("50076", "json", 400, "interaction_required"),
        ("50079", "json", 400, "interaction_required"),
        ("50089", "page", 400, ""),
        ("50105", "page", 400, ""),
        ("50105/grant", "json", 400, "invalid_grant"),
        ("50126", "page", 200, ""),
        ("50173", "json", 400, "invalid_grant"),
        ("50194", "page", 400, ""),
        ("53003", "page", 400, ""),
        ("53003/grant", "json", 400, "invalid_grant"),
        ("54005", "json", 400, "invalid_grant"),
        ("65001", "json", 400, "invalid_grant"),
        ("65001/silent", "redirect", 302, "consent_required"),
        ("65004", "redirect", 302, "access_denied"),
        ("65004/admin", "redirect", 302, "consent_required"),
        ("65004/device", "json", 400, "authorization_declined"),
        ("70000/client", "json", 400, "invalid_grant"),
        ("70000/code", "json", 400, "invalid_grant"),
        ("70000/expired", "json", 400, "invalid_grant"),
        ("70000/scopes", "json", 400, "invalid_grant"),
        ("70000/unknown", "json", 400, "invalid_grant"),
        ("70002/device", "json", 401, "invalid_client"),
        ("70003", "json", 400, "unsupported_grant_type"),
        ("70007", "redirect", 302, "invalid_request"),
        ("70008", "json", 400, "invalid_grant"),
        ("70011", "redirect", 302, "invalid_scope"),
        ("70016", "json", 400, "authorization_pending"),
        ("70016/fast", "json", 400, "slow_down"),
        ("70018", "json", 400, "bad_verification_code"),
        ("70020", "json", 400, "expired_token"),
        ("70043", "json", 400, "invalid_grant"),
        ("90002", "json", 400, "invalid_request"),
        ("90014", "json", 400, "invalid_request"),
        ("90023", "redirect", 302, "invalid_request"),
        ("90094", "redirect", 302, "access_denied"),
        ("90095", "redirect", 302, "access_denied"),
        ("90100", "page", 400, ""),
        ("90102", "page", 400, ""),
        ("90119", "page", 200, ""),
        ("90120", "page", 200, ""),
        ("500011", "json", 400, "invalid_resource"),
        ("500112", "json", 401, "invalid_client"),
        ("500113", "page", 400, ""),
        ("500200", "page", 200, ""),
        ("500208", "page", 200, ""),
        ("501481", "json", 400, "invalid_grant"),
        ("501491", "redirect", 302, "invalid_request"),
        ("650053", "redirect", 302, "invalid_client"),
        ("700005", "json", 400, "invalid_grant"),
        ("700007", "redirect", 302, "unsupported_response_type"),
        ("700009", "json", 400, "invalid_request"),
        ("700016", "json", 400, "unauthorized_client"),
        ("700021", "json", 401, "invalid_client"),
        ("700022", "json", 400, "invalid_request"),
        ("700023", "json", 401, "invalid_client"),
        ("700024", "json", 401, "invalid_client"),
        ("700025", "json", 401, "invalid_client"),
        ("700027", "json", 401, "invalid_client"),
        ("700027/expired", "json", 401, "invalid_client"),
        ("700027/signature", "json", 401, "invalid_client"),
        ("700051", "redirect", 302, "unsupported_response_type"),
        ("700054", "redirect", 302, "unsupported_response_type"),
        ("700082", "json", 400, "invalid_grant"),
        ("700084", "json", 400, "invalid_grant"),
        ("700211", "json", 401, "invalid_client"),
        ("700212", "json", 401, "invalid_client"),
        ("700213", "json", 401, "invalid_client"),
        ("900144", "json", 400, "invalid_request"),
        ("900561", "json", 400, "invalid_request"),
        ("900971", "page", 400, ""),
        ("901002", "json", 400, "invalid_request"),
        ("1002012", "json", 400, "invalid_scope"),
        ("7000012", "json", 400, "invalid_grant"),
        ("7000112", "json", 400, "unauthorized_client"),
        ("7000215", "json", 401, "invalid_client"),
        ("7000218", "json", 401, "invalid_client"),
        ("7000222", "json", 401, "invalid_client"),
        ("7000229", "json", 401, "invalid_client"),
        ("9001023", "json", 400, "invalid_request"),
        ("9002313", "json", 400, "invalid_grant"),
        ("9002313/request", "json", 400, "invalid_request"),
        ("9002325", "json", 400, "invalid_request"),
        ("9002326", "json", 400, "invalid_request"),
        ("9002327", "json", 400, "invalid_request"),
        ("9002332", "page", 400, ""),
        ("70000121", "json", 400, "invalid_grant"),
    ],
)
def test_is_told_where_and_how_entra_tells_it(
    sandbox: Sandbox, key: str, kind: str, status: int, error: str
) -> None:
    assert told(STORIES[key](sandbox)) == (kind, status, error, f"AADSTS{key.partition('/')[0]}")


def test_the_older_consent_endpoint_names_no_code(sandbox: Sandbox) -> None:
    expected = ("redirect", 302, "permission_denied", "")
    assert told(STORIES["65004/all"](sandbox)) == expected


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (
            {"client_secret": "wrong"},
            (
                "AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in "
                "the request is the client secret value, not the client secret ID, for a secret "
                f"added to app '{CLIENT_ID}'."
            ),
        ),
        (
            {"client_id": "0"},
            (
                "AADSTS700016: Application with identifier '0' was not found in the directory "
                "'contoso.com'. This can happen if the application has not been installed by the "
                "administrator of the tenant or consented to by any user in the tenant. You may "
                "have sent your authentication request to the wrong tenant."
            ),
        ),
        (
            {"grant_type": "refresh_token"},
            "AADSTS900144: The request body must contain the following parameter: 'refresh_token'.",
        ),
    ],
)
def test_says_what_microsoft_says(sandbox: Sandbox, fields: dict[str, str], text: str) -> None:
    asked = {"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default"}
    told = sandbox.token("contoso.com", **{**asked, **fields}).json()["error_description"]
    assert told.splitlines()[0] == text


def test_a_code_that_was_redeemed_says_what_microsoft_says(sandbox: Sandbox) -> None:
    code = sandbox.code()
    sandbox.redeem(code)
    told = sandbox.redeem(code).json()["error_description"]
    assert told.splitlines()[0] == (
        "AADSTS54005: OAuth2 Authorization code was already redeemed, please retry with a new "
        "valid code or use an existing refresh token."
    )


def test_missing_consent_says_what_microsoft_says(sandbox: Sandbox) -> None:
    refused = sandbox.redeem(sandbox.code(), scope=f"{MAIL} https://outlook.office.com/SMTP.Send")
    assert code_of(refused) == 65001
    assert refused.json()["error_description"].splitlines()[0] == (
        "AADSTS65001: The user or administrator has not consented to use the application with ID "
        f"'{CLIENT_ID}' named 'AEM Forms mail'. Send an interactive authorization request for "
        "this user and resource."
    )
