"""Every refusal that Graph is known for becomes the narrowest error."""

import pytest

from provision.errors import (
    AlreadyExists,
    ClientRefused,
    NameTaken,
    NotFound,
    NotPermitted,
    NotYetVisible,
    PolicyRefused,
    RefusedError,
    Throttled,
    Unreachable,
)
from provision.graph.refusals import class_of, refusal
from provision.graph.wire import Answer
from tests.unit.graph.scripted_wire import failure

SAME_VALUE = "Another object with the same value for property {} already exists."
GONE = (
    "Resource 'x' does not exist or one of its queried reference-property objects are not present."
)
PRINCIPAL_EXISTS = (
    "The service principal cannot be created, updated, or restored because the service principal "
    "name x is already in use."
)
NO_APPLICATION = (
    "The appId 'x' of the service principal does not reference a valid application object."
)
NOT_LOCAL = (
    "When using this permission, the backing application of the service principal being created "
    "must in the local tenant"
)
SAME_KEY = "Request_MultipleObjectsWithSameKeyValue"

TABLE = [
    (404, "Request_ResourceNotFound", GONE, NotFound),
    (403, "Authorization_RequestDenied", "Insufficient privileges to complete.", NotPermitted),
    (401, "InvalidAuthenticationToken", "Access token has expired.", NotPermitted),
    (401, "InvalidAuthenticationToken", "Invalid audience.", NotPermitted),
    (403, "Authorization_IdentityNotFound", "The identity of the calling", ClientRefused),
    (401, "Authorization_IdentityNotFound", "The identity of the calling", ClientRefused),
    (400, "Request_BadRequest", "Invalid value specified for property 'web'", RefusedError),
    (400, "Request_UnsupportedQuery", "Unsupported Query.", RefusedError),
    (400, "Request_BadRequest", "$count is not currently supported.", RefusedError),
    (409, SAME_KEY, PRINCIPAL_EXISTS, AlreadyExists),
    (409, SAME_KEY, "Permission entry already exists.", AlreadyExists),
    (400, "Request_BadRequest", "Permission entry already exists.", AlreadyExists),
    (400, SAME_KEY, SAME_VALUE.format("uniqueName"), AlreadyExists),
    (409, "Request_BadRequest", SAME_VALUE.format("uniqueName"), AlreadyExists),
    (400, SAME_KEY, SAME_VALUE.format("identifierUris"), NameTaken),
    (400, "Request_BadRequest", SAME_VALUE.format("identifierUris"), NameTaken),
    (409, "Directory_ConcurrencyViolation", "Error due to concurrent requests", NotYetVisible),
    (400, "Directory_ConcurrencyViolation", "Error due to concurrent requests", NotYetVisible),
    (404, "Directory_ObjectNotFound", "Unable to read the company information", NotYetVisible),
    (403, "Directory_QuotaExceeded", "The directory object quota limit", PolicyRefused),
    (403, "Directory_ResourceSizeExceeded", "The size of the object", RefusedError),
    (409, "Error_MsaAppDoesNotExist", "The corresponding MSA application", NotYetVisible),
    (400, "InvalidAccessTokenVersion", "One or more properties", RefusedError),
    (400, "HostNameNotOnVerifiedDomain", "", RefusedError),
    (400, "CannotDeleteOrUpdateEnabledEntitlement", "Permission cannot be", RefusedError),
    (400, "TooManyAppPasswords", "Not allowed to add 3 passwords.", RefusedError),
    (400, "CredentialInvalidLifetimeAsPerAppPolicy", "Credential lifetime", PolicyRefused),
    (400, "CredentialTypeNotAllowedAsPerAppPolicy", "Credential type", PolicyRefused),
    (400, "SignInAudienceNotAllowedAsPerAppPolicy", "'signInAudience' property", PolicyRefused),
    (400, "x", "ServiceManagementReference field is required for Create, but", PolicyRefused),
    (400, "Request_BadRequest", NO_APPLICATION, NotYetVisible),
    (403, "Authorization_RequestDenied", NOT_LOCAL, NotYetVisible),
    (429, "TooManyRequests", "Too many requests.", Throttled),
    (503, "ServiceUnavailable", "", Unreachable),
    (504, "UnknownError", "", Unreachable),
    (500, "InternalServerError", "", Unreachable),
    (501, "NotImplemented", "", RefusedError),
    (418, "", "", RefusedError),
]


@pytest.mark.parametrize(("status", "code", "message", "expected"), TABLE)
def test_narrows_every_known_refusal(status, code, message, expected):
    assert class_of(failure(status, code, message)) is expected


@pytest.mark.parametrize(("status", "code", "message", "expected"), TABLE)
def test_gives_every_known_refusal_something_to_do_next(status, code, message, expected):
    error = refusal("creating application x", failure(status, code, message))

    assert type(error) is expected
    assert error.message.startswith(f"creating application x: Graph answered {status}")
    assert code in error.message
    assert error.hint


def test_finds_the_code_among_the_details():
    body = {
        "error": {"code": "Request_BadRequest", "details": [{"code": "NoBackingApplicationObject"}]}
    }

    assert class_of(Answer(400, {}, body)) is NotYetVisible


def test_takes_an_object_conflict_for_a_taken_name():
    body = {"error": {"code": "Request_BadRequest", "details": [{"code": "ObjectConflict"}]}}

    assert class_of(Answer(400, {}, body)) is NameTaken


@pytest.mark.parametrize("status", [404, 400])
def test_takes_a_fresh_object_that_is_not_found_for_one_that_is_not_visible_yet(status):
    assert (
        class_of(failure(status, "Request_ResourceNotFound", GONE), is_fresh=True) is NotYetVisible
    )


def test_does_not_take_every_refusal_of_a_fresh_object_for_a_delay():
    assert class_of(failure(403, "Authorization_RequestDenied"), is_fresh=True) is NotPermitted


def test_carries_the_ids_for_support():
    answer = Answer(403, {"request-id": "9f"}, {"error": {"code": "x", "message": "No."}})

    assert refusal("reading", answer).evidence == (("request-id", "9f"),)


def test_says_what_graph_said_on_one_line():
    message = refusal("reading application x", failure(403, "Denied", "Not\nyou.")).message

    assert message == "reading application x: Graph answered 403 Denied (Not you)"


def test_survives_a_page_of_html_from_a_proxy():
    error = refusal("reading application x", Answer(403, {}, "<html>no</html>"))

    assert error.message == "reading application x: Graph answered 403"


@pytest.mark.parametrize(("header", "expected"), [("2.128", 2.128), ("0", 0.0), ("soon", None)])
def test_keeps_the_seconds_that_graph_asks_for(header, expected):
    answer = failure(429, "TooManyRequests", "", **{"retry-after": header})

    error = refusal("reading", answer)

    assert isinstance(error, Throttled)
    assert error.retry_after == expected
