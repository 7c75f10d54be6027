"""Why the administrator could not sign in: azure-identity's exceptions → our errors."""

import re
import ssl
from collections.abc import Iterator

from azure.core.exceptions import (
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)

from provision.diagnose import explain_entra
from provision.errors import ClientRefused, ProvisionError, Throttled, Unreachable

_AADSTS = re.compile(r"AADSTS(\d+)")
_IDS = (
    ("correlation-id", re.compile(r"Correlation ID: ([0-9a-fA-F-]{36})")),
    ("trace-id", re.compile(r"Trace ID: ([0-9a-fA-F-]{36})")),
)
_OAUTH_ERROR = re.compile(
    r"\b(invalid_client|unauthorized_client|invalid_grant|invalid_request|invalid_tenant|"
    r"temporarily_unavailable)\b"
)
# https://learn.microsoft.com/entra/identity-platform/reference-error-codes: passing by themselves.
_TEMPORARY = frozenset({"90006", "90012", "90024", "90033", "90055"})
# MSAL keeps only this of an answer that has no OAuth body.
_HTTP_STATUS = re.compile(r"HTTP Error: (\d{3})\b")
_OWN_CREDENTIAL = frozenset({700016, 700027, 7000112, 7000215, 7000216, 7000222})
"""Errors of the administrator's own client: the catalogue means the one that is being made."""
_ASSERTION = frozenset({"700024", "700211", "700212", "700213"})
"""Errors that no other secret or certificate would mend."""
_TOO_MANY_REQUESTS = 429
_SERVER_FAULT = 500


def sign_in_refusal(who: str, tenant: str, error: Exception) -> ProvisionError:
    """Return the error for a failed sign-in.

    Args:
        who: `application 3f…`, or what signs in otherwise.
        tenant: As configured.
        error: What azure-identity raised; its causes are looked through, since it wraps them.
    """
    action = f"signing {who} in to tenant {tenant}"
    chain = list(_chain(error))
    unreachable = _unreachable(action, chain)
    if unreachable is not None:
        return unreachable
    text = "\n".join(str(link) for link in chain)
    found, oauth_error = _AADSTS.search(text), _OAUTH_ERROR.search(text)
    evidence = tuple(_evidence(text))
    status = next(_statuses(chain, text), 0)
    if status == _TOO_MANY_REQUESTS or status >= _SERVER_FAULT:
        said = f"{action}: Entra answered {status}"
        if status == _TOO_MANY_REQUESTS:
            return Throttled(said, retry_after=None, evidence=evidence)
        return Unreachable(said, hint="try again in a minute", evidence=evidence)
    if found is None and oauth_error is None:
        return ClientRefused(
            f"{action}: azure-identity gave up without a reason from Entra",
            hint=f"try az login --tenant {tenant} --allow-no-subscriptions, which says more",
        )
    name = oauth_error.group(1) if oauth_error else ""
    advice = explain_entra(int(found.group(1)) if found else None, name, text)
    said = f"AADSTS{found.group(1)}" if found else name
    command = advice.command
    is_own = name == "invalid_client" or (found and int(found.group(1)) in _OWN_CREDENTIAL)
    if is_own and not (found and found.group(1) in _ASSERTION):
        command = (
            "correct AZURE_CLIENT_ID and AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH, or "
            f"unset them and az login --tenant {tenant} --allow-no-subscriptions"
        )
    return ClientRefused(
        f"{action}: Entra answered {said}",
        hint=f"{advice.cause} Next: {command}",
        evidence=evidence,
    )


def _unreachable(action: str, chain: list[BaseException]) -> Unreachable | None:
    if any("CERTIFICATE_VERIFY_FAILED" in str(link) for link in chain) or any(
        isinstance(link, ssl.SSLCertVerificationError) for link in chain
    ):
        return Unreachable(
            f"{action}: the certificate of the login host is not trusted",
            hint="behind a proxy that opens TLS, set REQUESTS_CA_BUNDLE to its CA; "
            "for a sandbox, name its own ready file with --cloud",
        )
    if any(isinstance(link, (ServiceRequestError, ServiceResponseError)) for link in chain):
        return Unreachable(
            f"{action}: the login host cannot be reached",
            hint="check the network and the proxy settings, then repeat the command",
        )
    return None


def _statuses(chain: list[BaseException], text: str) -> Iterator[int]:
    for link in chain:
        if isinstance(link, HttpResponseError) and link.status_code:
            yield link.status_code
    yield from (int(status) for status in _HTTP_STATUS.findall(text))
    if "temporarily_unavailable" in text or _TEMPORARY & set(_AADSTS.findall(text)):
        yield _TOO_MANY_REQUESTS


def _evidence(text: str) -> Iterator[tuple[str, str]]:
    for name, pattern in _IDS:
        found = pattern.search(text)
        if found:
            yield name, found.group(1)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
