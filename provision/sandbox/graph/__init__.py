"""Microsoft Graph v1.0 as far as registering an application needs it."""

from starlette.routing import BaseRoute, Route

from provision.sandbox.context import Context
from provision.sandbox.graph.endpoint import GraphEndpoint


def routes(context: Context) -> list[BaseRoute]:
    """Return the routes under which Graph answers; of another version it knows nothing."""
    endpoint = GraphEndpoint(context)
    return [Route("/v1.0/{path:path}", endpoint), Route("/beta/{path:path}", endpoint)]
