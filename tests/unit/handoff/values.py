"""Hand-overs that the tests vary."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from provision.cloud import BUILT_IN, Cloud
from provision.handoff.port import Handover
from provision.secret import Secret
from provision.tenant.mailbox import Mailbox
from provision.tenant.registration import ClientSecret, Registration

ISSUED_AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
AUTHORITY = "https://login.microsoftonline.com/common"
MAILBOX = Mailbox("forms@contoso.com", "clerk@contoso.com", "common", ("imap", "smtp"))


def make_registration(
    client_id: str = "c-1", tenant_id: str = "t-1", audience: str = "AzureADMultipleOrgs"
) -> Registration:
    return Registration(
        cloud="global",
        tenant_id=tenant_id,
        client_id=client_id,
        unique_name="aem-forms-mail",
        redirect_uris=("http://localhost",),
        scopes=("IMAP.AccessAsUser.All", "SMTP.Send"),
        sign_in_audience=audience,
        secret_key_id="key-1",
    )


def make_handover(  # noqa: PLR0913  (one argument for each thing a test varies)
    *,
    registration: Registration | None = None,
    secret: str | None = "s3~cr.et_",
    key_id: str = "key-1",
    end_at: datetime | None = None,
    mailbox: Mailbox | None = MAILBOX,
    authority: str = AUTHORITY,
    token: str | None = "1.AXrefresh",
    cloud: Cloud = BUILT_IN["global"],
) -> Handover:
    return Handover(
        cloud=cloud,
        registration=registration or make_registration(),
        client_secret=None if secret is None else ClientSecret(key_id, Secret(secret), end_at),
        mailbox=mailbox,
        authority=authority,
        refresh_token=None if token is None else Secret(token),
        refresh_token_issued_at=None if token is None else ISSUED_AT,
        generation=None if token is None else 3,
    )


@dataclass
class MemoryPlace:
    """A place that keeps its text in memory."""

    text: str | None = None
    is_kept: bool = True
    label: str = "memory"
    on_write: Callable[[str], object] = field(default=lambda _: None)

    def prepare(self) -> None:
        return None

    def read(self) -> str | None:
        return self.text

    def write(self, text: str) -> None:
        self.on_write(text)
        self.text = text

    def remove(self) -> None:
        self.text = None


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777
