"""Texts that clients and people search the web for are Microsoft's, to the letter."""

import pytest

from tests.contract.sandbox_entra.tenant import CLIENT_ID, MAIL, Sandbox, code_of


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
