"""One mailbox as mail programs are set up for it: servers, users, the token command."""

import re
from dataclasses import dataclass
from typing import Final, Self

from provision.cloud import Cloud, MailHost
from provision.errors import SinkFailed
from provision.handoff.port import Handover
from provision.tenant.mailbox import Mailbox, Protocol

_UNPLAIN: Final = re.compile(r"^-|[^A-Za-z0-9@._+-]")


@dataclass(frozen=True, slots=True)
class MailAccount:
    """What a mail program has to know, no secret among it."""

    program: str
    """The format, for messages."""
    mailbox: Mailbox
    cloud: Cloud
    client_id: str
    tenant_id: str
    provision: tuple[str, ...]
    """How provision is run: a program and its arguments."""

    @classmethod
    def of(cls, program: str, handover: Handover, provision: tuple[str, ...]) -> Self:
        """Return the account that a hand-off describes.

        Raises:
            SinkFailed: The hand-off is nobody's, or what is to be written does not fit on lines.
        """
        mailbox, registration = handover.mailbox, handover.registration
        if mailbox is None:
            raise SinkFailed(
                f"{program}: is set up for a mailbox, and the manifest names none",
                hint="add it to the manifest's `mailboxes`",
            )
        account = cls(
            program,
            mailbox,
            handover.cloud,
            registration.client_id,
            registration.tenant_id,
            provision,
        )
        for value in (*provision, account.ca_file or "", handover.cloud.name):
            if not value.isprintable():
                raise SinkFailed(f"{program}: the path {value!r} does not fit on one line")
        return account

    @property
    def name(self) -> str:
        """Return the address without what a path, a section or an argument takes for more."""
        return _UNPLAIN.sub("_", self.mailbox.address)

    @property
    def ca_file(self) -> str | None:
        """Return the file of the only authorities to trust; None for those of the system."""
        bundle = self.cloud.ca_bundle
        return None if bundle is None else str(bundle.absolute())

    def user(self, protocol: Protocol) -> str:
        """Return who logs in: to read, the mailbox; to send, the account that signed in."""
        return self.mailbox.sign_in_as if protocol == "smtp" else self.mailbox.address

    def uses(self, protocol: Protocol) -> bool:
        """Tell whether the mailbox uses a protocol, and its cloud serves it."""
        return protocol in self.mailbox.protocols and self._served(protocol) is not None

    def host(self, protocol: Protocol) -> MailHost:
        """Return where a protocol is served.

        Raises:
            SinkFailed: The mailbox does not use it, or the cloud has no such server.
        """
        found = self._served(protocol)
        if protocol not in self.mailbox.protocols:
            raise SinkFailed(
                f"{self.program}: mailbox {self.mailbox.address} does not use {protocol}",
                hint=f"add {protocol} to its `protocols`, then apply and authorize again",
            )
        if found is None:
            raise SinkFailed(f"{self.program}: cloud {self.cloud.name} has no {protocol} server")
        return found

    def token_command(self, protocol: Protocol) -> tuple[str, ...]:
        """Return the command that prints an access token, wherever and by whomever it is run."""
        elsewhere = () if self.cloud.name == "global" else ("--cloud", self.cloud.name)
        return (
            *self.provision,
            "token",
            # In one piece: an address may begin with a hyphen.
            f"--mailbox={self.mailbox.address}",
            "--for",
            protocol,
            "--client-id",
            self.client_id,
            "--tenant",
            self.tenant_id,
            *elsewhere,
        )

    def _served(self, protocol: Protocol) -> MailHost | None:
        return {"imap": self.cloud.imap, "pop": self.cloud.pop, "smtp": self.cloud.smtp}[protocol]
