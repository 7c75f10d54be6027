"""What Entra says when it refuses, from a redirect or a body, as one value and as our errors."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from provision.diagnose import explain_entra
from provision.errors import (
    ClientRefused,
    ConsentMissing,
    ProvisionError,
    RefusedError,
    SignInRequired,
    Unreachable,
)

# RFC 6749 sections 4.1.2.1 and 5.2; RFC 8628 section 3.5; OpenID Connect Core 3.1.2.6. Entra's
# own are `invalid_tenant`, `authorization_declined` and `bad_verification_code`.
_CLASSES: Final[Mapping[str, type[ProvisionError]]] = {
    "invalid_grant": SignInRequired,
    "interaction_required": SignInRequired,
    "login_required": SignInRequired,
    "account_selection_required": SignInRequired,
    "invalid_client": ClientRefused,
    "unauthorized_client": ClientRefused,
    "invalid_tenant": ClientRefused,
    "consent_required": ConsentMissing,
    "access_denied": ConsentMissing,
    "authorization_declined": ConsentMissing,
    "expired_token": SignInRequired,
    "bad_verification_code": SignInRequired,
    "temporarily_unavailable": Unreachable,
    "server_error": Unreachable,
}
# Entra reports missing consent at the token endpoint as an invalid grant.
_CONSENT_CODES: Final = frozenset({65001, 65004, 90094, 90095})
_AADSTS: Final = re.compile(r"\bAADSTS(\d{4,9})\b")
_ERROR_PAGE: Final = re.compile(r"[?&]code=(\d{4,9})\b")
_WORD: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One OAuth error of Entra's."""

    error: str
    """RFC 6749's word; it alone decides what to do."""
    code: int | None
    """AADSTS number, for advice only; None when the answer has none."""
    suberror: str
    evidence: tuple[tuple[str, str], ...]
    """Correlation id, trace id and the instant, as far as the answer has them."""


def read_refusal(fields: Mapping[str, object]) -> Refusal:
    """Return the refusal in the parameters of a redirect or the members of a body.

    The description is searched for numbers and ids and then dropped: it may quote what was sent.
    """
    description = str(fields.get("error_description") or "")
    error = str(fields.get("error") or "").strip().lower()
    return Refusal(
        error=error if _WORD.fullmatch(error) else "an unnamed error",
        code=_code(fields, description),
        suberror=str(fields.get("suberror") or ""),
        evidence=_evidence(fields, description),
    )


def error_for(refusal: Refusal, doing: str) -> ProvisionError:
    """Return the narrowest error for a refusal.

    Args:
        refusal: As Entra gave it.
        doing: Names the object and the action; begins the message.
    """
    advice = explain_entra(refusal.code, refusal.error)
    number = f" (AADSTS{refusal.code})" if refusal.code is not None else ""
    correlation_id = dict(refusal.evidence).get("correlation-id", "CORRELATION_ID")
    command = advice.command.replace("CORRELATION_ID", correlation_id)
    return _class_of(refusal)(
        f"{doing}: Entra answered {refusal.error}{number}",
        hint=f"{advice.meaning} {advice.cause} Next: {command}",
        evidence=(
            *refusal.evidence,
            *((("code", f"AADSTS{refusal.code}"),) if refusal.code is not None else ()),
            ("see", advice.source),
        ),
    )


def _class_of(refusal: Refusal) -> type[ProvisionError]:
    if refusal.suberror == "consent_required" or refusal.code in _CONSENT_CODES:
        return ConsentMissing
    return _CLASSES.get(refusal.error, RefusedError)


def _code(fields: Mapping[str, object], description: str) -> int | None:
    named = _AADSTS.search(description)
    if named:
        return int(named[1])
    codes = fields.get("error_codes")
    if isinstance(codes, list) and codes and isinstance(codes[-1], int):
        # Old answers begin with a general number: [70002, 54005].
        return codes[-1]
    page = _ERROR_PAGE.search(str(fields.get("error_uri") or ""))
    return int(page[1]) if page else None


def _evidence(fields: Mapping[str, object], description: str) -> tuple[tuple[str, str], ...]:
    found = []
    for label, member, words in (
        ("correlation-id", "correlation_id", "Correlation ID"),
        ("trace-id", "trace_id", "Trace ID"),
    ):
        told = str(fields.get(member) or "") or description.partition(f"{words}: ")[2]
        guid = _GUID.match(told)
        if guid:
            found.append((label, guid[0]))
    told = str(fields.get("timestamp") or "") or description.partition("Timestamp: ")[2]
    instant = re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ", told)
    if instant:
        found.append(("timestamp", instant[0]))
    return tuple(found)
