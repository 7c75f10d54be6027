"""Entra v2.0 on localhost: discovery, sign-in and consent pages, and the token endpoint."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from provision.sandbox.context import Context
from provision.sandbox.entra.device_codes import DeviceCodes
from provision.sandbox.entra.discovery import Discovery
from provision.sandbox.entra.interactive import Interactive
from provision.sandbox.entra.token_endpoint import TokenEndpoint


def routes(context: Context) -> list[BaseRoute]:
    """Return every endpoint of the login service; `{tenant}` is understood by the endpoint."""
    devices = DeviceCodes(context)
    discovery = Discovery(context)
    pages, tokens = Interactive(context, devices), TokenEndpoint(context, devices)
    table: list[tuple[str, Callable[[Request], Awaitable[Response]], str]] = [
        ("/common/discovery/instance", discovery.instance, "GET"),
        ("/common/oauth2/nativeclient", discovery.native_client, "GET"),
        ("/common/wrongplace", discovery.wrong_place, "GET"),
        ("/error", discovery.explain, "GET"),
        ("/devicelogin", pages.device_login, "GET POST"),
        ("/{tenant}/v2.0/.well-known/openid-configuration", discovery.configuration, "GET"),
        ("/{tenant}/discovery/v2.0/keys", discovery.keys, "GET"),
        ("/{tenant}/oauth2/v2.0/authorize", pages.authorize, "GET POST"),
        ("/{tenant}/v2.0/adminconsent", pages.ask_administrator, "GET"),
        ("/{tenant}/adminconsent", pages.ask_administrator_for_all, "GET"),
        ("/{tenant}/oauth2/v2.0/logout", pages.sign_out, "GET POST"),
        ("/{tenant}/login", pages.sign_in, "GET POST"),
        ("/{tenant}/proceed", pages.proceed, "GET POST"),
        ("/{tenant}/consent", pages.decide, "GET POST"),
        ("/{tenant}/oauth2/v2.0/devicecode", tokens.start_device, "GET POST PUT DELETE PATCH"),
        ("/{tenant}/oauth2/v2.0/token", tokens.answer, "GET POST PUT DELETE PATCH"),
    ]
    return [Route(path, endpoint, methods=verbs.split()) for path, endpoint, verbs in table]
