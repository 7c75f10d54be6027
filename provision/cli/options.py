"""Options that several commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Output(StrEnum):
    """How a result is printed."""

    TEXT = "text"
    JSON = "json"


class Through(StrEnum):
    """How far `apply` carries on."""

    REGISTRATION = "registration"
    AUTHORIZE = "authorize"
    VERIFY = "verify"
    HANDOFF = "handoff"


File = Annotated[
    Path, typer.Option("--file", "-f", help="The manifest.", show_default="provision.yaml")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Answer every question with yes.")]
OutputOption = Annotated[Output, typer.Option("--output", "-o", help="How to print the result.")]
CloudOption = Annotated[
    str | None,
    typer.Option("--cloud", help="global, usgov, usgov-dod, china, or a cloud file.", metavar="C"),
]
TrustCloud = Annotated[
    list[str] | None,
    typer.Option("--trust-cloud", help="A host of the cloud file that may get credentials."),
]
NoProgress = Annotated[bool, typer.Option("--no-progress", help="Print no progress lines.")]
MailboxOption = Annotated[
    list[str] | None,
    typer.Option("--mailbox", "-m", help="Only this mailbox; may be repeated."),
]
WithSecrets = Annotated[
    bool, typer.Option("--with-secrets", help="Write secrets into the AEM worksheet.")
]

ExchangeConsent = Annotated[
    bool,
    typer.Option(
        "--exchange-consent",
        help="Consent on Exchange Online, too: where Entra still wants consent for a mail scope.",
    ),
]

MANIFEST = Path("provision.yaml")
