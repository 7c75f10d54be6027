"""All that belongs to an application, out of the vault file at once."""

from typing import Final

from provision.vault.entries import ClientKey, RegistrationKey
from provision.vault.sqlite_file import Store

_OF_CLIENT: Final = (
    "client_secret",
    "mailbox",
    "refresh_token",
    "access_token",
    "pending_sign_in",
    "holder",
    "granted_scopes",
)
_OF_REGISTRATION: Final = ("intent", "remembered_ids")
FORGOTTEN: Final = frozenset((*_OF_CLIENT, *_OF_REGISTRATION))
"""The tables that hold something of an application."""


class ForgettingRows:
    """The part of a vault that forgets."""

    _store: Store

    def forget_application(self, key: ClientKey, registration: RegistrationKey) -> None:
        """Remove all that belongs to an application which is no more; nothing or everything."""
        if not self._store.exists():
            return
        values = {
            "cloud": key.cloud,
            "tenant_id": key.tenant_id,
            "client_id": key.client_id,
            "unique_name": registration.unique_name,
        }
        with self._store.transaction() as connection:
            for tables, column in ((_OF_CLIENT, "client_id"), (_OF_REGISTRATION, "unique_name")):
                for table in tables:
                    # Names of our own tables and columns: nothing of the caller's.
                    connection.execute(
                        f"DELETE FROM {table} WHERE cloud = :cloud AND tenant_id = :tenant_id"  # noqa: S608
                        f" AND {column} = :{column}",
                        values,
                    )
