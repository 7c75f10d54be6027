"""Client secrets: minted once, shown once, refused by policy and audience."""

import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject, StoredSecret
from provision.sandbox.graph.application_rules import PERSONAL_AUDIENCES, policy_id
from provision.sandbox.graph.call import METADATA, NO_CONTENT, Answer, Call, object_body
from provision.sandbox.graph.credential_shape import parse_instant, password_credential
from provision.sandbox.graph.refusals import GraphRefusal, bad_request, invalid_value

_MOST_PERSONAL: Final = 2
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.~_-"
_HINT_LENGTH: Final = 3
_DEFAULT_YEARS: Final = 2


def check_policy(context: Context, audience: str, requested: list[JsonObject], held: int) -> None:
    """Return when these secrets may be added.

    Args:
        context: Its switches are the tenant's policy.
        audience: `signInAudience` of the application.
        requested: `passwordCredential` members as they were sent.
        held: How many secrets there are.

    Raises:
        GraphRefusal: The audience or the policy forbids it.
    """
    if not requested:
        return
    total = held + len(requested)
    if audience in PERSONAL_AUDIENCES and total > _MOST_PERSONAL:
        code = "TooManyAppPasswords"
        raise GraphRefusal(
            400,
            code,
            f"Not allowed to add {total} passwords. You can only add a maximum of "
            f"{_MOST_PERSONAL} passwords.",
            ({"target": "passwordCredentials", "code": code},),
        )
    switches = context.directory.switches
    policy = policy_id(context.directory)
    if switches.passwords_forbidden:
        raise GraphRefusal(
            400,
            "CredentialTypeNotAllowedAsPerAppPolicy",
            f"Credential type not allowed as per assigned policy '{policy}'.",
        )
    if switches.password_lifetime_days is not None:
        longest = timedelta(days=switches.password_lifetime_days)
        for body in requested:
            start_at, end_at = _lifetime(context, body)
            if end_at - start_at > longest:
                raise _lifetime_refused(policy)


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


def add_password(context: Context, call: Call, owner: JsonObject, *, has_hint: bool) -> Answer:
    """Answer `addPassword` on a stored application or service principal."""
    body = object_body(call) if call.content else {}
    requested = body.get("passwordCredential") or {}
    if not isinstance(requested, dict):
        raise invalid_value("passwordCredential", "PasswordCredential")
    held = owner["passwordCredentials"]
    check_policy(context, owner["signInAudience"] or "", [requested], len(held))
    minted = mint(context, owner, requested, has_hint=has_hint)
    context.directory.save()
    envelope = {"@odata.context": f"{METADATA}microsoft.graph.passwordCredential"}
    return Answer(200, envelope | minted, location="https://graph.microsoft.com")


def remove_password(context: Context, call: Call, owner: JsonObject) -> Answer:
    """Answer `removePassword` on a stored application or service principal."""
    key_id = object_body(call).get("keyId")
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
    for credential in owner["passwordCredentials"]:
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


def _lifetime_refused(policy: str) -> GraphRefusal:
    message = (
        f"Credential lifetime exceeds the max value allowed as per assigned policy '{policy}'."
    )
    detail = {"code": "InvalidKeyEndDate", "message": message, "target": "EndDate"}
    return GraphRefusal(400, "CredentialInvalidLifetimeAsPerAppPolicy", message, (detail,))
