"""What `provision authorize` can be told, and which of it makes sense together."""

import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from provision.cli.options import Output
from provision.errors import UsageError
from provision.secret import Secret


class ResponseMode(StrEnum):
    """How the browser brings the answer to the listener."""

    FORM_POST = "form_post"
    QUERY = "query"


class Prompt(StrEnum):
    """What the sign-in page asks although it may know the answer."""

    SELECT_ACCOUNT = "select_account"
    LOGIN = "login"
    CONSENT = "consent"
    NONE = "none"


RegistrationOption = Annotated[
    Path | None,
    typer.Option("--registration", help="A registration made elsewhere.", metavar="FILE"),
]
Paste = Annotated[bool, typer.Option("--paste", help="Paste the answer instead of listening.")]
Device = Annotated[
    bool,
    typer.Option(
        "--device",
        help="Show a code to type in a browser on any other machine, instead of listening.",
    ),
]
Link = Annotated[
    bool,
    typer.Option(
        "--link",
        help="Print a link to send to the mailbox owner, and end; --paste takes their answer.",
    ),
]
Mode = Annotated[
    ResponseMode, typer.Option("--response-mode", help="query where a browser blocks the form.")
]
PromptOption = Annotated[
    Prompt | None,
    typer.Option(
        "--prompt",
        help="What Microsoft's page asks in any case: which account, the password, consent, or "
        "nothing at all.",
        show_default="select_account",
    ),
]
DomainHint = Annotated[
    str | None,
    typer.Option(
        "--domain-hint", help="Go straight to the sign-in page of this domain.", metavar="DOMAIN"
    ),
]
Browser = Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser.")]
Timeout = Annotated[
    float | None,
    typer.Option(
        "--timeout",
        help="Seconds to wait for the sign-in.",
        show_default="300, or a device code's life",
    ),
]
SecretStdin = Annotated[
    bool, typer.Option("--secret-stdin", help="Read the client secret from standard input.")
]
ShowScopes = Annotated[
    bool,
    typer.Option(
        "--show-scopes",
        help="Only show, offline, the exact scopes that each stage asks for.",
    ),
]
Admin = Annotated[
    str | None,
    typer.Option(
        "--admin",
        help="Sign nobody in: let this customer's whole tenant consent, by its administrator's "
        "link.",
        metavar="TENANT",
    ),
]
Direct = Annotated[
    bool, typer.Option("--direct", help="With --admin: grant it by Graph; asks first.")
]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the command line asked for."""

    mailboxes: tuple[str, ...]
    registration: Path | None
    paste: bool
    device: bool
    link: bool
    response_mode: ResponseMode
    prompt: Prompt | None
    domain_hint: str | None
    browser: bool
    timeout: float | None
    secret_stdin: bool
    show_scopes: bool
    admin: str | None
    direct: bool
    yes: bool
    output: Output

    @property
    def opens_browser(self) -> bool:
        """Whether a sign-in link is opened on this machine."""
        return self.browser and not self.paste


_WAYS = ("--paste", "--device", "--link")
"""In place of the listener; one of them at most."""
_PAGE = ("--prompt", "--domain-hint")
"""What decides how the owner's sign-in page behaves."""
_LONGEST = 86_400.0
"""Seconds that a sign-in may be waited for: a day."""
_APART: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("--paste", ("--secret-stdin",), "both want standard input"),
    (
        "--show-scopes",
        (*_WAYS, "--secret-stdin", "--admin"),
        "the one shows what would be asked for, the other asks",
    ),
    ("--link", ("--secret-stdin",), "the secret is needed by --paste, when the answer is there"),
    ("--admin", ("--device", "--link"), "the one signs nobody in, the other a mailbox owner"),
    ("--admin", _PAGE, "the one signs nobody in, the other is about a mailbox owner's sign-in"),
    ("--device", _PAGE, "a sign-in by device code begins on a page that takes no wishes"),
)
"""An option, what must not be given with it, and why."""


def require_sense(chosen: Chosen) -> None:
    """Refuse options that contradict each other, and a time that nobody can wait.

    Raises:
        UsageError: Two of them do, or it is none.
    """
    if chosen.timeout is not None and not 0 < chosen.timeout <= _LONGEST:
        raise UsageError(
            f"--timeout {chosen.timeout:g}: nobody can wait for so long",
            hint=f"give seconds, {_LONGEST:.0f} at most: --timeout 600",
        )
    given = {
        "--paste": chosen.paste,
        "--device": chosen.device,
        "--link": chosen.link,
        "--prompt": chosen.prompt is not None,
        "--domain-hint": chosen.domain_hint is not None,
        "--secret-stdin": chosen.secret_stdin,
        "--show-scopes": chosen.show_scopes,
        "--admin": chosen.admin is not None,
        "--direct": chosen.direct,
    }
    if given["--direct"] and not given["--admin"]:
        raise UsageError(
            "--direct says how a customer's tenant consents, and no tenant is named",
            hint="provision authorize --admin TENANT --direct",
        )
    ways = [way for way in _WAYS if given[way]]
    if len(ways) > 1:
        raise UsageError(f"{' and '.join(ways)}: one way to sign in at a time")
    for first, others, why in _APART:
        for other in others:
            if given[first] and given[other]:
                raise UsageError(f"{first} and {other}: {why}")


def read_secret() -> Secret:
    """Return the client secret that standard input brings.

    Raises:
        UsageError: It brings none.
    """
    secret = Secret(sys.stdin.readline().strip())
    if not secret:
        raise UsageError(
            "--secret-stdin: standard input holds no client secret",
            hint="pipe it in: provision authorize --secret-stdin < FILE",
        )
    return secret
