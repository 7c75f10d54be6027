"""Do what AEM is likely to do with what it was given, and say which of its fields would fail.

AEM redeems its own copy of the refresh token, in a way that nobody outside Adobe has confirmed: at
`/common` or at the tenant, with or without a scope. Each way is tried with the newest token that is
held. What such a redemption brings is thrown away: the token that is held stays good, since Entra
revokes none when it issues another, and a successor that was asked for in an odd way must not
become the one that is kept. A refusal says something about the way, so the token is not suspect.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from provision.diagnose import explain_entra
from provision.errors import ProvisionError, RefusedError, SignInRequired
from provision.handoff.aem_replay import (
    LoggedIn,
    Observed,
    PasswordTried,
    Reached,
    Refreshed,
    Row,
    Transport,
    doubtful,
    failing,
    predict,
)
from provision.mail.access_token import read_access_token
from provision.mail.fitness import find_flaw
from provision.mail.login_probe import has_host, mail_host
from provision.mail.password_probe import try_password
from provision.mail.probing import Network
from provision.mail.sasl import login_for
from provision.mail.transport_probe import offered
from provision.mail.verdict import Verdict
from provision.oauth.token_endpoint import TokenSet
from provision.stages.client_secrets import Redemption, redeem
from provision.stages.progress import Finished, Started
from provision.stages.services import Services
from provision.stages.token_purpose import mail_wanted
from provision.tenant.mailbox import AuthorityKind, Mailbox, Protocol
from provision.vault.port import SignedInMailbox


@dataclass(frozen=True, slots=True)
class AsAem:
    """What AEM would meet."""

    authority: AuthorityKind
    """The tenant segment of the path: the one that was signed in at, and is handed off."""
    rows: tuple[Row, ...]

    @property
    def failing(self) -> tuple[Row, ...]:
        """Return the rows of the path that would fail."""
        return failing(self.rows)

    @property
    def doubtful(self) -> tuple[Row, ...]:
        """Return the rows that would fail if that is what AEM does."""
        return doubtful(self.rows)


def replay(
    mailbox: Mailbox,
    signed_in: SignedInMailbox,
    verdicts: tuple[Verdict, ...],
    network: Network,
    services: Services,
) -> AsAem:
    """Try every likely way, one after the other.

    Args:
        mailbox: Whose fields they are.
        signed_in: Who signed in for it, and at which authority.
        verdicts: What its logins came to, with a token of the ordinary way.
        network: Whose mail servers are asked.
        services: Whose token endpoint and vault are used.

    Raises:
        TemporaryError: The token endpoint could not be asked.
    """
    services.report(Started("as-aem", f"replaying what AEM would do for {mailbox.address}"))
    served = [p for p in mailbox.protocols if has_host(services.cloud, p)]
    observed = Observed(
        authority=signed_in.authority,
        protocols=mailbox.protocols,
        configured={p: mail_host(services.cloud, p).tls for p in served if p != "pop"},
        refreshes=tuple(_refreshes(mailbox, signed_in, services)),
        connections=tuple(_connections(served, network)),
        logins=tuple(LoggedIn(v.protocol, v.user, v.is_ok, _words(v)) for v in verdicts),
        passwords=tuple(_passwords(mailbox, served, network)),
    )
    found = AsAem(signed_in.authority, predict(observed))
    wrong = sorted({row.field for row in found.failing})
    said = f"these fields would fail: {', '.join(wrong)}" if wrong else "no field would fail"
    services.report(Finished("as-aem", said))
    return found


def _refreshes(
    mailbox: Mailbox, signed_in: SignedInMailbox, services: Services
) -> Iterator[Refreshed]:
    held = services.vault.refresh_token(signed_in.key)
    if held is None:
        return
    authorities: tuple[AuthorityKind, ...] = ("common", "tenant")
    if signed_in.authority == "consumers":
        authorities = ("common", "consumers")
    scopes = mail_wanted(signed_in, services.cloud).scopes
    for authority in authorities:
        for asked in (scopes, ()):
            wanted = Redemption(replace(signed_in, authority=authority), held.token, asked)
            try:
                tokens = redeem(wanted, services)
            except (RefusedError, SignInRequired) as error:
                yield _refused(error, authority, sends_scope=bool(asked))
                continue
            services.vault.mark_used(signed_in.key, held.generation, services.clock.now())
            yield _judged(tokens, mailbox, authority, services, sends_scope=bool(asked))


def _refused(error: ProvisionError, authority: AuthorityKind, *, sends_scope: bool) -> Refreshed:
    """Return what Entra said, without whose request it was, and what that means."""
    code = dict(error.evidence).get("code", "")
    said = error.message.rpartition(": ")[2]
    if code:
        said = f"{said}: {explain_entra(int(code.removeprefix('AADSTS')), '').meaning}"
    return Refreshed(authority, sends_scope, works=False, said=said, code=code)


def _judged(
    tokens: TokenSet,
    mailbox: Mailbox,
    authority: AuthorityKind,
    services: Services,
    *,
    sends_scope: bool,
) -> Refreshed:
    """Say whether a token that was given is any good for the mailbox's protocols."""
    now = services.clock.now()
    facts = read_access_token(tokens.access_token, now + timedelta(seconds=tokens.expires_in))
    logins = (login_for(mailbox, p, tokens.access_token) for p in mailbox.protocols)
    flaws = (find_flaw(facts, login, services.cloud, now) for login in logins)
    flaw = next((flaw for flaw in flaws if flaw is not None), None)
    if flaw is not None:
        return Refreshed(authority, sends_scope, works=False, said=flaw.text)
    audience = f"a token for {facts.audience}" if facts.is_readable else "an opaque token"
    return Refreshed(authority, sends_scope, works=True, said=f"{audience}, {facts.length:,} chars")


def _connections(served: list[Protocol], network: Network) -> Iterator[Reached]:
    """Ask the mail servers on every kind of connection that a field of AEM can mean."""
    for protocol in served:
        if protocol == "pop":
            continue
        host = mail_host(network.cloud, protocol)
        kinds: tuple[Transport, ...] = ("plain", "implicit", host.tls)
        for kind in dict.fromkeys(kinds):
            offer = offered(protocol, kind, host, network.context)
            yield Reached(protocol, kind, host.port, offer.is_made, offer.said)


def _passwords(
    mailbox: Mailbox, served: list[Protocol], network: Network
) -> Iterator[PasswordTried]:
    for protocol in served:
        user = mailbox.sign_in_as if protocol == "smtp" else mailbox.address
        answer = try_password(network.cloud, network.context, protocol, user)
        yield PasswordTried(protocol, answer.is_let_in, answer.said)


def _words(verdict: Verdict) -> str:
    if verdict.is_ok:
        return verdict.proved
    return verdict.cause.text if verdict.cause else " / ".join(verdict.said) or verdict.outcome
