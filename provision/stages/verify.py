"""Prove that a mailbox lets us in: the token, a verdict a protocol, a message on request."""

from dataclasses import dataclass
from datetime import datetime

from provision.mail.access_token import TokenFacts, read_access_token
from provision.mail.delivery import Delivery, Post, deliver
from provision.mail.fitness import find_flaw, find_risks
from provision.mail.login_probe import probe
from provision.mail.probing import Network, Token, explain
from provision.mail.sasl import login_for
from provision.mail.tls import tls_context
from provision.mail.verdict import Verdict, unfit
from provision.secret import Secret
from provision.stages.as_aem import AsAem, replay
from provision.stages.endpoint_holders import require_no_endpoint
from provision.stages.progress import Failed, Finished, Started
from provision.stages.refresh import renew, signed_in_mailbox
from provision.stages.services import Services
from provision.stages.vault_keys import mailbox_key
from provision.tenant.mailbox import Mailbox, Protocol
from provision.tenant.registration import Registration
from provision.vault.port import SignedInMailbox


@dataclass(frozen=True, slots=True)
class Verified:
    """One mailbox and what its servers said."""

    address: str
    token: TokenFacts
    """What was logged in with."""
    checked_at: datetime
    verdicts: tuple[Verdict, ...]
    """One a protocol, in the order of the mailbox's protocols."""
    risks: tuple[str, ...]
    """What may go wrong with this token although nothing did."""
    delivery: Delivery | None
    """None unless a message was asked for."""
    as_aem: AsAem | None = None
    """None unless AEM's way was to be replayed."""

    @property
    def is_ok(self) -> bool:
        """Whether every protocol let us in, every message arrived, and AEM would get in, too."""
        return all(v.is_ok for v in self.every_verdict) and not (
            self.as_aem and self.as_aem.failing
        )

    @property
    def every_verdict(self) -> tuple[Verdict, ...]:
        """The logins' verdicts and then the delivery's."""
        return (*self.verdicts, *(self.delivery.verdicts if self.delivery else ()))


@dataclass(frozen=True, slots=True)
class VerifyWish:
    """What to do besides logging in."""

    sends: bool = False
    """Whether to send messages and receive them."""
    is_forced: bool = False
    """Whether to send them to a mailbox that an endpoint watches, too."""
    replays_aem: bool = False
    """Whether to try what AEM would do."""


def verify_mailbox(
    mailbox: Mailbox, registration: Registration, services: Services, wish: VerifyWish
) -> Verified:
    """Refresh, then log in over every protocol, one after the other; a "no" is a verdict.

    Exchange admits three connections to a mailbox at a time: hence one after the other.

    Raises:
        RefusedError: A message was to be sent to a mailbox that an endpoint watches.
        SignInRequired: The owner has to sign in (again).
        UsageError: The cloud has no mail hosts.
        ClientRefused, ConsentMissing, TemporaryError: From the token endpoint.
    """
    if wish.sends and not wish.is_forced:
        require_no_endpoint(mailbox, registration, services)
    signed_in = signed_in_mailbox(mailbox, mailbox_key(registration, mailbox.address), services)
    token = _renewed(signed_in, services)
    network = Network(services.cloud, tls_context(services.cloud.ca_bundle))
    tried = [_log_in(mailbox, p, token, network, services) for p in mailbox.protocols]
    verdicts = _explained(mailbox, tried, token, network, services)
    delivery = None
    if wish.sends and all(v.is_ok for v in verdicts):
        post = Post(services.cloud, network.context, services.clock)
        delivery = _deliver(mailbox, token.secret, post, services)
    as_aem = None
    if wish.replays_aem:
        as_aem = replay(mailbox, signed_in, verdicts, network, services)
    logins = (login_for(mailbox, protocol, token.secret) for protocol in mailbox.protocols)
    return Verified(
        address=mailbox.address,
        token=token.facts,
        checked_at=services.clock.now(),
        verdicts=verdicts,
        risks=tuple(risk for login in logins for risk in find_risks(token.facts, login)),
        delivery=delivery,
        as_aem=as_aem,
    )


def _renewed(signed_in: SignedInMailbox, services: Services) -> Token:
    services.report(Started("refresh", f"renewing the token of {signed_in.key.address}"))
    renewed = renew(signed_in, services)
    secret = renewed.access_token.token
    said = f"generation {renewed.generation}, access token of {len(secret)} octets"
    services.report(Finished("refresh", said))
    return Token(secret, read_access_token(secret, renewed.access_token.expires_at))


def _log_in(
    mailbox: Mailbox, protocol: Protocol, token: Token, network: Network, services: Services
) -> Verdict:
    """Log in, unless the token cannot be good for it: then no server is asked."""
    login = login_for(mailbox, protocol, token.secret)
    services.report(Started(protocol, f"logging in to {protocol.upper()} as {login.user}"))
    flaw = find_flaw(token.facts, login, services.cloud, services.clock.now())
    verdict = unfit(login, flaw) if flaw else probe(services.cloud, network.context, login)
    _report(protocol, verdict, services)
    return verdict


def _explained(
    mailbox: Mailbox, tried: list[Verdict], token: Token, network: Network, services: Services
) -> tuple[Verdict, ...]:
    if all(v.is_ok for v in tried):
        return tuple(tried)
    services.report(Started("explain", "telling the causes apart"))
    verdicts = explain(mailbox, tried, token, network)
    causes = [f"{v.protocol}: {v.cause.name.replace('_', ' ')}" for v in verdicts if v.cause]
    services.report(Finished("explain", "; ".join(causes) or "the server's words say all"))
    return verdicts


def _deliver(mailbox: Mailbox, token: Secret, post: Post, services: Services) -> Delivery:
    services.report(Started("deliver", f"sending two messages to {mailbox.address}"))
    delivery = deliver(mailbox, dict.fromkeys(mailbox.protocols, token), post)
    for operation in delivery.operations:
        verdict = operation.verdict
        name = f"{operation.name} ({verdict.protocol.upper()})"
        if verdict.is_ok:
            services.report(Finished("deliver", f"{name}: {verdict.proved}"))
        else:
            services.report(Failed("deliver", f"{name}: {_words(verdict)}"))
    return delivery


def _report(stage: str, verdict: Verdict, services: Services) -> None:
    if verdict.is_ok:
        services.report(Finished(stage, f"{verdict.user}: {verdict.proved}"))
    else:
        services.report(Failed(stage, f"{verdict.user}: {_words(verdict)}"))


def _words(verdict: Verdict) -> str:
    return " / ".join(verdict.said) or verdict.outcome.replace("_", " ")
