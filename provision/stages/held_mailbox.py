"""A mailbox that is signed in here, served from the vault: no manifest, no tenant."""

from collections.abc import Callable
from dataclasses import dataclass
from shlex import quote

from provision.clock import Clock
from provision.cloud import Cloud
from provision.errors import SignInRequired, UsageError
from provision.oauth.scopes import Purpose
from provision.secret import Secret
from provision.stages.token_purpose import Wanted, wanted_for
from provision.vault.port import SignedInMailbox, Vault


@dataclass(frozen=True, slots=True)
class Held:
    """One signed-in mailbox; `refresh` is called only when the cache has nothing."""

    signed_in: SignedInMailbox
    cloud: Cloud
    clock: Clock
    vault: Vault
    refresh: Callable[[Wanted], Secret]

    def access_token(self, purpose: Purpose) -> Secret:
        """Return an access token with at least ten minutes left.

        Raises:
            UsageError: The mailbox cannot have a token for that purpose.
            SignInRequired, ClientRefused, ConsentMissing, TemporaryError: From the refresh.
        """
        wanted = wanted_for(self.signed_in, purpose, self.cloud)
        cached = self.vault.access_token(
            self.signed_in.key, wanted.resource, wanted.scopes, self.clock.now()
        )
        return self.refresh(wanted) if cached is None else cached.token


def find_one(
    vault: Vault,
    address: str,
    *,
    client_id: str | None,
    tenant_id: str | None,
    cloud: str | None,
) -> SignedInMailbox:
    """Return the one signed-in mailbox that fits.

    Raises:
        SignInRequired: Nobody signed in for that address.
        UsageError: Several fit, or none that was signed in; they are listed.
    """
    found = vault.find_sign_ins(
        address=address, client_id=client_id, tenant_id=tenant_id, cloud=cloud
    )
    match found:
        case (only,):
            return only
        case ():
            held = vault.find_sign_ins(address=address)
            if held:
                raise UsageError(
                    f"mailbox {address}: nobody has signed in with that application, tenant and "
                    "cloud",
                    hint=f"it is held here with:\n{_listed(held)}",
                )
            raise SignInRequired(
                f"mailbox {address}: nobody has signed in for it here",
                hint=f"provision authorize --mailbox {quote(address)}"
                if vault.holds_secrets
                else "PROVISION_VAULT is 'none', which remembers nobody: unset it, and run this "
                "where authorize ran",
            )
        case several:
            raise UsageError(
                f"mailbox {address}: {len(several)} applications hold it, and nothing says which",
                hint=f"add one of these:\n{_listed(several)}",
            )


def require_memory(vault: Vault) -> None:
    """Refuse a vault that has forgotten everything by the time that somebody asks.

    Raises:
        UsageError: The vault is switched off.
    """
    if not vault.holds_secrets:
        raise UsageError(
            "PROVISION_VAULT is 'none': nobody remembers who signed in, or what was handed to whom",
            hint="unset PROVISION_VAULT, and run this where apply, authorize and handoff ran",
        )


def _listed(mailboxes: tuple[SignedInMailbox, ...]) -> str:
    return "\n".join(
        f"--client-id {m.key.client_id} --tenant {m.key.tenant_id}  ({m.unique_name}, "
        f"{m.key.cloud})"
        for m in mailboxes
    )
