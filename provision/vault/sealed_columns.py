"""The columns that hold secrets, and where each of their values may be opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from provision.vault.cipher import Place


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column whose values are sealed, each for its own row."""

    table: str
    column: str
    row: tuple[str, ...]
    """Columns that name a row in the associated data; their order never changes."""
    words: str
    """What a value is, with gaps for the columns that tell it from others."""
    generation: str = ""
    """The column that counts generations; empty where the table has none."""

    def place(self, row: Mapping[str, object]) -> Place:
        """Return where the value of a row stands."""
        names = tuple(str(row[column]) for column in self.row)
        generation = int(str(row[self.generation])) if self.generation else 0
        return Place(self.table, names, generation)

    def name(self, row: Mapping[str, object]) -> str:
        """Return the value of a row in words, for a sentence."""
        return self.words.format_map(row)


_MAILBOX = ("cloud", "tenant_id", "client_id", "address")

CLIENT_SECRET: Final = SealedColumn(
    "client_secret",
    "secret",
    ("cloud", "tenant_id", "client_id", "key_id"),
    "client secret {key_id} of application {client_id}",
)
REFRESH_TOKEN: Final = SealedColumn(
    "refresh_token",
    "token",
    _MAILBOX,
    "refresh token of mailbox {address} (generation {generation})",
    generation="generation",
)
ACCESS_TOKEN: Final = SealedColumn(
    "access_token",
    "token",
    (*_MAILBOX, "resource", "scopes"),
    "cached access token of mailbox {address}",
)
PENDING_SIGN_IN: Final = SealedColumn(
    "pending_sign_in",
    "payload",
    (*_MAILBOX, "state_digest"),
    "sign-in that waits for mailbox {address}",
)

SEALED: Final[Mapping[str, SealedColumn]] = {
    sealed.table: sealed for sealed in (CLIENT_SECRET, REFRESH_TOKEN, ACCESS_TOKEN, PENDING_SIGN_IN)
}
"""By table. A test holds it to the schema: every BLOB is here, but for what `meta` holds."""
