"""A vault with a row in every table, and what can be read of it."""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

from provision.secret import Secret
from provision.vault.entries import GrantedScopes, MailboxKey
from provision.vault.ledger import GivenSecret, GivenToken, Holder, HolderKey
from provision.vault.port import Vault
from tests.unit.vault.samples import (
    CLIENT,
    IDS,
    MAIL,
    MAILBOX,
    REGISTRATION,
    SCOPES,
    START,
    access,
    held,
    minutes,
    pending,
    signed_in,
)

OTHER: Final = MailboxKey("global", "tenant-1", "client-1", "other@contoso.example")
_OTHER_CLIENT: Final = replace(CLIENT, client_id="client-2")

READINGS: Final[Mapping[str, Callable[[Vault], object]]] = {
    "client_secret": lambda vault: vault.secret(CLIENT, "key-1"),
    "refresh_token": lambda vault: vault.refresh_token(MAILBOX),
    "access_token": lambda vault: vault.access_token(MAILBOX, MAIL, SCOPES, START),
    "pending_sign_in": lambda vault: vault.take_pending(MAILBOX, "state-1", START),
}
"""What reads the first value of each table with secrets."""
OTHER_READINGS: Final[Mapping[str, Callable[[Vault], object]]] = {
    "client_secret": lambda vault: vault.secret(_OTHER_CLIENT),
    "refresh_token": lambda vault: vault.refresh_token(OTHER),
    "access_token": lambda vault: vault.access_token(OTHER, MAIL, SCOPES, START),
    "pending_sign_in": lambda vault: vault.take_pending(OTHER, "state-2", START),
}
"""What reads the second one."""


def fill(vault: Vault) -> None:
    """Keep something of everything, twice where it is secret."""
    holder = Holder(HolderKey(CLIENT, MAILBOX.address, "dotenv mail.env"), keeps_successors=False)
    vault.keep_secret(CLIENT, replace(held(), start_at=START))
    vault.keep_secret(_OTHER_CLIENT, held("key-2", "other-secret"))
    for number, mailbox in enumerate((MAILBOX, OTHER), 1):
        vault.keep_sign_in(signed_in(mailbox), Secret(f"refresh-{number}"))
        vault.keep_access_token(mailbox, access(f"access-{number}"))
        vault.keep_pending(pending(f"state-{number}", mailbox))
    vault.keep_refresh_token(MAILBOX, Secret("refresh-1-successor"), START + minutes(5))
    vault.remember_ids(REGISTRATION, IDS)
    vault.begin_intent(REGISTRATION, "mint", "aem-forms", ("key-0",))
    vault.record_granted_scopes(GrantedScopes(MAILBOX, MAIL, SCOPES, START))
    vault.record_handoff(
        replace(
            holder,
            token=GivenToken(1, START, START),
            secret=GivenSecret("key-1", START, START),
        )
    )


def secrets_of(vault: Vault) -> dict[str, object]:
    """Return every secret that `fill` kept, and what belongs to it; takes the sign-ins out."""
    return {
        f"{table} {number}": read(vault)
        for number, readings in enumerate((READINGS, OTHER_READINGS), 1)
        for table, read in readings.items()
    } | {"generation 1": vault.refresh_token(MAILBOX, 1)}


def tables_of(path: Path) -> dict[str, int]:
    """Return every table of a vault file, and how many rows it has."""
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT name FROM sqlite_master WHERE type = 'table'"
        names = [name for (name,) in connection.execute(query)]
        return {
            name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names
        }
