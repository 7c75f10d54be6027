"""A mailbox to sign in: who it is, who signs in for it, and over which protocols."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Protocol = Literal["imap", "pop", "smtp"]
PROTOCOLS: tuple[Protocol, ...] = ("imap", "pop", "smtp")
AuthorityKind = Literal["tenant", "common", "consumers"]

PERMISSIONS: Final[Mapping[Protocol, str]] = {
    "imap": "IMAP.AccessAsUser.All",
    "pop": "POP.AccessAsUser.All",
    "smtp": "SMTP.Send",
}
"""The delegated permission that a token needs for each protocol.

https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
"""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One mailbox that the manifest names."""

    address: str
    sign_in_as: str
    """The account that signs in: the mailbox itself, or the delegate of a shared mailbox."""
    authority: AuthorityKind
    """The tenant segment of every login URL, for the life of a token."""
    protocols: tuple[Protocol, ...]
    """In the order of `PROTOCOLS`."""
