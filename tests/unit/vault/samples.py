"""Values and vaults that the tests of this folder share."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

from provision.clock import Clock, ManualClock
from provision.errors import VaultFailed
from provision.secret import Secret
from provision.vault.entries import (
    AccessToken,
    ClientKey,
    HeldSecret,
    MailboxKey,
    PendingSignIn,
    RegistrationKey,
    RememberedIds,
    SignedInMailbox,
)
from provision.vault.key import KeyKeeper
from provision.vault.os_keyring import Keyring
from provision.vault.port import Vault
from provision.vault.sqlite_upkeep import SqliteUpkeep
from provision.vault.sqlite_vault import SqliteVault

START = datetime(2031, 3, 4, 5, 6, 7, tzinfo=UTC)
CLIENT = ClientKey("global", "tenant-1", "client-1")
REGISTRATION = RegistrationKey("global", "tenant-1", "aem-forms-mail")
MAILBOX = MailboxKey("global", "tenant-1", "client-1", "forms@contoso.example")
IDS = RememberedIds("client-1", "application-1", "principal-1")
MAIL = "https://outlook.office.com"
SCOPES = frozenset({"openid", f"{MAIL}/IMAP.AccessAsUser.All"})
VAULT_KEY = Secret(b64encode(b"k" * 32).decode())
OTHER_KEY = Secret(b64encode(b"o" * 32).decode())


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def clock() -> ManualClock:
    return ManualClock(START)


def held(key_id: str = "key-1", text: str = "client-secret", days: int = 180) -> HeldSecret:
    return HeldSecret(key_id, "aem-forms", START + timedelta(days=days), Secret(text))


def signed_in(mailbox: MailboxKey = MAILBOX) -> SignedInMailbox:
    return SignedInMailbox(
        key=mailbox,
        unique_name="aem-forms-mail",
        sign_in_as="owner@contoso.example",
        authority="tenant",
        protocols=("imap", "smtp"),
        permissions=("IMAP.AccessAsUser.All", "SMTP.Send", "offline_access"),
        object_id="oid-1",
        account_tenant_id="tenant-1",
        signed_in_at=START,
    )


def access(text: str = "access", life: float = 60, scopes: frozenset[str] = SCOPES) -> AccessToken:
    return AccessToken(Secret(text), START + minutes(life), scopes, MAIL)


def pending(state: str = "state-1", mailbox: MailboxKey = MAILBOX, age: float = 0) -> PendingSignIn:
    return PendingSignIn(
        mailbox=mailbox,
        state=state,
        nonce=Secret(f"nonce of {state}"),
        code_verifier=Secret(f"verifier of {state}"),
        redirect_uri="http://localhost:49152/",
        authority="tenant-1",
        scopes=("openid", "offline_access"),
        created_at=START - minutes(age),
    )


def keep_three_generations(vault: Vault) -> None:
    vault.keep_sign_in(signed_in(), Secret("refresh-1"))
    vault.keep_refresh_token(MAILBOX, Secret("refresh-2"), START)
    vault.keep_refresh_token(MAILBOX, Secret("refresh-3"), START)


class MemoryKeyring:
    """A keyring that keeps, refuses or forgets, as told."""

    def __init__(self, *, refuses: bool = False, forgets: bool = False) -> None:
        self.kept: dict[str, Secret] = {}
        self.refuses = refuses
        self._forgets = forgets

    def read(self, entry: str) -> Secret | None:
        return self.kept.get(entry)

    def write(self, entry: str, key: Secret) -> None:
        self._require_willing()
        if not self._forgets:
            self.kept[entry] = key

    def remove(self, entry: str) -> None:
        self._require_willing()
        self.kept.pop(entry, None)

    def _require_willing(self) -> None:
        if self.refuses:
            raise VaultFailed("the operating system's keyring refused")


def sqlite_vault(
    root: Path,
    *,
    given: Secret | None = VAULT_KEY,
    keyring: Keyring | None = None,
    at: Clock | None = None,
    busy_timeout: float = 10.0,
) -> SqliteVault:
    """Return the vault below a directory; the same directory gives the same vault."""
    keys = key_keeper(root, given, keyring)
    return SqliteVault(root / "data" / "vault.db", keys, at or clock(), busy_timeout=busy_timeout)


def sqlite_upkeep(
    root: Path,
    *,
    given: Secret | None = VAULT_KEY,
    keyring: Keyring | None = None,
    at: Clock | None = None,
) -> SqliteUpkeep:
    """Return the upkeep of the vault that `sqlite_vault` gives."""
    keys = key_keeper(root, given, keyring)
    return SqliteUpkeep(root / "data" / "vault.db", keys, at or clock())


def key_keeper(root: Path, given: Secret | None, keyring: Keyring | None) -> KeyKeeper:
    return KeyKeeper(given, root / "config" / "vault.key", lambda: keyring)
