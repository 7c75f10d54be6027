"""Settings of mail programs that the tests vary, and what reads them back."""

from dataclasses import replace
from pathlib import Path

from provision.cloud import BUILT_IN, Cloud, MailHost
from provision.handoff.mail_programs import PASSWORD_COMMANDS
from provision.tenant.mailbox import Mailbox, Protocol
from tests.unit.handoff.values import MemoryPlace, make_handover

PROVISION = ("/opt/provision/bin/provision",)
PROTOCOLS: tuple[Protocol, ...] = ("imap", "pop", "smtp")
OWN = Mailbox("forms@contoso.com", "forms@contoso.com", "common", PROTOCOLS)
SHARED = replace(OWN, sign_in_as="clerk@contoso.com")
NASTY_PATHS = [
    "/srv/with space/provision",
    "/srv/it's/provision",
    '/srv/say "hi"/provision',
    "/srv/$HOME/`id`/$(id)/provision",
    "/srv/back\\slash\\/provision",
    "/srv/100%/%U%H/#5;a/provision",
    "/srv/grün/provision",
]
NASTY_ADDRESSES = [
    "o'hara@contoso.com",
    "`id`@contoso.com",
    "$HOME@contoso.com",
    "100%@contoso.com",
    "%2e%41@contoso.com",
    "a/../b@contoso.com",
    "#x{y}|z~!@contoso.com",
    "+box@contoso.com",
    "-box@contoso.com",
    "=box&a?b^c*d@contoso.com",
]


def private_cloud(ca: str = "/srv/sandbox/ca.pem") -> Cloud:
    """Return a cloud of one's own, whose servers want TLS the other way round."""
    return replace(
        BUILT_IN["global"],
        name="/srv/sandbox/ready.json",
        ca_bundle=Path(ca),
        imap=MailHost("localhost", 1143, "starttls"),
        smtp=MailHost("localhost", 1465, "implicit"),
    )


def settings(
    program: str,
    *,
    mailbox: Mailbox | None = OWN,
    cloud: Cloud = BUILT_IN["global"],
    provision: tuple[str, ...] = PROVISION,
) -> str:
    """Return what a program is given, without the comments above it."""
    place = MemoryPlace()
    sink = PASSWORD_COMMANDS[program](place, provision)
    sink.keep(make_handover(mailbox=mailbox, cloud=cloud))
    lines = (place.text or "").splitlines()
    return "\n".join(line for line in lines if line and not line.startswith("#")) + "\n"


def named(address: str) -> Mailbox:
    """Return a mailbox of that address that signs in for itself."""
    return replace(OWN, address=address, sign_in_as=address)
