"""Make the few more logins that explain a refusal: one after the other, and each ended properly."""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from provision.cloud import Cloud
from provision.mail.access_token import TokenFacts
from provision.mail.login_probe import TIMEOUT, has_host, probe
from provision.mail.narrowing import Attempt, Evidence, attempts, name_cause
from provision.mail.said_causes import cause_by_words, is_unspecific
from provision.mail.sasl import Login
from provision.mail.verdict import Verdict
from provision.secret import Secret
from provision.tenant.mailbox import PERMISSIONS, PROTOCOLS, Mailbox, Protocol

MOST_LOGINS: Final = 3
"""How many logins may be made to explain one mailbox; Exchange counts connections."""


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and what it says."""

    secret: Secret
    facts: TokenFacts


@dataclass(frozen=True, slots=True)
class Network:
    """Whose servers are asked, and how."""

    cloud: Cloud
    context: ssl.SSLContext
    timeout: float = TIMEOUT


def explain(
    mailbox: Mailbox, verdicts: Sequence[Verdict], token: Token, network: Network
) -> tuple[Verdict, ...]:
    """Return the verdicts, those that refuse with their cause.

    Args:
        mailbox: Whose logins they are.
        verdicts: As the logins went, with this token.
        token: The one that was used.
        network: Where more logins are made, at most `MOST_LOGINS`.
    """
    answers = {Attempt(v.protocol, v.user.lower()): v for v in verdicts if _is_an_answer(v)}
    # An opaque token does not say whose it is; the sign-in saw to it that it is this account's.
    owner = token.facts.user or mailbox.sign_in_as
    evidence = Evidence(owner, _usable(mailbox, token.facts, network.cloud), answers)
    left = MOST_LOGINS
    explained = []
    for verdict in verdicts:
        cause = verdict.cause or cause_by_words(verdict, token.facts)
        if cause is None and is_unspecific(verdict):
            left -= _gather(verdict, evidence, answers, left, token, network)
            cause = name_cause(verdict, evidence)
        explained.append(replace(verdict, cause=cause))
    return tuple(explained)


def _gather(
    refused: Verdict,
    evidence: Evidence,
    answers: dict[Attempt, Verdict],
    most: int,
    token: Token,
    network: Network,
) -> int:
    """Try what would tell, until something opens; return how many logins that took."""
    made = 0
    for attempt in attempts(refused, evidence):
        if attempt not in answers and made < most:
            login = Login(attempt.protocol, refused.address, attempt.user, token.secret)
            answers[attempt] = probe(network.cloud, network.context, login, network.timeout)
            made += 1
        if attempt in answers and answers[attempt].is_ok:
            break
    return made


def _is_an_answer(verdict: Verdict) -> bool:
    """Tell whether a server was asked."""
    return verdict.outcome != "unfit_token"


def _usable(mailbox: Mailbox, facts: TokenFacts, cloud: Cloud) -> frozenset[Protocol]:
    """Return the protocols that the token is good for and the cloud serves."""
    if not facts.is_readable:
        return frozenset(p for p in mailbox.protocols if has_host(cloud, p))
    return frozenset(p for p in PROTOCOLS if PERMISSIONS[p] in facts.scopes and has_host(cloud, p))
