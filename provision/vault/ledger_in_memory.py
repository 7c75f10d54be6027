"""The ledger of a vault that is switched off: as long as the process lasts."""

from collections.abc import Iterable, Mapping
from threading import Lock

from provision.vault.entries import (
    ClientKey,
    HeldSecret,
    MailboxKey,
    RefreshToken,
    RegistrationKey,
    RememberedIds,
    SignedInMailbox,
)
from provision.vault.ledger import (
    Holder,
    HolderKey,
    Ledger,
    MailboxEntry,
    RegistrationEntry,
    SecretEntry,
    TokenEntry,
)


class LedgerInMemory:
    """The part of a vault without a file that knows who has what."""

    _guard: Lock
    _holders: dict[HolderKey, Holder]
    _ids: dict[RegistrationKey, RememberedIds]
    _secrets: dict[tuple[ClientKey, str], HeldSecret]
    _sign_ins: dict[MailboxKey, SignedInMailbox]
    _tokens: dict[MailboxKey, tuple[RefreshToken, ...]]

    def record_handoff(self, holder: Holder) -> None:
        """Remember what a holder was given, until the process ends."""
        with self._guard:
            known = self._holders.get(holder.key)
            self._holders[holder.key] = holder if known is None else known.updated(holder)

    def holders(self, client: ClientKey) -> tuple[Holder, ...]:
        """Return everybody whom this process gave values of an application or its mailboxes."""
        return _in_order(h for key, h in self._holders.items() if key.client == client)

    def forget_holder(self, key: HolderKey) -> None:
        """Forget a holder; one that is not remembered is no error."""
        self._holders.pop(key, None)

    def ledger(self) -> Ledger:
        """Return what this process holds and gave away."""
        secrets = (
            SecretEntry(key, held.key_id, held.display_name, held.start_at, held.end_at)
            for (key, _), held in self._secrets.items()
        )
        return Ledger(
            _registrations(self._ids),
            _mailboxes(self._sign_ins, self._tokens),
            tuple(secrets),
            _in_order(self._holders.values()),
        )


def _registrations(
    known: Mapping[RegistrationKey, RememberedIds],
) -> tuple[RegistrationEntry, ...]:
    found = (RegistrationEntry(key, ids.client_id) for key, ids in known.items())
    return tuple(sorted(found, key=lambda r: (r.key.cloud, r.key.tenant_id, r.key.unique_name)))


def _mailboxes(
    sign_ins: Mapping[MailboxKey, SignedInMailbox],
    tokens: Mapping[MailboxKey, tuple[RefreshToken, ...]],
) -> tuple[MailboxEntry, ...]:
    found = (MailboxEntry(who, _newest(tokens.get(key, ()))) for key, who in sign_ins.items())
    return tuple(
        sorted(found, key=lambda m: (m.key.address, m.key.cloud, m.key.tenant_id, m.key.client_id))
    )


def _newest(generations: tuple[RefreshToken, ...]) -> TokenEntry | None:
    if not generations:
        return None
    newest = generations[0]
    return TokenEntry(
        newest.generation, newest.issued_at, newest.last_used_at, newest.suspect_reason
    )


def _in_order(holders: Iterable[Holder]) -> tuple[Holder, ...]:
    return tuple(sorted(holders, key=lambda h: (h.key.address, h.key.name)))
