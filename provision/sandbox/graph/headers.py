"""The headers that come with Graph's answers."""

import json
from typing import Final

from provision.sandbox.graph.call import Answer

# Observed 2024-09, Azure/azure-cli recordings: errors are plain application/json.
_SUCCESS_TYPE: Final = (
    "application/json;odata.metadata=minimal;odata.streaming=true;"
    "IEEE754Compatible=false;charset=utf-8"
)
_DIAGNOSTIC: Final = json.dumps(
    {
        "ServerInfo": {
            "DataCenter": "Sandbox",
            "Slice": "E",
            "Ring": "5",
            "ScaleUnit": "001",
            "RoleInstance": "SANDBOX",
        }
    },
    separators=(",", ":"),
)


def answer_headers(answer: Answer) -> dict[str, str]:
    """Return what depends on the answer: type, version, place, cost."""
    headers = {"Cache-Control": "no-cache", "x-ms-resource-unit": str(answer.units)}
    if answer.body is not None:
        headers |= {
            "Content-Type": _SUCCESS_TYPE,
            "OData-Version": "4.0",
            "Vary": "Accept-Encoding",
        }
    if answer.text is not None:
        headers |= {"Content-Type": "text/plain", "OData-Version": "4.0", "Vary": "Accept-Encoding"}
    if answer.location is not None:
        headers["Location"] = answer.location
    return headers | dict(answer.headers)


def connection_headers(request_id: str, client_request_id: str | None) -> dict[str, str]:
    """Return what every answer carries that came over a connection of its own."""
    return {
        "Strict-Transport-Security": "max-age=31536000",
        "request-id": request_id,
        "client-request-id": client_request_id or request_id,
        "x-ms-ags-diagnostic": _DIAGNOSTIC,
    }
