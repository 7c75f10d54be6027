"""The application a request comes from: found, fit for the authority, its redirects matched."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.entra.authorities import Authority
from provision.sandbox.entra.refusals import Refused

Platform = Literal["web", "spa", "publicClient"]
_PLATFORMS: tuple[Platform, ...] = ("web", "spa", "publicClient")


@dataclass(frozen=True, slots=True)
class Client:
    """An application as the login service sees it."""

    client_id: str
    display_name: str
    audience: str
    """Graph `signInAudience`."""
    application: JsonObject
    service_principal: JsonObject | None
    """None until somebody created it or consented."""

    @property
    def label(self) -> dict[str, str]:
        """Client id and display name, as refusals name them."""
        return {"client_id": self.client_id, "application": self.display_name}

    def redirects(self, platform: Platform) -> list[str]:
        """Return the registered redirect URIs of one platform."""
        return list((self.application.get(platform) or {}).get("redirectUris") or ())

    @property
    def all_redirects(self) -> list[str]:
        """Every registered redirect URI."""
        return [uri for platform in _PLATFORMS for uri in self.redirects(platform)]

    def platform_of(self, redirect_uri: str) -> Platform | None:
        """Return where a redirect URI is registered; None when it is not."""
        for platform in _PLATFORMS:
            if any(_is_same(redirect_uri, uri) for uri in self.redirects(platform)):
                return platform
        return None

    def issues(self, kind: Literal["enableIdTokenIssuance", "enableAccessTokenIssuance"]) -> bool:
        """Tell whether implicit issuance of that token is switched on."""
        settings = (self.application.get("web") or {}).get("implicitGrantSettings") or {}
        return bool(settings.get(kind))


def find_client(context: Context, client_id: str, authority: Authority) -> Client:
    """Return the application with this client id.

    Raises:
        Refused: AADSTS700016 (unknown, or too fresh for this replica), 50194, 9002332, 7000112.
    """
    directory = context.directory
    application = next(
        (a for a in directory.applications.values() if a["appId"] == client_id.lower()), None
    )
    if application is None or _is_hidden(context, application):
        where = "Microsoft Accounts" if authority.kind == "consumers" else authority.segment
        raise Refused(700016, client_id=client_id, tenant=where)
    principals = directory.service_principals.values()
    principal = next((p for p in principals if p["appId"] == application["appId"]), None)
    client = Client(
        client_id=application["appId"],
        display_name=application["displayName"],
        audience=application.get("signInAudience") or "AzureADMyOrg",
        application=application,
        service_principal=principal,
    )
    _require_fit(client, authority)
    return client


def _require_fit(client: Client, authority: Authority) -> None:
    if client.service_principal is not None and not client.service_principal.get(
        "accountEnabled", True
    ):
        raise Refused(7000112, **client.label)
    if authority.kind == "consumers" and client.audience != "AzureADandPersonalMicrosoftAccount":
        raise Refused(9002332, **client.label)
    if authority.is_open and client.audience == "AzureADMyOrg":
        raise Refused(50194, **client.label)


def _is_hidden(context: Context, application: JsonObject) -> bool:
    created_at = float(application.get("_created_at", 0.0))
    return bool(context.faults.is_hidden("sts-application", application["appId"], created_at))


def is_absolute(uri: str) -> bool:
    """Tell whether a text is a URI with a scheme."""
    try:
        return bool(urlsplit(uri).scheme)
    except ValueError:
        return False


def _is_same(asked: str, registered: str) -> bool:
    """Compare as Entra does: to the letter, but for the port of http://localhost.

    Source:
        https://learn.microsoft.com/entra/identity-platform/reply-url
    """
    if asked == registered:
        return True
    if not is_absolute(asked):
        return False
    a, b = urlsplit(asked), urlsplit(registered)
    is_localhost = a.scheme == b.scheme == "http" and a.hostname == b.hostname == "localhost"
    return is_localhost and (a.path, a.query, a.fragment) == (b.path, b.query, b.fragment)
