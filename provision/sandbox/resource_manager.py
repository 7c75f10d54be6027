"""Azure Resource Manager as far as Azure CLI asks it at sign-in: there are no subscriptions."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from provision.sandbox.context import Context
from provision.sandbox.graph.access import authenticate
from provision.sandbox.graph.refusals import GraphRefusal


def routes(context: Context) -> list[BaseRoute]:
    """Return the one route; Azure CLI takes the sandbox's origin for Resource Manager, too."""

    async def subscriptions(request: Request) -> Response:
        if "api-version" not in request.query_params:
            return _refused(
                400,
                "MissingApiVersionParameter",
                "The api-version query parameter (?api-version=) is required for all requests.",
            )
        try:
            authenticate(context, request.headers.get("authorization", ""))
        except GraphRefusal as refusal:
            return _refused(refusal.status, "AuthenticationFailed", "Authentication failed.")
        return JSONResponse({"value": []})

    return [Route("/subscriptions", subscriptions)]


def _refused(status: int, code: str, message: str) -> Response:
    # https://learn.microsoft.com/rest/api/resources: the error response of every operation
    return JSONResponse({"error": {"code": code, "message": message}}, status)
