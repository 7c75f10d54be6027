"""One sign-in of a mailbox owner: what it asks for, and what becomes of the tokens it brings."""

from dataclasses import dataclass
from shlex import quote

from provision.errors import RefusedError, UsageError
from provision.oauth.authorization_request import Interaction, ResponseMode, SignIn, begin_sign_in
from provision.oauth.callback import Callback
from provision.oauth.identity import (
    Asked,
    Identity,
    check_account,
    expected_tenant,
    verify_id_token,
)
from provision.oauth.scopes import authority_url, mail_scopes
from provision.oauth.token_endpoint import Client, TokenSet
from provision.secret import Secret
from provision.stages.client_secrets import client_secret
from provision.stages.progress import Finished, Waiting
from provision.stages.refresh import keep_access_token
from provision.stages.services import Services
from provision.stages.sign_in_way import SignInWay
from provision.stages.token_purpose import Wanted
from provision.stages.vault_keys import mailbox_key
from provision.tenant.mailbox import Mailbox
from provision.tenant.registration import Registration
from provision.vault.port import MailboxKey, SignedInMailbox

LOOPBACK = "http://localhost"


@dataclass(frozen=True, slots=True)
class Authorized:
    """A mailbox whose owner signed in."""

    mailbox: SignedInMailbox
    generation: int


@dataclass(frozen=True, slots=True)
class Flow:
    """Everything that one sign-in is about, whichever way its answer comes back."""

    mailbox: Mailbox
    registration: Registration
    key: MailboxKey
    client: Client
    way: SignInWay
    services: Services

    @property
    def scopes(self) -> tuple[str, ...]:
        """What is asked for: the same at sign-in, redemption and refresh."""
        return mail_scopes(self.services.cloud, self.mailbox.protocols)

    def begin(self, redirect_uri: str, mode: ResponseMode) -> SignIn:
        """Make a sign-in link; nothing is sent."""
        interaction = Interaction(
            login_hint=self.mailbox.sign_in_as,
            prompt=self.way.prompt,
            domain_hint=self.way.domain_hint,
            response_mode=mode,
        )
        return begin_sign_in(
            client_id=self.client.client_id,
            authority=self.client.authority,
            scopes=self.scopes,
            redirect_uri=redirect_uri,
            interaction=interaction,
        )

    def waiting(self, reason: str, seconds: float) -> None:
        """Tell what is waited for."""
        self.services.report(Waiting(reason, seconds))

    def redeem(self, sign_in: SignIn, callback: Callback) -> Authorized:
        """Trade the code for tokens, and hold what they bring."""
        services = self.services
        tokens = services.endpoint.redeem(
            self.client,
            callback.code,
            sign_in,
            patience=self.way.patience,
            waiting=self.waiting,
        )
        return self.keep(sign_in, sign_in.scopes, tokens)

    def keep(self, asked: Asked, scopes: tuple[str, ...], tokens: TokenSet) -> Authorized:
        """Hold the refresh token, once it is proved that the right account signed in.

        Args:
            asked: What the id token has to answer.
            scopes: As asked for.
            tokens: What came of it.

        Raises:
            SignInRequired: Another account signed in than the manifest names.
            WrongTenant: One of another tenant.
            RefusedError: Nobody can tell who signed in, or there is no refresh token.
            ConsentMissing: Consent covers less than was asked for; the token is held.
        """
        services, key = self.services, self.key
        identity = self._identity(asked, tokens)
        signed_in = self._signed_in(identity)
        with services.shield():
            token = _refresh_token(tokens, self.mailbox)
            generation = services.vault.keep_sign_in(signed_in, token)
            wanted = Wanted(services.cloud.outlook_resource, scopes)
            keep_access_token(key, wanted, tokens, services)
        evidence = f"{identity.username} signed in (object id {identity.object_id})"
        services.report(Finished("authorize", evidence))
        return Authorized(signed_in, generation)

    def _identity(self, asked: Asked, tokens: TokenSet) -> Identity:
        services, mailbox = self.services, self.mailbox
        if tokens.id_token is None:
            raise RefusedError(
                f"mailbox {mailbox.address}: Entra gave no id token, so nobody knows who signed in",
                hint=f"provision authorize --mailbox {quote(mailbox.address)}",
            )
        identity = verify_id_token(tokens.id_token, asked, services.discovery, services.clock)
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


def flow_of(
    mailbox: Mailbox, registration: Registration, way: SignInWay, services: Services
) -> Flow:
    """Return the sign-in of a mailbox's owner, once everything is there that it takes here.

    Raises:
        UsageError: There is no client secret.
        VaultFailed: What the sign-in yields could not be kept.
    """
    key = mailbox_key(registration, mailbox.address)
    client = Client(
        client_id=registration.client_id,
        # This and the vault first: a person should not sign in for nothing.
        secret=client_secret(key.client, services),
        authority=authority_url(services.cloud, mailbox.authority, registration.tenant_id),
    )
    services.vault.prepare()
    return Flow(mailbox, registration, key, client, way, services)


def require_loopback(registration: Registration) -> None:
    """Refuse to listen for an answer that Entra would not send here.

    Raises:
        UsageError: The loopback address is not registered.
    """
    if LOOPBACK not in {uri.rstrip("/") for uri in registration.redirect_uris}:
        raise UsageError(
            f"application {registration.unique_name}: {LOOPBACK} is not among its redirect URIs, "
            "so no listener here can receive the answer",
            hint=f"add {LOOPBACK} to web.redirectUris and `provision apply`, or use --paste",
        )


def _refresh_token(tokens: TokenSet, mailbox: Mailbox) -> Secret:
    if tokens.refresh_token is None:
        raise RefusedError(
            f"mailbox {mailbox.address}: Entra gave no refresh token",
            hint="declare offline_access, `provision apply`, then `provision authorize`",
        )
    return tokens.refresh_token
