"""Many mailboxes in a workplace's vault: each a line of refresh tokens of its own."""

from dataclasses import replace

from provision.clock import SystemClock
from provision.stages import vault_of_environment
from provision.vault.port import MailboxKey, RefreshToken, SignedInMailbox, Vault
from tests.e2e.workplace import OWNER, Workplace


def vault_of(work: Workplace) -> Vault:
    """Open the vault of a workplace, as another process would."""
    return vault_of_environment.open_vault_of(work.environment, SystemClock())


def newest(vault: Vault, key: MailboxKey) -> RefreshToken:
    """Return the newest refresh token of a mailbox."""
    token = vault.refresh_token(key)
    assert token is not None
    return token


def multiplied(work: Workplace, size: int) -> tuple[Vault, list[SignedInMailbox]]:
    """Let the one mailbox that signed in stand for many, each with a refresh token that works.

    Entra binds a refresh token to its user and client, not to the address under which we keep it.
    """
    vault = vault_of(work)
    (first,) = vault.find_sign_ins(address=OWNER)
    token = newest(vault, first.key).token
    boxes = [
        replace(first, key=replace(first.key, address=f"forms{number:04}@contoso.com"))
        for number in range(size)
    ]
    for box in boxes:
        vault.keep_sign_in(box, token)
    return vault, boxes
