"""Entra v2.0 on localhost: discovery, sign-in and consent pages, and the token endpoint."""

from starlette.routing import BaseRoute, Route

from provision.sandbox.context import Context
from provision.sandbox.entra.discovery import Discovery
from provision.sandbox.entra.interactive import Interactive
from provision.sandbox.entra.token_endpoint import TokenEndpoint


def routes(context: Context) -> list[BaseRoute]:
    """Return every endpoint of the login service; `{tenant}` is understood by the endpoint."""
    discovery, pages, tokens = Discovery(context), Interactive(context), TokenEndpoint(context)
    return [
        Route("/common/discovery/instance", discovery.instance),
        Route("/common/oauth2/nativeclient", discovery.native_client),
        Route("/{tenant}/v2.0/.well-known/openid-configuration", discovery.configuration),
        Route("/{tenant}/discovery/v2.0/keys", discovery.keys),
        Route("/{tenant}/oauth2/v2.0/authorize", pages.authorize),
        Route("/{tenant}/v2.0/adminconsent", pages.ask_administrator),
        Route("/{tenant}/oauth2/v2.0/logout", pages.sign_out),
        Route("/{tenant}/login", pages.sign_in, methods=["POST"]),
        Route("/{tenant}/consent", pages.decide, methods=["POST"]),
        Route("/{tenant}/oauth2/v2.0/token", tokens.answer, methods=["GET", "POST", "PUT"]),
    ]
