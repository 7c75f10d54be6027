"""How one application stands: its secrets, mailboxes and holders against what is declared; pure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from shlex import quote

from provision.stages.standing import (
    ApplicationStanding,
    CertificateStanding,
    HolderStanding,
    MailboxStanding,
    SecretStanding,
)
from provision.tenant.certificate import Certificate
from provision.tenant.mailbox import Mailbox
from provision.vault.expiry import (
    DUE_BEFORE,
    Due,
    certificate_due,
    copy_due,
    missing_copy,
    missing_secret,
    missing_sign_in,
    secret_copy_due,
    secret_due,
    token_due,
)
from provision.vault.ledger import MailboxEntry, SecretEntry
from provision.vault.port import ClientKey, Holder, HolderKey, Ledger


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a manifest declares; by default what is taken for granted without one."""

    rotate_before: timedelta | None = DUE_BEFORE
    """None where the manifest wants no client secret."""
    mailboxes: tuple[Mailbox, ...] | None = None
    """None where nobody says which mailboxes there are to be."""
    handoffs: frozenset[tuple[str, str]] | None = None
    """Address, or nothing, and name of every holder; None where nobody says."""
    certificates: tuple[Certificate, ...] = ()


def unknown_application(
    cloud: str, tenant: str, name: str, wanted: Wanted, now: datetime
) -> ApplicationStanding:
    """Return how an application stands of which nothing is known here."""
    then = "provision apply --through authorize" if wanted.mailboxes else "provision apply"
    missing = Due("application", f"application {name}", "missing", then=then)
    mailboxes = tuple(
        _missing_mailbox(m, replace(missing_sign_in(m.address), then=then))
        for m in wanted.mailboxes or ()
    )
    certificates = _certificates(wanted, now)
    return ApplicationStanding(cloud, tenant, name, None, missing, (), mailboxes, (), certificates)


def known_application(
    client: ClientKey, name: str, wanted: Wanted, mine: Ledger, now: datetime
) -> ApplicationStanding:
    """Return how an application stands that the ledger knows.

    Args:
        client: What its secrets are kept under.
        name: Its unique name.
        wanted: What is declared.
        mine: Its own part of the ledger.
        now: The present.
    """
    serving = _serving(mine.secrets, now)
    holders = _holders(client, wanted, mine, serving, now)
    found = {entry.key.address: entry for entry in mine.mailboxes}
    declared = {m.address.lower(): m for m in wanted.mailboxes or ()}
    mailboxes = [
        _missing_mailbox(m, missing_sign_in(m.address), holders.pop(address, ()))
        for address, m in declared.items()
        if address not in found
    ]
    for address, entry in found.items():
        is_declared = wanted.mailboxes is None or address in declared
        given = holders.pop(address, ())
        mailboxes.append(_mailbox(entry, given, now, is_declared=is_declared))
    mailboxes.sort(key=lambda m: (m.token.dies_at is not None, m.token.dies_at or now, m.address))
    return ApplicationStanding(
        cloud=client.cloud,
        tenant=client.tenant_id,
        unique_name=name,
        client_id=client.client_id,
        missing=None,
        secrets=tuple(_secret(s, serving, mine.holders, wanted, now) for s in mine.secrets),
        mailboxes=tuple(mailboxes),
        holders=tuple(chain.from_iterable(holders.values())),
        certificates=_certificates(wanted, now),
    )


def _serving(secrets: Sequence[SecretEntry], now: datetime) -> SecretEntry | None:
    """Return the secret that refreshes use: the one kept last that lives, or that lived longest."""
    alive = [s for s in secrets if s.end_at > now]
    return alive[-1] if alive else max(secrets, key=lambda s: s.end_at, default=None)


def _secret(
    secret: SecretEntry,
    serving: SecretEntry | None,
    holders: Sequence[Holder],
    wanted: Wanted,
    now: datetime,
) -> SecretStanding:
    is_serving = secret == serving
    before = wanted.rotate_before
    due = secret_due(
        secret, now, before or DUE_BEFORE, is_serving=is_serving and before is not None
    )
    names = sorted({h.key.name for h in holders if h.secret and h.secret.key_id == secret.key_id})
    return SecretStanding(secret, is_serving, due, tuple(names))


def _missing_mailbox(
    mailbox: Mailbox, due: Due, holders: Sequence[HolderStanding] = ()
) -> MailboxStanding:
    return MailboxStanding(
        address=mailbox.address,
        sign_in_as=mailbox.sign_in_as,
        authority=mailbox.authority,
        entry=None,
        is_declared=True,
        token=due,
        holders=tuple(holders),
    )


def _mailbox(
    entry: MailboxEntry, holders: Sequence[HolderStanding], now: datetime, *, is_declared: bool
) -> MailboxStanding:
    token, who = token_due(entry, now), entry.signed_in
    if not is_declared:
        # Nobody asked for it: it may live or die.
        token = replace(token, state="spare", alarm=None, then="")
    return MailboxStanding(
        address=entry.key.address,
        sign_in_as=who.sign_in_as,
        authority=who.authority,
        entry=entry,
        is_declared=is_declared,
        token=token,
        holders=tuple(holders),
    )


def _holders(
    client: ClientKey,
    wanted: Wanted,
    mine: Ledger,
    serving: SecretEntry | None,
    now: datetime,
) -> dict[str, list[HolderStanding]]:
    """Return everybody who has copies, or ought to, by address of the mailbox."""
    signed_in = {entry.key.address for entry in mine.mailboxes}
    known = {(h.key.address, h.key.name) for h in mine.holders}
    absent = (
        Holder(HolderKey(client, address, name), keeps_successors=False)
        for address, name in sorted((wanted.handoffs or frozenset()) - known)
    )
    found: defaultdict[str, list[HolderStanding]] = defaultdict(list)
    for holder in (*mine.holders, *absent):
        address = holder.key.address
        is_declared = wanted.handoffs is None or (address, holder.key.name) in wanted.handoffs
        lacks_token = is_declared and holder.token is None and address in signed_in
        lacks_secret = is_declared and holder.secret is None and not address and serving is not None
        standing = HolderStanding(
            holder,
            is_declared,
            missing_copy(holder) if lacks_token else copy_due(holder, now),
            missing_secret(holder) if lacks_secret else secret_copy_due(holder, serving, now),
        )
        found[address].append(standing if is_declared else _undeclared(standing))
    return found


def _undeclared(standing: HolderStanding) -> HolderStanding:
    """Say what can be done about copies that no hand-off renews."""
    then = f"provision handoff --forget {quote(standing.holder.key.name)}"

    def told(due: Due | None) -> Due | None:
        return replace(due, then=then) if due is not None and due.is_due else due

    return replace(standing, token=told(standing.token), secret=told(standing.secret))


def _certificates(wanted: Wanted, now: datetime) -> tuple[CertificateStanding, ...]:
    return tuple(
        CertificateStanding(c, certificate_due(c.thumbprint, c.end_at, now))
        for c in wanted.certificates
    )
