"""Prove that a mailbox lets us in: one verdict a protocol, and a message on request."""

from dataclasses import dataclass

from provision.mail.delivery import Delivery, Post, deliver
from provision.mail.login_probe import probe
from provision.mail.sasl import login_for
from provision.mail.tls import tls_context
from provision.mail.verdict import Verdict
from provision.secret import Secret
from provision.stages.progress import Failed, Finished, Started
from provision.stages.refresh import renew, signed_in_mailbox
from provision.stages.services import Services
from provision.stages.vault_keys import mailbox_key
from provision.tenant.mailbox import Mailbox
from provision.tenant.registration import Registration


@dataclass(frozen=True, slots=True)
class Verified:
    """One mailbox and what its servers said."""

    address: str
    verdicts: tuple[Verdict, ...]
    """One a protocol, in the order of the mailbox's protocols."""
    delivery: Delivery | None
    """None unless a message was asked for."""

    @property
    def is_ok(self) -> bool:
        """Whether every protocol let us in and the message, if any, arrived."""
        return all(v.is_ok for v in self.every_verdict)

    @property
    def every_verdict(self) -> tuple[Verdict, ...]:
        """The logins' verdicts and then the delivery's."""
        return (*self.verdicts, *(self.delivery.verdicts if self.delivery else ()))


def verify_mailbox(
    mailbox: Mailbox, registration: Registration, services: Services, *, send: bool
) -> Verified:
    """Refresh, then log in over every protocol, one after the other; a "no" is a verdict.

    Exchange admits three connections to a mailbox at a time: hence one after the other.

    Raises:
        SignInRequired: The owner has to sign in (again).
        UsageError: The cloud has no mail hosts.
        ClientRefused, ConsentMissing, TemporaryError: From the token endpoint.
    """
    key = mailbox_key(registration, mailbox.address)
    signed_in = signed_in_mailbox(mailbox, key, services)
    services.report(Started("refresh", f"renewing the token of {mailbox.address}"))
    renewed = renew(signed_in, services)
    token = renewed.access_token.token
    services.report(
        Finished("refresh", f"generation {renewed.generation}, access token of {len(token)} octets")
    )
    context = tls_context(services.cloud.ca_bundle)
    verdicts = []
    for protocol in mailbox.protocols:
        login = login_for(mailbox, protocol, token)
        services.report(Started(protocol, f"logging in to {protocol.upper()} as {login.user}"))
        verdict = probe(services.cloud, context, login)
        _report(protocol, verdict, services)
        verdicts.append(verdict)
    delivery = None
    if send and all(v.is_ok for v in verdicts):
        post = Post(services.cloud, context, services.clock)
        delivery = _deliver(mailbox, token, post, services)
    return Verified(mailbox.address, tuple(verdicts), delivery)


def _deliver(mailbox: Mailbox, token: Secret, post: Post, services: Services) -> Delivery:
    services.report(Started("deliver", f"sending a message to {mailbox.address}"))
    delivery = deliver(mailbox, dict.fromkeys(mailbox.protocols, token), post)
    wrong = [v for v in delivery.verdicts if not v.is_ok]
    if wrong:
        services.report(Failed("deliver", f"{wrong[0].protocol}: {_words(wrong[0])}"))
    else:
        found = "; ".join(f"{v.protocol} {v.proved}" for v in delivery.verdicts)
        services.report(Finished("deliver", found))
    return delivery


def _report(stage: str, verdict: Verdict, services: Services) -> None:
    if verdict.is_ok:
        services.report(Finished(stage, f"{verdict.user}: {verdict.proved}"))
    else:
        services.report(Failed(stage, f"{verdict.user}: {_words(verdict)}"))


def _words(verdict: Verdict) -> str:
    return " / ".join(verdict.said) or verdict.outcome
