"""Signed-in mailboxes in the vault file."""

import sqlite3

from provision.secret import Secret
from provision.vault.entries import MailboxKey, SignedInMailbox
from provision.vault.schema import instant, written
from provision.vault.sqlite_file import Store
from provision.vault.tokens import add_generation, mailbox_columns


class SignInRows:
    """The part of a vault that knows mailboxes; tokens apart, nothing in it is secret."""

    _store: Store

    def keep_sign_in(self, mailbox: SignedInMailbox, token: Secret) -> int:
        """Keep who signed in and the first refresh token; return the token's generation."""
        columns = mailbox_columns(mailbox.key)
        with self._store.sealing() as (connection, cipher):
            connection.execute(
                "INSERT OR REPLACE INTO mailbox (cloud, tenant_id, client_id, address, unique_name,"
                " sign_in_as, authority, protocols, permissions, object_id, account_tenant_id,"
                " signed_in_at)"
                " VALUES (:cloud, :tenant_id, :client_id, :address, :unique_name, :sign_in_as,"
                " :authority, :protocols, :permissions, :object_id, :account_tenant_id,"
                " :signed_in_at)",
                {
                    **columns,
                    "unique_name": mailbox.unique_name,
                    "sign_in_as": mailbox.sign_in_as,
                    "authority": mailbox.authority,
                    "protocols": " ".join(mailbox.protocols),
                    "permissions": " ".join(mailbox.permissions),
                    "object_id": mailbox.object_id,
                    "account_tenant_id": mailbox.account_tenant_id,
                    "signed_in_at": written(mailbox.signed_in_at),
                },
            )
            # Somebody else may have signed in: what is cached is not theirs.
            connection.execute(
                "DELETE FROM access_token WHERE cloud = :cloud AND tenant_id = :tenant_id"
                " AND client_id = :client_id AND address = :address",
                columns,
            )
            return add_generation(connection, cipher, mailbox.key, token, mailbox.signed_in_at)

    def sign_in(self, key: MailboxKey) -> SignedInMailbox | None:
        """Return who signed in for a mailbox."""
        found = self.find_sign_ins(
            address=key.address, client_id=key.client_id, tenant_id=key.tenant_id, cloud=key.cloud
        )
        return found[0] if found else None

    def find_sign_ins(
        self,
        *,
        address: str | None = None,
        client_id: str | None = None,
        tenant_id: str | None = None,
        cloud: str | None = None,
    ) -> tuple[SignedInMailbox, ...]:
        """Return the signed-in mailboxes that match all that is given, in order of address."""
        rows = self._store.rows(
            "SELECT * FROM mailbox WHERE (:address IS NULL OR address = :address)"
            " AND (:client_id IS NULL OR client_id = :client_id)"
            " AND (:tenant_id IS NULL OR tenant_id = :tenant_id)"
            " AND (:cloud IS NULL OR cloud = :cloud)"
            " ORDER BY address, cloud, tenant_id, client_id",
            {
                "address": address and address.lower(),
                "client_id": client_id,
                "tenant_id": tenant_id,
                "cloud": cloud,
            },
        )
        return tuple(signed_in_of(row) for row in rows)


def signed_in_of(row: sqlite3.Row) -> SignedInMailbox:
    """Return the mailbox that a row of its table describes."""
    return SignedInMailbox(
        key=MailboxKey(row["cloud"], row["tenant_id"], row["client_id"], row["address"]),
        unique_name=row["unique_name"],
        sign_in_as=row["sign_in_as"],
        authority=row["authority"],
        protocols=tuple(row["protocols"].split()),
        permissions=tuple(row["permissions"].split()),
        object_id=row["object_id"],
        account_tenant_id=row["account_tenant_id"],
        signed_in_at=instant(row["signed_in_at"]),
    )
