"""Every refusal that Microsoft documents, or that somebody has reported, as Graph sends it."""

# ruff: noqa: E501  (texts as Graph sends them)

from dataclasses import dataclass
from typing import Any

from provision.errors import (
    AlreadyExists,
    ClientRefused,
    NameTaken,
    NotFound,
    NotPermitted,
    NotYetVisible,
    PolicyRefused,
    ProvisionError,
    RefusedError,
    Throttled,
    Unreachable,
)
from provision.graph.retry import Outcome

REQUEST_ID = "77777777-7777-4777-8777-777777777777"
INNER = {
    "date": "2026-03-01T12:00:00",
    "request-id": REQUEST_ID,
    "client-request-id": REQUEST_ID,
}
CLIENT_ID = "22222222-2222-4222-8222-222222222222"
POLICY_ID = "33333333-3333-4333-8333-333333333333"
SAME_KEY = "Request_MultipleObjectsWithSameKeyValue"
BAD = "Request_BadRequest"
DENIED = "Authorization_RequestDenied"
SAME_VALUE = "Another object with the same value for property {} already exists."
GONE = (
    f"Resource '{CLIENT_ID}' does not exist or one of its queried reference-property objects "
    "are not present."
)
NO_APPLICATION = (
    f"The appId '{CLIENT_ID}' of the service principal does not reference a valid application "
    "object."
)
NOT_LOCAL = (
    "When using this permission, the backing application of the service principal being created "
    "must in the local tenant"
)
PRINCIPAL_EXISTS = (
    "The service principal cannot be created, updated, or restored because the service principal "
    f"name {CLIENT_ID} is already in use."
)
TOO_LONG = (
    f"Credential lifetime exceeds the max value allowed as per assigned policy '{POLICY_ID}'."
)
CONCURRENT = (
    "Error due to concurrent requests being made to the tenant. Please wait briefly and retry."
)
NOT_PERSONAL = (
    "'signInAudience' property value 'AzureADandPersonalMicrosoftAccount' is not allowed."
)


@dataclass(frozen=True, slots=True)
class Known:
    """One refusal and what the client has to make of it."""

    status: int
    code: str
    message: str
    error: type[ProvisionError]
    meaning: str
    """Part of what the catalogue says."""
    write: Outcome = "final"
    """What becomes of a write that was answered so."""
    details: tuple[dict[str, str], ...] = ()

    @property
    def body(self) -> dict[str, Any]:
        """The whole body."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.details:
            error["details"] = [dict(detail) for detail in self.details]
        return {"error": {**error, "innerError": dict(INNER)}}

    @property
    def read(self) -> Outcome:
        """What becomes of a read: a fault of the server cannot have changed anything."""
        return "again" if self.write == "unknown" else self.write

    def __str__(self) -> str:
        """Name it for a test."""
        return f"{self.status} {self.code} {self.message}"[:110]


def detail(code: str, message: str, target: str) -> dict[str, str]:
    """Return one entry of `details`."""
    return {"code": code, "message": message, "target": target}


# Sources: https://learn.microsoft.com/graph/errors; hashicorp/terraform-provider-azuread#1764, #690;
# Azure/azure-cli#12946, #28522, #15512; microsoftgraph/msgraph-bicep-types#137;
# OfficeDev/microsoft-365-agents-toolkit#10998; Azure/reliable-web-app-pattern-java#185;
# azure-ad-b2c/Scripts#2; microsoftgraph/microsoft-graph-docs-contrib#1975;
# https://learn.microsoft.com/graph/throttling; https://learn.microsoft.com/graph/json-batching
KNOWN: tuple[Known, ...] = (
    Known(404, "Request_ResourceNotFound", GONE, NotFound, "does not know the object"),
    Known(403, DENIED, "Insufficient privileges to complete the operation.", NotPermitted, "may not do"),
    Known(401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.",
          NotPermitted, "token has expired"),
    Known(401, "InvalidAuthenticationToken",
          "CompactToken validation failed with reason code: 80049228.",
          NotPermitted, "token is damaged"),
    Known(401, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience.",
          NotPermitted, "for another service than Graph"),
    Known(403, "Authorization_IdentityNotFound",
          "The identity of the calling application could not be established.",
          ClientRefused, "The identity that calls Graph"),
    Known(401, "Authorization_IdentityNotFound",
          "The identity of the calling application could not be established.",
          ClientRefused, "The identity that calls Graph"),
    Known(400, BAD, "Invalid value specified for property 'web' of resource 'Application'.",
          RefusedError, "redirect URIs"),
    Known(400, BAD,
          "Invalid value specified for property 'resourceAppId' of resource 'RequiredResourceAccess'.",
          RefusedError, "declared permissions"),
    Known(400, BAD,
          "Property requiredResourceAccess.resourceAccess value is required but is empty or missing.",
          RefusedError, "declared permissions"),
    Known(400, BAD, "Property displayName is too long.", RefusedError, "a value of the request"),
    Known(400, "Request_UnsupportedQuery", "Unsupported Query.", RefusedError, "such a filter"),
    Known(400, "Request_UnsupportedQuery",
          "The request uses a filter property that is not indexed",
          RefusedError, "such a filter"),
    Known(400, BAD, "$count is not currently supported.", RefusedError, "counts only"),
    Known(409, SAME_KEY, PRINCIPAL_EXISTS, AlreadyExists, "its service principal already"),
    Known(409, SAME_KEY, "Permission entry already exists.", AlreadyExists, "There is a consent"),
    Known(400, BAD, "Permission entry already exists.", AlreadyExists, "There is a consent"),
    Known(400, SAME_KEY, SAME_VALUE.format("uniqueName"), AlreadyExists, "this uniqueName",
          details=(detail("ObjectConflict", SAME_VALUE.format("uniqueName"), "uniqueName"),
                   detail("ConflictingObjects", CLIENT_ID, "ConflictingObjects"))),
    Known(409, BAD, SAME_VALUE.format("uniqueName"), AlreadyExists, "this uniqueName"),
    Known(400, SAME_KEY, SAME_VALUE.format("identifierUris"), NameTaken, "this identifier URI",
          details=(detail("ObjectConflict", SAME_VALUE.format("identifierUris"), "identifierUris"),
                   detail("ConflictingObjects", CLIENT_ID, "ConflictingObjects"))),
    Known(400, BAD, SAME_VALUE.format("identifierUris"), NameTaken, "this identifier URI"),
    Known(409, BAD, SAME_VALUE.format("identifierUris"), NameTaken, "this identifier URI"),
    Known(400, BAD, NO_APPLICATION, NotYetVisible, "application is not known yet", "again",
          details=(detail("NoBackingApplicationObject", NO_APPLICATION, "appId"),)),
    Known(403, DENIED, NOT_LOCAL, NotYetVisible, "application is not known yet", "again"),
    Known(409, "Directory_ConcurrencyViolation", CONCURRENT, NotYetVisible, "Two writes", "again"),
    Known(400, "Directory_ConcurrencyViolation", CONCURRENT, NotYetVisible, "Two writes", "again"),
    Known(404, "Directory_ObjectNotFound",
          "Unable to read the company information from the directory.",
          NotYetVisible, "could not be read at this moment", "again"),
    Known(409, "Error_MsaAppDoesNotExist", "The corresponding MSA application does not exist.",
          NotYetVisible, "serves personal accounts", "again"),
    Known(403, "Directory_QuotaExceeded",
          "The directory object quota limit for the Principal has been exceeded.",
          PolicyRefused, "number of directory objects"),
    Known(403, "Directory_ResourceSizeExceeded",
          "The size of the object has exceeded its limit. Please reduce the number of values and "
          "retry your request.",
          RefusedError, "more entries than"),
    Known(400, "InvalidAccessTokenVersion", "One or more properties contains invalid values.",
          RefusedError, "access token version"),
    Known(400, "HostNameNotOnVerifiedDomain",
          "Values of identifierUris property must use a verified domain of the organization.",
          RefusedError, "has not verified"),
    Known(400, "CannotDeleteOrUpdateEnabledEntitlement",
          "Permission (scope or role) cannot be deleted or updated unless disabled first.",
          RefusedError, "must be disabled"),
    Known(400, "TooManyAppPasswords",
          "Not allowed to add 3 passwords. You can only add a maximum of 2 passwords.",
          RefusedError, "as many client secrets",
          details=({"target": "passwordCredentials", "code": "TooManyAppPasswords"},)),
    Known(400, "CredentialInvalidLifetimeAsPerAppPolicy", TOO_LONG, PolicyRefused, "shorter-lived",
          details=(detail("InvalidKeyEndDate", TOO_LONG, "EndDate"),)),
    Known(400, "CredentialTypeNotAllowedAsPerAppPolicy",
          f"Credential type not allowed as per assigned policy '{POLICY_ID}'.",
          PolicyRefused, "forbids client secrets"),
    Known(400, "SignInAudienceNotAllowedAsPerAppPolicy", NOT_PERSONAL,
          PolicyRefused, "forbids this audience"),
    # Not seen yet: the family has more codes than anybody lists.
    Known(400, "CredentialSomethingElseAsPerAppPolicy", f"Not allowed as per assigned policy '{POLICY_ID}'.",
          PolicyRefused, "not in this catalogue"),
    Known(400, BAD, "ServiceManagementReference field is required for Create, but is missing",
          PolicyRefused, "service management reference"),
    Known(400, BAD, "ServiceManagementReference field is required for Update, but is missing",
          PolicyRefused, "service management reference"),
    Known(429, "TooManyRequests", "Too many requests.", Throttled, "slow down", "again"),
    Known(429, "TooManyRequests", "Please retry again later.", Throttled, "slow down", "again"),
    Known(429, "TooManyRequests",
          "Too many requests from Identifier:x under category:aadgraph.app.tenant_large. "
          "Please try again later.",
          Throttled, "slow down", "again"),
    Known(424, "FailedDependency", "A request that this one depends on failed.",
          RefusedError, "was not tried"),
    Known(405, BAD, "Specified HTTP method is not allowed for the request target.",
          RefusedError, "a value of the request"),
    Known(500, "InternalServerError", "", Unreachable, "on its own side", "unknown"),
    Known(502, "UnknownError", "", Unreachable, "on its own side", "unknown"),
    Known(503, "ServiceUnavailable", "The service is temporarily unavailable.",
          Unreachable, "on its own side", "unknown"),
    Known(504, "UnknownError", "", Unreachable, "on its own side", "unknown"),
    Known(501, "NotImplemented", "", RefusedError, "on its own side"),
)  # fmt: skip
