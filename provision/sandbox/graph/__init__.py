"""Microsoft Graph v1.0 as far as registering an application needs it."""

from starlette.routing import BaseRoute, Route

from provision.sandbox.context import Context
from provision.sandbox.graph.endpoint import GraphEndpoint


def routes(context: Context) -> list[BaseRoute]:
    """Return the one route under which Graph answers."""
    return [Route("/v1.0/{path:path}", GraphEndpoint(context))]
