"""`provision authorize --link`: a link for a mailbox owner who is elsewhere."""

from collections.abc import Sequence
from shlex import quote
from typing import TYPE_CHECKING

from provision.cli import console, exits
from provision.cli.options import Output
from provision.errors import RefusedError

if TYPE_CHECKING:
    from provision.stages.sent_link import SentLink
    from provision.stages.session import Session
    from provision.stages.sign_in_way import SignInWay


def print_links(
    session: "Session", addresses: Sequence[str], way: "SignInWay", output: Output
) -> int:
    """Print one link a mailbox, and what its owner has to send back."""
    made: list[SentLink] = []
    codes = [exits.DONE]
    for mailbox in session.mailboxes(addresses):
        try:
            made.append(session.link(mailbox, way))
        except RefusedError as error:
            console.failure(error)
            codes.append(exits.code_for(error))
    if output is Output.JSON:
        console.out_json({"links": [_as_json(link) for link in made]})
    else:
        for link in made:
            _print(link)
    return exits.worst(codes)


def _print(link: "SentLink") -> None:
    console.err(
        f"Send this link to the owner of {link.mailbox.address}. They sign in as "
        f"{link.mailbox.sign_in_as}; then the browser ends on a page that may not load, and they "
        f"send back its whole address. It is good once, until {link.expires_at:%H:%M} UTC:"
    )
    console.out(f"{link.mailbox.address}: {link.url}")
    console.err(f"  → {_next(link)}", "warn")


def _as_json(link: "SentLink") -> dict[str, object]:
    return {
        "mailbox": link.mailbox.address,
        "signInAs": link.mailbox.sign_in_as,
        "link": link.url,
        "expiresAt": f"{link.expires_at:%Y-%m-%dT%H:%M:%SZ}",
        "next": _next(link),
    }


def _next(link: "SentLink") -> str:
    return f"provision authorize --paste --mailbox {quote(link.mailbox.address)}"
