"""The ledger for programs: `docs/reference/status.md` says what each field means; no secrets."""

from datetime import datetime
from typing import TYPE_CHECKING

from provision.vault.expiry import used_at

if TYPE_CHECKING:
    from provision.stages.standing import (
        ApplicationStanding,
        HolderStanding,
        MailboxStanding,
        SecretStanding,
        Status,
    )
    from provision.vault.expiry import Due
    from provision.vault.ledger import Holder

FORMAT_VERSION = 1


def as_json(status: "Status") -> dict[str, object]:
    """Return the status as one document."""
    to_do = [{"kind": due.kind, "what": due.what, **_due(due)} for due in status.to_do]
    alarms = [due.alarm for due in status.dues if due.alarm is not None]
    return {
        "formatVersion": FORMAT_VERSION,
        "at": status.at.isoformat(),
        "alarm": min(alarms, default=None),
        "toDo": to_do,
        "applications": [_application(application) for application in status.applications],
    }


def _application(application: "ApplicationStanding") -> dict[str, object]:
    return {
        "uniqueName": application.unique_name or None,
        "clientId": application.client_id,
        "tenant": application.tenant,
        "cloud": application.cloud,
        "isKnown": application.missing is None,
        "clientSecrets": [_secret(secret) for secret in application.secrets],
        "certificates": [
            {"thumbprint": one.certificate.thumbprint, **_due(one.due)}
            for one in application.certificates
        ],
        "mailboxes": [_mailbox(mailbox) for mailbox in application.mailboxes],
        "holders": [_holder(holder) for holder in application.holders],
    }


def _secret(secret: "SecretStanding") -> dict[str, object]:
    entry = secret.secret
    return {
        "keyId": entry.key_id,
        "displayName": entry.display_name,
        "issuedAt": _instant(entry.start_at),
        "isServing": secret.is_serving,
        "holders": list(secret.holders),
        **_due(secret.due),
    }


def _mailbox(mailbox: "MailboxStanding") -> dict[str, object]:
    entry = mailbox.entry
    token = entry and entry.token
    return {
        "address": mailbox.address,
        "signInAs": mailbox.sign_in_as,
        "authority": mailbox.authority,
        "isDeclared": mailbox.is_declared,
        "signedInAt": _instant(entry.signed_in.signed_in_at) if entry else None,
        "generation": token.generation if token else None,
        "issuedAt": _instant(token.issued_at) if token else None,
        "lastUsedAt": _instant(used_at(entry)) if entry else None,
        "refusedBecause": token.suspect_reason if token else None,
        **_due(mailbox.token),
        "holders": [_holder(holder) for holder in mailbox.holders],
    }


def _holder(standing: "HolderStanding") -> dict[str, object]:
    holder = standing.holder
    return {
        "name": holder.key.name,
        "mailbox": holder.key.address or None,
        "isDeclared": standing.is_declared,
        "keepsSuccessors": holder.keeps_successors,
        "refreshToken": _copy(holder, standing.token),
        "clientSecret": _secret_copy(holder, standing.secret),
    }


def _copy(holder: "Holder", due: "Due | None") -> dict[str, object] | None:
    if due is None:
        return None
    token = holder.token
    return {
        "generation": token.generation if token else None,
        "issuedAt": _instant(token.issued_at) if token else None,
        "handedAt": _instant(token.handed_at) if token else None,
        **_due(due),
    }


def _secret_copy(holder: "Holder", due: "Due | None") -> dict[str, object] | None:
    secret = holder.secret
    if secret is None:
        return None if due is None else {"keyId": None, "handedAt": None, **_due(due)}
    stands = _due(due) if due else {**_GOOD, "diesAt": _instant(secret.end_at)}
    return {"keyId": secret.key_id or None, "handedAt": _instant(secret.handed_at), **stands}


_GOOD: dict[str, object] = {
    "state": "good", "diesAt": None, "daysLeft": None, "alarm": None, "next": None,
}  # fmt: skip


def _due(due: "Due") -> dict[str, object]:
    return {
        "state": due.state,
        "diesAt": _instant(due.dies_at),
        "daysLeft": due.days_left,
        "alarm": due.alarm,
        "next": due.then or None,
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
