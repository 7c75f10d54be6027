"""The shape of a hand-off to a mail program."""

from typing import Final, Literal

from pydantic.dataclasses import dataclass

from provision.manifest.fields import Address, FilePath
from provision.manifest.sections import SECTION

MAIL_PROGRAMS: Final = (
    "mutt",
    "msmtp",
    "isync",
    "getmail",
    "mutt-oauth2",
    "email-oauth2-proxy",
    "sasl-xoauth2",
)


@dataclass(frozen=True, slots=True, config=SECTION)
class MailProgramTarget:
    """Settings of a mail program."""

    to: Literal[
        "mutt",
        "msmtp",
        "isync",
        "getmail",
        "mutt-oauth2",
        "email-oauth2-proxy",
        "sasl-xoauth2",
    ]
    """The program."""
    path: FilePath
    """The file to write, relative to the manifest; `-` is standard output."""
    mailbox: Address | None = None
    """Which mailbox the program opens. Needed when there are several."""
