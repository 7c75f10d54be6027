"""Hand-off to an Azure Key Vault: client secret and refresh token, each a secret with its tags."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from provision.errors import NotPermitted, SinkFailed
from provision.handoff.aem_sheet import LIFETIME
from provision.handoff.port import Handover
from provision.handoff.stored_values import utc_text
from provision.secret import Secret

CLIENT_SECRET: Final = "client-secret"  # noqa: S105  (the end of a name)
REFRESH_TOKEN: Final = "refresh-token"  # noqa: S105  (likewise)
_CONTENT_TYPES: Final = {
    CLIENT_SECRET: "application/x-oauth-client-secret",
    REFRESH_TOKEN: "application/x-oauth-refresh-token",
}
_GENERATION: Final = {
    _CONTENT_TYPES[CLIENT_SECRET]: ("clientId", "keyId"),
    _CONTENT_TYPES[REFRESH_TOKEN]: ("clientId", "mailbox", "authority", "issuedAt"),
}
"""The tags that together say which value it is."""


@dataclass(frozen=True, slots=True)
class VaultEntry:
    """One secret to write."""

    name: str
    value: Secret
    content_type: str
    tags: dict[str, str]
    expires_at: datetime | None


class SecretStore(Protocol):
    """What this sink asks of a Key Vault; every method may raise a `ProvisionError`."""

    def tags(self, name: str) -> dict[str, str] | None:
        """Return the tags of a secret's latest version, or None when there is no such secret.

        Raises:
            NotPermitted: This identity may not read it.
        """
        ...

    def is_in_the_bin(self, name: str) -> bool:
        """Tell whether a deleted secret occupies the name; False where nobody may know.

        A deleted secret can be recovered, and until it is purged its name cannot be written.
        """
        ...

    def prove_writable(self, name: str) -> None:
        """Prove the right to write a secret, and write none."""
        ...

    def delete(self, name: str) -> None:
        """Put a secret into the vault's bin."""
        ...

    def write(self, entry: VaultEntry) -> None:
        """Write a new version."""
        ...


Connect = Callable[[], AbstractContextManager[SecretStore]]
"""Reaches the vault for one `with` block."""


class KeyVaultSink:
    """Two secrets, `PREFIX-client-secret` and `PREFIX-refresh-token`."""

    name = "keyvault"
    holds_secrets = True

    def __init__(self, vault: str, prefix: str, connect: Connect) -> None:
        """Take the vault's address, what the names begin with, and how to reach the vault.

        Args:
            vault: Origin, without a trailing slash.
            prefix: Out of `0-9A-Za-z-`.
            connect: Called when the vault is needed, once for each method.
        """
        self._vault = vault
        self._prefix = prefix
        self._connect = connect

    @property
    def holder(self) -> str:
        """Return `keyvault`, the vault's host and the prefix."""
        return f"{self.name} {self._vault.removeprefix('https://')}/{self._prefix}"

    def prepare(self) -> None:
        """Prove that both secrets could be written; no version is made.

        Raises:
            SinkFailed: They could not; or a deleted secret occupies a name.
            TemporaryError: The vault cannot be reached, or asks for patience.
        """
        with self._connect() as store:
            for ending in (CLIENT_SECRET, REFRESH_TOKEN):
                store.prove_writable(self._called(ending))
                if store.is_in_the_bin(self._called(ending)):
                    raise SinkFailed(
                        f"{self.holder}: a deleted secret {self._called(ending)} is in the "
                        "vault's bin, and its name cannot be written",
                        hint=self._bin_hint(ending),
                    )

    def keep(self, handover: Handover) -> None:
        """Write a new version of what has changed; the client secret last.

        What is there has tags that say which generation it is: it is not written again.

        Raises:
            SinkFailed: The vault refused.
            TemporaryError: The vault cannot be reached, or asks for patience.
        """
        # A refresh token that was written is good whatever happens next. A client secret that
        # nobody else could keep is revoked, and must not be the vault's latest then.
        entries = (self._refresh_token(handover), self._client_secret(handover))
        with self._connect() as store:
            for entry in entries:
                if entry is not None and not self._is_there(store, entry):
                    store.write(entry)

    def clear(self, client_id: str) -> bool:
        """Delete both secrets as far as they are this application's; the vault's bin has them."""
        was_there = False
        with self._connect() as store:
            for name in map(self._called, (CLIENT_SECRET, REFRESH_TOKEN)):
                if (store.tags(name) or {}).get("clientId") == client_id:
                    store.delete(name)
                    was_there = True
        return was_there

    def held_key_id(self) -> str | None:
        """Return the key id in the tags of the client secret."""
        with self._connect() as store:
            tags = store.tags(self._called(CLIENT_SECRET))
        return None if tags is None else tags.get("keyId")

    def _called(self, ending: str) -> str:
        return f"{self._prefix}-{ending}"

    def _bin_hint(self, ending: str) -> str:
        vault = self._vault.removeprefix("https://").partition(".")[0]
        which = f"--vault-name {vault} --name {self._called(ending)}"
        return f"az keyvault secret recover {which} (or purge it, or choose another prefix)"

    def _is_there(self, store: SecretStore, entry: VaultEntry) -> bool:
        try:
            found = store.tags(entry.name) or {}
        except NotPermitted:
            # Whoever may write and not read makes a version each time.
            return False
        wanted = {name: entry.tags.get(name) for name in _GENERATION[entry.content_type]}
        return all(tag and found.get(name) == tag for name, tag in wanted.items())

    def _client_secret(self, handover: Handover) -> VaultEntry | None:
        secret = handover.client_secret
        if secret is None:
            return None
        return self._entry(CLIENT_SECRET, secret.secret, secret.end_at, handover, secret.key_id)

    def _refresh_token(self, handover: Handover) -> VaultEntry | None:
        token, issued_at = handover.refresh_token, handover.refresh_token_issued_at
        if token is None:
            return None
        # A copy that nobody renews dies ninety days after its issue.
        end_at = None if issued_at is None else issued_at + LIFETIME
        return self._entry(REFRESH_TOKEN, token, end_at, handover, "")

    def _entry(
        self, ending: str, value: Secret, end_at: datetime | None, handover: Handover, key_id: str
    ) -> VaultEntry:
        registration, mailbox = handover.registration, handover.mailbox
        is_token = ending == REFRESH_TOKEN
        issued_at = handover.refresh_token_issued_at if is_token else None
        tags = {
            "keyId": key_id,
            "clientId": registration.client_id,
            "tenantId": registration.tenant_id,
            "uniqueName": registration.unique_name,
            "authority": handover.authority,
            "mailbox": mailbox.address if is_token and mailbox is not None else "",
            "issuedAt": "" if issued_at is None else utc_text(issued_at),
            "expiresAt": "" if end_at is None else utc_text(end_at),
        }
        return VaultEntry(
            self._called(ending),
            value,
            _CONTENT_TYPES[ending],
            {name: tag for name, tag in tags.items() if tag},
            end_at,
        )
