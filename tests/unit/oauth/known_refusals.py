"""Every refusal of the token endpoint that was reported whole, or that is documented."""

# ruff: noqa: E501  (texts as Entra sends them)

from dataclasses import dataclass
from typing import Any

from provision.errors import (
    ClientRefused,
    ConsentMissing,
    ProvisionError,
    RefusedError,
    SignInRequired,
    Unreachable,
)
from tests.unit.oauth.fakes import CORRELATION_ID, TRACE_ID

APP = "22222222-2222-4222-8222-222222222222"


@dataclass(frozen=True, slots=True)
class Known:
    """One refusal and what the client has to make of it."""

    status: int
    error: str
    codes: tuple[int, ...]
    text: str
    """What follows `AADSTSn: `; for a personal account, the whole description."""
    kind: type[ProvisionError]
    is_fresh: bool = False
    """Whether it passes by itself when the application or the secret is new."""
    suberror: str = ""
    is_personal: bool = False
    """Whether login.live.com words it: without a number in the text."""

    @property
    def code(self) -> int:
        """The number that counts."""
        return self.codes[-1]

    @property
    def body(self) -> dict[str, Any]:
        """The whole body."""
        number = "" if self.is_personal else f"AADSTS{self.code}: "
        body: dict[str, Any] = {
            "error": self.error,
            "error_description": f"{number}{self.text}\r\nTrace ID: {TRACE_ID}\r\n"
            f"Correlation ID: {CORRELATION_ID}\r\nTimestamp: 2026-03-01 12:00:00Z",
            "error_codes": list(self.codes),
            "timestamp": "2026-03-01 12:00:00Z",
            "trace_id": TRACE_ID,
            "correlation_id": CORRELATION_ID,
            "error_uri": f"https://login.microsoftonline.com/error?code={self.code}",
        }
        return {**body, "suberror": self.suberror} if self.suberror else body

    def __str__(self) -> str:
        """Name it for a test."""
        return f"{self.status} {self.error} {self.codes} {self.text}"[:100]


# Sources: OfficeDev/microsoft-365-agents-toolkit#8621; dotnet/sign#849; microsoft/AzureTRE#1475;
# davidjrh/dnn.azureadprovider#17; O365/python-o365#323; tarickb/sasl-xoauth2#30;
# sagarrabadiya/outlook-php#16; spencerwooo/onedrive-cf-index#25; O365/python-o365#167;
# better-auth/better-auth#1709; thobach/MMM-MicrosoftToDo#28;
# AzureAD/microsoft-authentication-library-for-js#1614;
# https://learn.microsoft.com/entra/identity-platform/reference-error-codes
KNOWN: tuple[Known, ...] = (
    Known(401, "invalid_client", (7000215,), f"Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{APP}'.", ClientRefused, is_fresh=True),
    Known(401, "invalid_client", (7000222,), f"The provided client secret keys for app '{APP}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.", ClientRefused),
    Known(401, "invalid_client", (7000218,), "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.", ClientRefused),
    Known(400, "unauthorized_client", (700016,), f"Application with identifier '{APP}' was not found in the directory 'Contoso'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.", ClientRefused, is_fresh=True),
    Known(400, "invalid_grant", (54005,), "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.", SignInRequired),
    Known(400, "invalid_grant", (70002, 54005), "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.", SignInRequired),
    Known(400, "invalid_grant", (65001,), f"The user or administrator has not consented to use the application with ID '{APP}' named 'mail'. Send an interactive authorization request for this user and resource.", ConsentMissing, suberror="consent_required"),
    Known(400, "invalid_grant", (700082,), "The refresh token has expired due to inactivity. The token was issued on 2026-01-01T12:00:00.0000000Z and was inactive for 90.00:00:00.", SignInRequired),
    Known(400, "invalid_grant", (70000,), "The user could not be authenticated as the grant is expired. The user must sign in again.", SignInRequired, is_personal=True),
    Known(400, "invalid_grant", (70000,), "The provided value for the 'code' parameter is not valid. The code has expired.", SignInRequired, suberror="bad_token", is_personal=True),
    Known(400, "invalid_request", (900144,), "The request body must contain the following parameter: 'refresh_token'.", RefusedError),
    Known(400, "invalid_request", (90023,), "Public clients can't send a client secret.", RefusedError),
    Known(400, "invalid_request", (9002331,), f"Application '{APP}' is configured for use by Microsoft Account users only. Please use the /consumers endpoint to serve this request.", RefusedError),
    Known(400, "invalid_request", (9002332,), f"Application '{APP}' is configured for use by Azure Active Directory users only. Please do not use the /consumers endpoint to serve this request.", RefusedError),
    Known(400, "invalid_grant", (9002313,), "Invalid request. Request is malformed or invalid.", SignInRequired),
    Known(400, "invalid_grant", (50173,), "The provided grant has expired due to it being revoked, a fresh auth token is needed.", SignInRequired),
    Known(400, "invalid_grant", (70008,), "The provided authorization code or refresh token has expired due to inactivity.", SignInRequired),
    Known(400, "invalid_grant", (700084,), "The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime.", SignInRequired),
    Known(400, "invalid_grant", (501481,), "The Code_Verifier does not match the code_challenge supplied in the authorization request.", SignInRequired),
    Known(400, "invalid_grant", (700005,), "The provided authorization code is intended to be used against another tenant.", SignInRequired),
    Known(400, "interaction_required", (50076,), "Due to a configuration change made by your administrator, you must use multi-factor authentication.", SignInRequired, suberror="basic_action"),
    Known(400, "invalid_grant", (50079,), "The user is required to use multi-factor authentication.", SignInRequired, suberror="basic_action"),
    Known(400, "invalid_grant", (53003,), "Access has been blocked by Conditional Access policies.", SignInRequired, suberror="message_only"),
    Known(400, "invalid_grant", (50105,), "The signed in user is not assigned to a role for the application.", SignInRequired),
    Known(400, "invalid_scope", (70011,), "The provided request must include a 'scope' input parameter.", RefusedError),
    Known(400, "invalid_request", (28003,), "Provided value for the input parameter scope can't be empty.", RefusedError),
    Known(400, "invalid_client", (650052,), "The app needs access to a service that your organization has not subscribed to or enabled.", ClientRefused),
    Known(400, "invalid_client", (700025,), "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.", ClientRefused),
    Known(400, "unauthorized_client", (7000112,), f"Application '{APP}' is disabled.", ClientRefused),
    Known(400, "invalid_tenant", (90002,), "Tenant 'nowhere' not found.", ClientRefused),
    Known(400, "invalid_grant", (90094,), "Admin consent is required for the permissions requested by this application.", ConsentMissing),
    Known(400, "temporarily_unavailable", (90006,), "External server retryable error.", Unreachable),
    Known(400, "server_error", (90033,), "A transient error has occurred. Please try again.", Unreachable),
)  # fmt: skip
