"""What Graph says when it is throttled, down, or written to by two at once."""

from typing import Final
from uuid import NAMESPACE_URL, uuid5

from provision.sandbox.directory import JsonObject
from provision.sandbox.faults.rules import HttpFault, QuotaRule, Wording
from provision.sandbox.faults.throttling import Spent
from provision.sandbox.graph.refusals import GraphRefusal
from provision.sandbox.tokens import Claims

# https://learn.microsoft.com/graph/errors names the codes; the texts are the least a client sees.
_ANSWERS: Final = {
    "unavailable": (503, "ServiceUnavailable", "The service is temporarily unavailable."),
    "internal-error": (500, "InternalServerError", "An internal server error has occurred."),
    "gateway-timeout": (504, "UnknownError", ""),
    "concurrency": (
        409,
        "Directory_ConcurrencyViolation",
        "Error due to concurrent requests being made to the tenant. Please wait briefly and retry.",
    ),
}
_CODE: Final = "TooManyRequests"


def for_fault(fault: HttpFault, client_id: str, tenant_id: str) -> GraphRefusal:
    """Return the refusal that an injected fault stands for.

    Args:
        fault: One that Graph itself answers.
        client_id: Of the caller, as far as it is known.
        tenant_id: Whose tenant it is.
    """
    if fault.name == "throttled":
        return _throttled(
            fault.wording, fault.retry_after, client_id, tenant_id, "ResourceUnitLimitExceeded"
        )
    status, code, message = _ANSWERS[fault.name]
    status = fault.status if fault.name == "concurrency" else status
    return GraphRefusal(status, code, message, headers=_retry_after(fault.retry_after))


def over_quota(rule: QuotaRule, spent: Spent, claims: Claims) -> GraphRefusal:
    """Return the refusal of a request that a client has no budget for."""
    retry_after = None if rule.is_silent else spent.retry_after
    refusal = _throttled(
        rule.wording, retry_after, claims.client_id, claims.tenant_id, spent.information
    )
    refusal.headers["x-ms-throttle-limit-percentage"] = spent.percentage or "1"
    return refusal


def _throttled(
    wording: Wording, retry_after: float | None, client_id: str, tenant_id: str, information: str
) -> GraphRefusal:
    headers = _retry_after(retry_after) | {
        "x-ms-throttle-scope": f"Tenant_Application/ReadWrite/{client_id}/{tenant_id}",
        "x-ms-throttle-information": information,
    }
    inner: JsonObject = {}
    text = "Too many requests."
    if wording == "identifier":
        bucket = uuid5(NAMESPACE_URL, f"{tenant_id}/{client_id}")
        text = (
            f"Too many requests from Identifier:{bucket} under "
            "category:aadgraph.app.tenant_large. Please try again later."
        )
    if wording == "documented":  # https://learn.microsoft.com/graph/throttling#sample-response
        text = "Please retry again later."
        inner = {"code": "429", "message": "Please retry after", "status": "429"}
    return GraphRefusal(429, _CODE, text, headers=headers, inner=inner)


def _retry_after(seconds: float | None) -> dict[str, str]:
    return {} if seconds is None else {"Retry-After": str(seconds)}
