"""A failed sign-in says who refused whom, why, and what to do next."""

import ssl

import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)

from provision.errors import ClientRefused, Throttled, Unreachable
from provision.graph.sign_in_refusals import sign_in_refusal

CORRELATION = "7d1c8f6e-1111-4222-8333-944455556666"
TRACE = "0a0b0c0d-1111-4222-8333-944455556666"
WRONG_SECRET = (
    "Authentication failed: AADSTS7000215: Invalid client secret provided. "
    f"Trace ID: {TRACE} Correlation ID: {CORRELATION} Timestamp: 2026-03-01 00:00:00Z"
)


def refused(error: Exception):
    return sign_in_refusal("application c-1", "contoso.onmicrosoft.com", error)


def caused(outer: Exception, cause: Exception) -> Exception:
    outer.__cause__ = cause
    return outer


def with_status(status: int) -> HttpResponseError:
    error = HttpResponseError("Unexpected response from Microsoft Entra ID")
    error.status_code = status
    return error


def test_names_the_client_the_tenant_and_the_number():
    error = refused(ClientAuthenticationError(WRONG_SECRET))

    assert type(error) is ClientRefused
    assert error.message == (
        "signing application c-1 in to tenant contoso.onmicrosoft.com: Entra answered AADSTS7000215"
    )
    assert error.hint


def test_carries_the_ids_for_support():
    evidence = refused(ClientAuthenticationError(WRONG_SECRET)).evidence

    assert evidence == (("correlation-id", CORRELATION), ("trace-id", TRACE))


def test_finds_the_number_in_a_cause():
    error = refused(caused(ClientAuthenticationError("failed"), ValueError("AADSTS90002: no")))

    assert "AADSTS90002" in error.message


def test_does_with_the_name_of_the_error_where_there_is_no_number():
    assert (
        "Entra answered invalid_client"
        in refused(ClientAuthenticationError("invalid_client")).message
    )


def test_hints_at_az_login_where_there_is_no_reason_at_all():
    error = refused(ClientAuthenticationError("Failed to invoke Azure CLI"))

    assert type(error) is ClientRefused
    assert "az login --tenant contoso.onmicrosoft.com" in error.hint


@pytest.mark.parametrize("kind", [ServiceRequestError, ServiceResponseError])
def test_a_login_host_that_does_not_answer_is_unreachable(kind):
    error = refused(caused(ClientAuthenticationError("failed"), kind("refused")))

    assert type(error) is Unreachable
    assert "cannot be reached" in error.message


@pytest.mark.parametrize(
    "cause", [ssl.SSLCertVerificationError("x"), OSError("[SSL: CERTIFICATE_VERIFY_FAILED]")]
)
def test_a_certificate_that_is_not_trusted_is_told_from_a_dead_host(cause):
    error = refused(caused(ServiceRequestError("failed"), cause))

    assert "certificate of the login host is not trusted" in error.message


@pytest.mark.parametrize(
    ("status", "kind"), [(503, Unreachable), (500, Unreachable), (429, Throttled)]
)
def test_a_login_host_in_trouble_is_temporary(status, kind):
    error = refused(with_status(status))

    assert type(error) is kind
    assert str(status) in error.message
