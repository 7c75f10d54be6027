"""Mailboxes that an AEM e-mail endpoint empties: what is sent there starts a process."""

import re
from shlex import quote
from typing import Final

from provision.errors import RefusedError
from provision.stages.services import Services
from provision.stages.vault_keys import mailbox_key
from provision.tenant.mailbox import Mailbox
from provision.tenant.registration import Registration
from provision.vault.port import Holder

_ENDPOINT: Final = re.compile(r"AEM\b[^,]*\be-?mail endpoint\b", re.IGNORECASE)


def is_endpoint(holder: Holder) -> bool:
    """Tell whether a holder processes and deletes what arrives in its mailbox."""
    return _ENDPOINT.match(holder.key.name) is not None


def require_no_endpoint(mailbox: Mailbox, registration: Registration, services: Services) -> None:
    """Let no message be sent to a mailbox that an endpoint watches.

    Raises:
        RefusedError: The ledger has such a holder.
    """
    key = mailbox_key(registration, mailbox.address)
    for holder in services.vault.holders(key.client):
        if holder.key.address == key.address and is_endpoint(holder):
            raise RefusedError(
                f"mailbox {mailbox.address}: {holder.key.name} has its token, and an endpoint "
                "processes and deletes what arrives: nothing was sent",
                hint=f"provision verify --mailbox {quote(mailbox.address)} --send --force, if the "
                "process may run",
            )
