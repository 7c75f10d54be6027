"""Graph's refusals are told apart by code, message and status."""

import pytest

from provision.diagnose import explain_graph

NOT_REPLICATED = (
    "The appId 'a' of the service principal does not reference a valid application object."
)
IN_USE = "…since the service principal name a is already in use."
LOCAL_TENANT = (
    "When using this permission, the backing application of the service principal being created "
    "must in the local tenant"
)


@pytest.mark.parametrize(
    ("status", "code", "message", "word"),
    [
        (404, "Request_ResourceNotFound", "Resource 'x' does not exist", "know the object"),
        (403, "Authorization_RequestDenied", "Insufficient privileges", "may not do this"),
        (403, "Authorization_RequestDenied", LOCAL_TENANT, "not known yet"),
        (401, "InvalidAuthenticationToken", "expired", "administrator's token"),
        (403, "Authorization_IdentityNotFound", "", "does not exist in the tenant"),
        (400, "Request_BadRequest", NOT_REPLICATED, "not known yet"),
        (400, "NoBackingApplicationObject", "", "not known yet"),
        (400, "Request_BadRequest", "Invalid value specified for property 'web' of…", "redirect"),
        (400, "Request_BadRequest", "Property requiredResourceAccess is invalid", "permissions"),
        (400, "Request_BadRequest", "something else", "value of the request"),
        (400, "Request_UnsupportedQuery", "Unsupported Query.", "filter or count"),
        (400, "Request_BadRequest", "$count is not currently supported.", "counts only"),
        (409, "Request_MultipleObjectsWithSameKeyValue", IN_USE, "service principal already"),
        (409, "Request_MultipleObjectsWithSameKeyValue", "other", "same key"),
        (409, "Directory_ConcurrencyViolation", "", "writes"),
        (404, "Directory_ObjectNotFound", "", "directory could not be read"),
        (403, "Directory_QuotaExceeded", "", "number of directory objects"),
        (403, "Directory_ResourceSizeExceeded", "", "more entries"),
        (409, "Error_MsaAppDoesNotExist", "", "personal accounts"),
        (400, "InvalidAccessTokenVersion", "", "token version"),
        (400, "HostNameNotOnVerifiedDomain", "", "verified"),
        (400, "CannotDeleteOrUpdateEnabledEntitlement", "", "disabled before"),
        (400, "TooManyAppPasswords", "", "as many client secrets"),
        (400, "CredentialInvalidLifetimeAsPerAppPolicy", "", "shorter-lived"),
        (400, "CredentialTypeNotAllowedAsPerAppPolicy", "", "forbids client secrets"),
        (400, "SignInAudienceNotAllowedAsPerAppPolicy", "", "audience"),
        (429, "TooManyRequests", "Too many requests.", "slow down"),
        (503, "ServiceUnavailable", "", "own side"),
    ],
)
def test_a_refusal_gets_its_meaning(status: int, code: str, message: str, word: str) -> None:
    assert word in explain_graph(status, code, message).meaning


@pytest.mark.parametrize("status", [400, 409])
@pytest.mark.parametrize("code", ["Request_BadRequest", "Request_MultipleObjectsWithSameKeyValue"])
@pytest.mark.parametrize(
    ("message", "word"),
    [
        (
            "Another object with the same value for property uniqueName already exists.",
            "carries this uniqueName",
        ),
        (
            "Another object with the same value for property identifierUris already exists.",
            "identifier URI",
        ),
        ("Permission entry already exists.", "consent"),
    ],
)
def test_a_collision_is_recognised_under_both_codes(
    status: int, code: str, message: str, word: str
) -> None:
    assert word in explain_graph(status, code, message).meaning


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (400, "not in this catalogue"),
        (401, "administrator's token"),
        (403, "may not do this"),
        (404, "know the object"),
        (409, "another change"),
        (424, "part of a batch"),
        (429, "slow down"),
        (500, "own side"),
        (504, "own side"),
    ],
)
def test_an_unknown_code_degrades_to_its_status(status: int, word: str) -> None:
    assert word in explain_graph(status, "Novel_Code", "").meaning


def test_the_code_is_read_whatever_its_case() -> None:
    advice = explain_graph(429, "toomanyrequests", "")
    assert advice == explain_graph(429, "TooManyRequests", "")
