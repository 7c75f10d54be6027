"""Microsoft Graph v1.0 as far as registering an application needs it."""

from starlette.convertors import PathConvertor, register_url_convertor
from starlette.routing import BaseRoute, Route

from provision.sandbox.context import Context
from provision.sandbox.graph.endpoint import GraphEndpoint


class _WholePath(PathConvertor):
    """The rest of a path, encoded line breaks included, which Starlette's own leaves out."""

    regex = "(?s:.*)"


def routes(context: Context) -> list[BaseRoute]:
    """Return the routes under which Graph answers; of another version it knows nothing."""
    register_url_convertor("whole", _WholePath())
    endpoint = GraphEndpoint(context)
    return [Route("/v1.0/{path:whole}", endpoint), Route("/beta/{path:whole}", endpoint)]
