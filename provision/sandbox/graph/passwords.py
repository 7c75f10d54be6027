"""Client secrets: minted once, shown once, refused by policy and audience."""

import secrets
from datetime import datetime
from typing import Final
from uuid import uuid4

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject, StoredSecret
from provision.sandbox.graph.application_limits import PERSONAL_AUDIENCES
from provision.sandbox.graph.call import METADATA, NO_CONTENT, Answer, Call, object_body
from provision.sandbox.graph.credential_restrictions import (
    check_password_lifetime,
    check_passwords,
)
from provision.sandbox.graph.credential_shape import parse_instant, password_credential
from provision.sandbox.graph.refusals import GraphRefusal, bad_request, invalid_value
from provision.sandbox.graph.stored_objects import is_application, writable

_MOST_PERSONAL: Final = 2
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.~_-"
_HINT_LENGTH: Final = 3
_DEFAULT_YEARS: Final = 2


def check_policy(context: Context, owner: JsonObject, requested: list[JsonObject]) -> None:
    """Return when these secrets may be added to an application or service principal.

    Args:
        context: Holds the tenant's policy.
        owner: As stored, with the secrets it has.
        requested: `passwordCredential` members as they were sent.

    Raises:
        GraphRefusal: The audience or the policy forbids it.
    """
    if not requested:
        return
    check_count(owner, len(owner["passwordCredentials"]) + len(requested))
    check_passwords(context, owner, requested)
    for body in requested:
        check_password_lifetime(context, owner, *_lifetime(context, body))


def check_count(owner: JsonObject, total: int) -> None:
    """Return when an application of its audience may have so many secrets.

    Raises:
        GraphRefusal: Personal accounts may use it, and there are more than two.
    """
    if owner["signInAudience"] not in PERSONAL_AUDIENCES or total <= _MOST_PERSONAL:
        return
    code = "TooManyAppPasswords"
    raise GraphRefusal(
        400,
        code,
        f"Not allowed to add {total} passwords. You can only add a maximum of "
        f"{_MOST_PERSONAL} passwords.",
        ({"target": "passwordCredentials", "code": code},),
    )


def mint(context: Context, owner: JsonObject, body: JsonObject, *, has_hint: bool) -> JsonObject:
    """Add a secret to an application or service principal; return it with its text.

    Args:
        context: Receives the secret for the token endpoint.
        owner: Stored object whose `passwordCredentials` grow.
        body: `passwordCredential` as it was sent; `check_policy` accepted it.
        has_hint: Whether the first letters are shown: for applications they are.
    """
    start_at, end_at = _lifetime(context, body)
    hint = "".join(secrets.choice(_LETTERS[:62]) for _ in range(_HINT_LENGTH))
    text = f"{hint}8Q~" + "".join(secrets.choice(_LETTERS) for _ in range(34))
    key_id = str(body.get("keyId") or uuid4())
    credential = password_credential(
        key_id, body.get("displayName"), start_at, end_at, hint if has_hint else None
    )
    owner["passwordCredentials"].insert(0, credential)
    context.directory.secrets[key_id] = StoredSecret(
        key_id, owner["appId"], text, end_at.timestamp(), context.clock.timestamp()
    )
    return credential | {"secretText": text}


def add_password(context: Context, call: Call) -> Answer:
    """Answer `POST …/{id}/addPassword`."""
    owner = writable(context, call)
    body = object_body(call) if call.content else {}
    requested = body.get("passwordCredential") or {}
    if not isinstance(requested, dict):
        raise invalid_value("passwordCredential", "PasswordCredential")
    check_policy(context, owner, [requested])
    minted = mint(context, owner, requested, has_hint=is_application(call))
    context.directory.save()
    envelope = {"@odata.context": f"{METADATA}microsoft.graph.passwordCredential"}
    return Answer(200, envelope | minted, location="https://graph.microsoft.com")


def remove_password(context: Context, call: Call) -> Answer:
    """Answer `POST …/{id}/removePassword`."""
    owner, key_id = writable(context, call), object_body(call).get("keyId")
    held = owner["passwordCredentials"]
    kept = [credential for credential in held if credential["keyId"] != key_id]
    if len(kept) == len(held):
        raise bad_request(f"No password credential found with keyId '{key_id}'.")
    owner["passwordCredentials"] = kept
    context.directory.secrets.pop(str(key_id), None)
    context.directory.save()
    return NO_CONTENT


def forget(context: Context, owner: JsonObject) -> None:
    """Let the token endpoint forget every secret of an object that is gone for good."""
    for credential in owner.get("passwordCredentials", ()):
        context.directory.secrets.pop(credential["keyId"], None)


def _lifetime(context: Context, body: JsonObject) -> tuple[datetime, datetime]:
    try:
        start = body.get("startDateTime")
        start_at = parse_instant(start) if start else context.clock.now()
        end = body.get("endDateTime")
        end_at = parse_instant(end) if end else _later(start_at, _DEFAULT_YEARS)
    except (TypeError, ValueError):
        raise invalid_value("endDateTime", "PasswordCredential") from None
    if end_at <= start_at:
        raise bad_request("The credential's end date must be later than its start date.")
    return start_at, end_at


def _later(instant: datetime, years: int) -> datetime:
    try:
        return instant.replace(year=instant.year + years)
    except ValueError:  # 29 February
        return instant.replace(year=instant.year + years, day=28)
