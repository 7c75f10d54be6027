"""A login host under contract, and what a mailbox owner did there before the test."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from provision.clock import ManualClock, SystemClock
from provision.cloud import BUILT_IN, Cloud
from provision.errors import ProvisionError
from provision.graph.administrator_settings import AdministratorSettings
from provision.oauth.authorization_request import Interaction, SignIn, begin_sign_in
from provision.oauth.discovery import Discovery
from provision.oauth.http_response import Http
from provision.oauth.scopes import mail_scopes
from provision.oauth.token_endpoint import Client, TokenEndpoint
from provision.oauth.transport import open_transport
from provision.secret import Secret
from provision.tenant.application import ApplicationSettings, PasswordRequest
from tests.contract.graph.backend import deleting, opened
from tests.contract.oauth.harness import REDIRECT_URI, Registered
from tests.contract.scrubbing import ORIGIN

DOMAIN = "contoso.onmicrosoft.com"
_PATIENCE = 180.0
_REPLAYED = replace(BUILT_IN["global"], name="cassette", authority=ORIGIN, graph=ORIGIN)
_ANY_CLIENT = "00000000-0000-4000-8000-00000000cafe"


@dataclass(frozen=True, slots=True)
class LoginHost:
    """One way to run the contract."""

    cloud: Cloud
    http: Http
    clock: SystemClock | ManualClock
    tenant: str
    """Its domain."""
    client: Client
    """Registered in that tenant, with its secret; the authority names the tenant as above."""

    @property
    def discovery(self) -> Discovery:
        return Discovery(self.http, self.clock)

    @property
    def endpoint(self) -> TokenEndpoint:
        return TokenEndpoint(self.http, self.clock, deadline=10.0)

    @property
    def scopes(self) -> tuple[str, ...]:
        return mail_scopes(self.cloud, ("imap", "smtp"))

    def begin(self) -> SignIn:
        return begin_sign_in(
            client_id=self.client.client_id,
            authority=self.client.authority,
            scopes=self.scopes,
            redirect_uri=REDIRECT_URI,
            interaction=Interaction(response_mode="query"),
        )


@dataclass(frozen=True, slots=True)
class Owner:
    """A mailbox owner who signed in at a login host, and what came of it."""

    host: LoginHost
    sign_in: SignIn
    code: Secret
    """Answers the sign-in; nobody redeemed it yet."""
    redeemed_code: Secret
    """Somebody did."""
    refresh_token: Secret
    dead_refresh_token: Secret
    """Of somebody whose sessions were revoked."""


@contextlib.contextmanager
def replayed() -> Iterator[Owner]:
    """Stand where the sandbox stood when the cassettes were recorded."""
    client = Client(_ANY_CLIENT, Secret("the-secret"), f"{ORIGIN}/{DOMAIN}")
    with open_transport(_REPLAYED) as http:
        clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
        host = LoginHost(_REPLAYED, http, clock, DOMAIN, client)
        words = [Secret(f"{word}-of-the-owner") for word in ("code", "used", "first", "dead")]
        yield Owner(host, host.begin(), *words)


def signed_in(tenant: Registered) -> Owner:
    """Let the owner of one mailbox sign in twice, and revoke the sessions of another."""
    client = Client(tenant.client_id, tenant.secret, f"{tenant.cloud.authority}/{DOMAIN}")
    clock = ManualClock(SystemClock().now())
    host = LoginHost(tenant.cloud, tenant.transport, clock, DOMAIN, client)
    dead = _refresh_token(host, tenant, "alex@contoso.com")
    tenant.control("POST", "/clock", {"advance": 2})
    tenant.control("POST", "/revoke", {"user": "alex@contoso.com"})
    first, second = host.begin(), host.begin()
    redeemed = tenant.answer(first).code
    refresh_token = host.endpoint.redeem(client, redeemed, first).refresh_token
    assert refresh_token
    return Owner(host, second, tenant.answer(second).code, redeemed, refresh_token, dead)


def _refresh_token(host: LoginHost, tenant: Registered, user: str) -> Secret:
    sign_in = host.begin()
    code = tenant.answer(sign_in, user).code
    found = host.endpoint.redeem(host.client, code, sign_in).refresh_token
    assert found
    return found


@contextlib.contextmanager
def registered_in(
    cloud: Cloud, administrator: AdministratorSettings, unique_name: str
) -> Iterator[LoginHost]:
    """Register an application in a tenant that we know nothing about, and delete it again."""
    clock = SystemClock()
    session, tenant = opened(cloud, administrator, clock)
    settings = ApplicationSettings(
        display_name=unique_name,
        sign_in_audience="AzureADMultipleOrgs",
        token_version=None,
        redirect_uris=frozenset({REDIRECT_URI}),
        issues_access_tokens=False,
        issues_id_tokens=False,
        permissions=frozenset(),
    )
    now = clock.now().replace(microsecond=0)
    password = PasswordRequest("contract", now, now.replace(year=now.year + 1))
    made = tenant.create_application(unique_name, settings, password)
    assert made.minted
    try:
        tenant.create_service_principal(made.application.client_id)
        authority = f"{cloud.authority}/{administrator.tenant}"
        client = Client(made.application.client_id, made.minted.secret, authority)
        with open_transport(cloud) as http:
            host = LoginHost(cloud, http, clock, administrator.tenant, client)
            _wait_until_known(host)
            yield host
    finally:
        deleting(session)(made.application.object_id)
        tenant.close()


def _wait_until_known(host: LoginHost) -> None:
    # Any other refusal shows that client and secret have reached the login host.
    with contextlib.suppress(ProvisionError):
        host.endpoint.refresh(host.client, Secret("none"), host.scopes, patience=_PATIENCE)
