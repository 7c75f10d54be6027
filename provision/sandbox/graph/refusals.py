"""Every way in which Graph says no, in its own error envelope."""

from collections.abc import Mapping
from datetime import datetime

from provision.sandbox.directory import JsonObject


class GraphRefusal(Exception):
    """An answer that is an error."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        details: tuple[JsonObject, ...] = (),
        *,
        headers: Mapping[str, str] | None = None,
        inner: JsonObject | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.headers = dict(headers or {})
        """Besides those of every refusal: `Retry-After` and what else a 429 tells."""
        self.inner = inner or {}
        """What `innerError` says besides ids and date."""

    def body(
        self, now: datetime, request_id: str, client_request_id: str | None = None
    ) -> JsonObject:
        """Return the error envelope; the client's id repeats ours when it sent none."""
        error: JsonObject = {"code": self.code, "message": self.message}
        if self.details:
            error["details"] = list(self.details)
        error["innerError"] = self.inner | {
            "date": now.strftime("%Y-%m-%dT%H:%M:%S"),
            "request-id": request_id,
            "client-request-id": client_request_id or request_id,
        }
        return {"error": error}


def bad_request(message: str, *details: JsonObject) -> GraphRefusal:
    """Return the refusal of a malformed or forbidden request."""
    return GraphRefusal(400, "Request_BadRequest", message, details)


def invalid_value(name: str, resource: str) -> GraphRefusal:
    """Return the refusal of a property's value."""
    return bad_request(f"Invalid value specified for property '{name}' of resource '{resource}'.")


def unsupported_query(message: str = "Unsupported Query.") -> GraphRefusal:
    """Return the refusal of a query option."""
    return GraphRefusal(400, "Request_UnsupportedQuery", message)


def resource_not_found(key: str) -> GraphRefusal:
    """Return the refusal for an object that is not there, or not there yet."""
    return GraphRefusal(
        404,
        "Request_ResourceNotFound",
        f"Resource '{key}' does not exist or one of its queried reference-property objects "
        "are not present.",
    )


def msa_application_missing() -> GraphRefusal:
    """Return the refusal of a write to a personal-audience application made a moment ago."""
    return GraphRefusal(
        409,
        "Error_MsaAppDoesNotExist",
        "The corresponding MSA application does not exist.",
    )


def segment_not_found(segment: str) -> GraphRefusal:
    """Return the refusal of a path that names no resource."""
    return GraphRefusal(400, "BadRequest", f"Resource not found for the segment '{segment}'.")


def method_not_allowed() -> GraphRefusal:
    """Return the refusal of a verb that a resource does not take."""
    return GraphRefusal(
        405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target."
    )


def not_permitted() -> GraphRefusal:
    """Return the refusal of a caller that lacks a permission."""
    return GraphRefusal(
        403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."
    )


def unauthenticated(message: str) -> GraphRefusal:
    """Return the refusal of a missing or bad token."""
    return GraphRefusal(401, "InvalidAuthenticationToken", message)


def unauthenticated_proof() -> GraphRefusal:
    """Return the refusal of a proof that no certificate of the object signed for it."""
    message = "Access Token missing or malformed."
    return GraphRefusal(401, "Authentication_MissingOrMalformed", message)


def name_in_use(property_name: str, holder_id: str | None) -> GraphRefusal:
    """Return the refusal of a value that must be unique and is not.

    Args:
        property_name: `uniqueName` or `identifierUris`.
        holder_id: Who has it; None when a purged object's name is not free yet.
    """
    message = f"Another object with the same value for property {property_name} already exists."
    details: list[JsonObject] = [
        {"code": "ObjectConflict", "message": message, "target": property_name}
    ]
    if holder_id is not None:
        target = "ConflictingObjects"
        details.append({"code": target, "message": holder_id, "target": target})
    return GraphRefusal(400, "Request_MultipleObjectsWithSameKeyValue", message, tuple(details))


def no_backing_application(client_id: str) -> GraphRefusal:
    """Return the refusal of a service principal whose application is not known (yet)."""
    message = (
        f"The appId '{client_id}' of the service principal does not reference a valid "
        "application object."
    )
    detail = {"code": "NoBackingApplicationObject", "message": message, "target": "appId"}
    return bad_request(message, detail)


def not_local() -> GraphRefusal:
    """Return the same refusal as callers get it that may change only what they own."""
    return GraphRefusal(
        403,
        "Authorization_RequestDenied",
        "When using this permission, the backing application of the service principal being "
        "created must in the local tenant",
    )


def already_exists(message: str) -> GraphRefusal:
    """Return the refusal of a second object where one is allowed."""
    return GraphRefusal(409, "Request_MultipleObjectsWithSameKeyValue", message)
