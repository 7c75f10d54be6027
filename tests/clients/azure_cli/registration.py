"""What Azure CLI is asked to register, and what it made of it."""

from dataclasses import dataclass
from typing import Any

VERSION = "2.91.0"
GRAPH = "00000003-0000-0000-c000-000000000000"
IMAP = "652390e4-393a-48de-9484-05f9b1212954"
SMTP = "258f6531-6087-4cc4-bb90-092c5fb3ed3f"
USER_READ = "e1fe6dd8-ba31-4d61-89e7-88639da4683d"
NATIVE = "https://login.microsoftonline.com/common/oauth2/nativeclient"


@dataclass(frozen=True, slots=True)
class Registration:
    """What `az` made."""

    client_id: str
    object_id: str
    principal_id: str
    secret: str
    grant: dict[str, Any]
