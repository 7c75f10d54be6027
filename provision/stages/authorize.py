"""Take a mailbox owner through the authorization-code flow, up to a refresh token that is held."""

from dataclasses import dataclass
from typing import Protocol

from provision.errors import RefusedError, SignInRequired, UsageError
from provision.oauth.authorization_request import Interaction, ResponseMode, SignIn, begin_sign_in
from provision.oauth.callback import Callback, accept_paste, parse_paste
from provision.oauth.identity import Identity, check_account, expected_tenant, verify_id_token
from provision.oauth.scopes import authority_url, mail_scopes
from provision.oauth.token_endpoint import Client, TokenSet
from provision.secret import Secret
from provision.stages.client_secrets import client_secret
from provision.stages.progress import Finished, Started, Waiting
from provision.stages.refresh import keep_access_token
from provision.stages.services import Services
from provision.stages.token_purpose import Wanted
from provision.stages.vault_keys import mailbox_key
from provision.tenant.mailbox import Mailbox
from provision.tenant.registration import Registration
from provision.vault.port import ExpiredSignIn, MailboxKey, PendingSignIn, SignedInMailbox

LOOPBACK = "http://localhost"
FRESH_PATIENCE = 180.0
"""Seconds during which a refused client may only be too new; two minutes were reported."""


class Surface(Protocol):
    """How the mailbox owner is reached."""

    def open(self, url: str, sign_in_as: str) -> None:
        """Open or show the sign-in link."""
        ...

    def pasted(self, sign_in_as: str) -> str:
        """Return what the person copied from the browser."""
        ...


@dataclass(frozen=True, slots=True)
class SignInWay:
    """Which way the answer comes back."""

    is_pasted: bool = False
    """The person copies it; otherwise a loopback listener receives it."""
    is_query: bool = False
    """The listener takes a GET, for browsers that block the form post."""
    timeout: float = 300.0
    """Seconds until a listener gives up."""
    patience: float = 0.0
    """Seconds during which a refused client may only be too fresh."""


@dataclass(frozen=True, slots=True)
class Authorized:
    """A mailbox whose owner signed in."""

    mailbox: SignedInMailbox
    generation: int


def authorize_mailbox(
    mailbox: Mailbox,
    registration: Registration,
    way: SignInWay,
    surface: Surface,
    services: Services,
) -> Authorized:
    """Sign a mailbox owner in and hold the refresh token.

    Raises:
        SignInRequired: Nobody signed in in time, or the code was no longer good.
        ConsentMissing: Consent was declined, or an administrator has to give it.
        WrongTenant: Somebody else signed in than the manifest names.
        ClientRefused: Entra does not accept the client or its secret.
        UsageError: No client secret, or no redirect URI that fits.
    """
    key = mailbox_key(registration, mailbox.address)
    client = Client(
        client_id=registration.client_id,
        # Asked for first: a person should not sign in for nothing.
        secret=client_secret(key.client, services),
        authority=authority_url(services.cloud, mailbox.authority, registration.tenant_id),
    )
    flow = _Flow(mailbox, registration, key, client, way, surface, services)
    services.report(Started("authorize", f"waiting for {mailbox.sign_in_as} to sign in"))
    sign_in, callback = flow.by_paste() if way.is_pasted else flow.by_listener()
    return flow.redeem(sign_in, callback)


@dataclass(frozen=True, slots=True)
class _Flow:
    mailbox: Mailbox
    registration: Registration
    key: MailboxKey
    client: Client
    way: SignInWay
    surface: Surface
    services: Services

    def by_listener(self) -> tuple[SignIn, Callback]:
        if LOOPBACK not in {uri.rstrip("/") for uri in self.registration.redirect_uris}:
            raise UsageError(
                f"application {self.registration.unique_name}: {LOOPBACK} is not among its "
                "redirect URIs, so no listener here can receive the sign-in",
                hint=f"add {LOOPBACK} to web.redirectUris and `provision apply`, or use --paste",
            )
        mode: ResponseMode = "query" if self.way.is_query else "form_post"
        with self.services.listen(mode) as listener:
            sign_in = self._begin(listener.redirect_uri, mode)
            listener.expect(sign_in.state)
            self.surface.open(sign_in.url, self.mailbox.sign_in_as)
            return sign_in, listener.wait(self.way.timeout)

    def by_paste(self) -> tuple[SignIn, Callback]:
        begun = self._begin(paste_redirect(self.registration), "query")
        self._keep_pending(begun)
        self.surface.open(begun.url, self.mailbox.sign_in_as)
        pasted = parse_paste(self.surface.pasted(self.mailbox.sign_in_as))
        now = self.services.clock.now()
        vault = self.services.vault
        waiting = (
            vault.take_latest_pending(self.key, now)
            if pasted.state is None
            else vault.take_pending(pasted.state, now)
        )
        match waiting:
            case PendingSignIn() if waiting.mailbox == self.key:
                sign_in = _resumed(waiting)
                return sign_in, accept_paste(pasted, sign_in.state)
            case ExpiredSignIn():
                raise SignInRequired(
                    f"mailbox {self.mailbox.address}: that sign-in was begun more than 15 minutes "
                    "ago",
                    hint=f"provision authorize --paste --mailbox {self.mailbox.address}",
                )
            case PendingSignIn() | None:
                raise UsageError(
                    f"mailbox {self.mailbox.address}: what was pasted answers no sign-in that "
                    "waits here",
                    hint="paste the address that the newest link led to",
                )

    def redeem(self, sign_in: SignIn, callback: Callback) -> Authorized:
        services, key = self.services, self.key
        tokens = services.endpoint.redeem(
            self.client,
            callback.code,
            sign_in,
            patience=self.way.patience,
            waiting=lambda reason, seconds: services.report(Waiting(reason, seconds)),
        )
        identity = self._identity(sign_in, tokens)
        signed_in = self._signed_in(identity)
        with services.shield():
            token = _refresh_token(tokens, self.mailbox)
            generation = services.vault.keep_sign_in(signed_in, token)
            wanted = Wanted(services.cloud.outlook_resource, sign_in.scopes)
            keep_access_token(key, wanted, tokens, services)
        evidence = f"{identity.username} signed in (object id {identity.object_id})"
        services.report(Finished("authorize", evidence))
        return Authorized(signed_in, generation)

    def _begin(self, redirect_uri: str, mode: ResponseMode) -> SignIn:
        return begin_sign_in(
            client_id=self.client.client_id,
            authority=self.client.authority,
            scopes=mail_scopes(self.services.cloud, self.mailbox.protocols),
            redirect_uri=redirect_uri,
            interaction=Interaction(login_hint=self.mailbox.sign_in_as, response_mode=mode),
        )

    def _keep_pending(self, begun: SignIn) -> None:
        self.services.vault.keep_pending(
            PendingSignIn(
                mailbox=self.key,
                state=begun.state,
                nonce=begun.nonce,
                code_verifier=begun.code_verifier,
                redirect_uri=begun.redirect_uri,
                authority=begun.authority,
                scopes=begun.scopes,
                created_at=self.services.clock.now(),
            )
        )

    def _identity(self, sign_in: SignIn, tokens: TokenSet) -> Identity:
        services, mailbox = self.services, self.mailbox
        if tokens.id_token is None:
            raise RefusedError(
                f"mailbox {mailbox.address}: Entra gave no id token, so nobody knows who signed in",
                hint=f"provision authorize --mailbox {mailbox.address}",
            )
        identity = verify_id_token(tokens.id_token, sign_in, services.discovery, services.clock)
        before = services.vault.sign_in(self.key)
        bound = None
        # Another signInAs in the manifest is another account on purpose: a new first sign-in.
        if before is not None and before.sign_in_as.casefold() == mailbox.sign_in_as.casefold():
            bound = Identity(before.object_id, before.account_tenant_id, before.sign_in_as)
        tenant_id = expected_tenant(mailbox.authority, self.key.tenant_id)
        check_account(identity, mailbox.sign_in_as, tenant_id, bound)
        return identity

    def _signed_in(self, identity: Identity) -> SignedInMailbox:
        return SignedInMailbox(
            key=self.key,
            unique_name=self.registration.unique_name,
            sign_in_as=self.mailbox.sign_in_as,
            authority=self.mailbox.authority,
            protocols=self.mailbox.protocols,
            permissions=self.registration.scopes,
            object_id=identity.object_id,
            account_tenant_id=identity.tenant_id,
            signed_in_at=self.services.clock.now(),
        )


def paste_redirect(registration: Registration) -> str:
    """Return the loopback address if there is one: its failed page keeps the answer in the bar."""
    if not registration.redirect_uris:
        raise UsageError(
            f"application {registration.unique_name} has no redirect URI",
            hint="provision apply",
        )
    loopback = [u for u in registration.redirect_uris if u.rstrip("/") == LOOPBACK]
    return (loopback or list(registration.redirect_uris))[0]


def _resumed(pending: PendingSignIn) -> SignIn:
    return SignIn(
        url="",
        state=pending.state,
        nonce=pending.nonce,
        code_verifier=pending.code_verifier,
        redirect_uri=pending.redirect_uri,
        authority=pending.authority,
        scopes=pending.scopes,
        client_id=pending.client_id,
        response_mode="query",
    )


def _refresh_token(tokens: TokenSet, mailbox: Mailbox) -> Secret:
    if tokens.refresh_token is None:
        raise RefusedError(
            f"mailbox {mailbox.address}: Entra gave no refresh token",
            hint="declare offline_access, `provision apply`, then `provision authorize`",
        )
    return tokens.refresh_token
