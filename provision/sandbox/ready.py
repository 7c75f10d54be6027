"""The ready file: how a running sandbox says where it is, which is also a cloud file."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provision.secret import Secret


@dataclass(frozen=True, slots=True)
class ReadyMail:
    """Where one mail protocol is served."""

    host: str
    port: int
    tls: str
    """`implicit` or `starttls`."""


@dataclass(frozen=True, slots=True)
class ReadyUser:
    """Somebody who can sign in."""

    user_principal_name: str
    password: Secret


@dataclass(frozen=True, slots=True)
class Ready:
    """Everything a client of the sandbox needs to know."""

    authority: str
    graph: str
    tenant_id: str
    ca_bundle: Path
    imap: ReadyMail
    pop: ReadyMail
    smtp: ReadyMail
    admin_client_id: str
    admin_client_secret: Secret
    users: tuple[ReadyUser, ...]
    control: str
    """Capability URL without a trailing slash: whoever knows it may change the sandbox."""
    graph_resource: str = "https://graph.microsoft.com"
    outlook_resource: str = "https://outlook.office.com"

    def password_of(self, user_principal_name: str) -> Secret:
        """Return the password of that user; KeyError when there is no such user."""
        passwords = {user.user_principal_name: user.password for user in self.users}
        return passwords[user_principal_name]


def write_ready(path: Path, ready: Ready) -> None:
    """Write the file for the owner alone, all at once."""
    document = {
        "version": 1,
        "authority": ready.authority,
        "graph": ready.graph,
        "graphResource": ready.graph_resource,
        "outlookResource": ready.outlook_resource,
        "tenantId": ready.tenant_id,
        "caBundle": str(ready.ca_bundle),
        "imap": _mail_json(ready.imap),
        "pop": _mail_json(ready.pop),
        "smtp": _mail_json(ready.smtp),
        "admin": {
            "clientId": ready.admin_client_id,
            "clientSecret": ready.admin_client_secret.reveal(),
        },
        "users": [
            {"userPrincipalName": u.user_principal_name, "password": u.password.reveal()}
            for u in ready.users
        ],
        "control": ready.control,
    }
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=2)
        file.write("\n")
    temporary.replace(path)


def read_ready(path: Path) -> Ready:
    """Return what `write_ready` wrote."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    return Ready(
        authority=raw["authority"],
        graph=raw["graph"],
        graph_resource=raw["graphResource"],
        outlook_resource=raw["outlookResource"],
        tenant_id=raw["tenantId"],
        ca_bundle=Path(raw["caBundle"]),
        imap=ReadyMail(**raw["imap"]),
        pop=ReadyMail(**raw["pop"]),
        smtp=ReadyMail(**raw["smtp"]),
        admin_client_id=raw["admin"]["clientId"],
        admin_client_secret=Secret(raw["admin"]["clientSecret"]),
        users=tuple(ReadyUser(u["userPrincipalName"], Secret(u["password"])) for u in raw["users"]),
        control=raw["control"],
    )


def _mail_json(mail: ReadyMail) -> dict[str, Any]:
    return {"host": mail.host, "port": mail.port, "tls": mail.tls}
