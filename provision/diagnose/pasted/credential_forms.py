"""Which credential a string is, by its label, its form and its length."""

import re
from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from provision.diagnose.catalogue import well_known_ids
from provision.diagnose.pasted.evidence import GUID
from provision.diagnose.pasted.web_token import read_web_token

PUBLIC: Final = frozenset({"id", "id-as-secret", "certificate"})
_WEB_TOKEN: Final = re.compile(r"eyJ[\w-]{10,}\.[\w-]{4,}\.[\w-]*")
_PERSONAL_ACCESS: Final = re.compile(r"Ew[A-D][A-Za-z0-9+/=_-]{60,}")
_PERSONAL: Final = re.compile(r"M\.[A-Z]\d{1,3}_[A-Z0-9]{2,5}\.(?:\d\.U\.)?(?P<rest>\S+)")
_WORK: Final = re.compile(r"[01]\.A[\w-]{20,}(?:\.\d)?(?:\.(?P<rest>[\w-]+))?[\w.-]*")
_GRANTS: Final = (
    (_PERSONAL, re.compile(GUID), re.compile("-")),
    # Not documented: of the first eight bytes the fifth is 2 in published codes, 0 or 1 in
    # published refresh tokens (observed 2026-11).
    (_WORK, re.compile(r"AgAB[AB]AIA"), re.compile(r"AgAB(?:AAAA|[AB]wEA|[AB]AEA)")),
)
"""Form of either; how a code goes on, and how a refresh token does."""
_SECRET: Final = re.compile(r"[\w~.-]{3}\dQ~[\w~.-]{31,34}")
_LOGIN: Final = re.compile(r"dXNlcj[A-Za-z0-9+/]{40,}={0,2}")
_BEARER: Final = re.compile(r"auth=Bearer ([^\x01]+)", re.IGNORECASE)
_PLACEHOLDER: Final = re.compile(r"[A-Z_]+|[*xX.…•-]+|<.*|\$.*|%.*|\[.*|\{.*|Secret\(.*")
_SHORTEST: Final = 12
_FEWEST_CHARACTERS: Final = 6
_LABELS: Final = {
    "client_secret": "client-secret",
    "clientsecret": "client-secret",
    "refresh_token": "refresh-token",
    "refreshtoken": "refresh-token",
    "code": "authorization-code",
    "code_verifier": "code-verifier",
}


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a string is."""

    kind: str
    is_certain: bool = True
    facts: tuple[tuple[str, str], ...] = ()
    is_expired: bool = False


def recognise(value: str, label: str, now: datetime) -> Recognised | None:
    """Tell which credential a string is; None when nothing speaks for one.

    Args:
        value: The string, alone.
        label: What stands before it, such as `client_secret`; empty for nothing.
        now: To tell whether a token still lives.
    """
    labelled = _LABELS.get(label.lower().removeprefix("mail_oauth_"), "")
    if re.fullmatch(GUID, value):
        return _identifier(value, labelled)
    if _WEB_TOKEN.fullmatch(value):
        token = read_web_token(value, now)
        certain = token.kind != "other-token"
        return Recognised(token.kind, certain, token.facts, token.is_expired)
    if _PERSONAL_ACCESS.fullmatch(value):
        return Recognised("personal-access-token")
    if _SECRET.fullmatch(value):
        return Recognised("client-secret")
    return _grant(value, labelled) or _by_label(value, labelled)


def bearer_of(login: str) -> str | None:
    """Return the token within an XOAUTH2 login in base64; None when it is none."""
    if not _LOGIN.fullmatch(login):
        return None
    try:
        found = _BEARER.search(b64decode(login + "=" * (-len(login) % 4)).decode("utf-8"))
    except ValueError:
        return None
    return found[1] if found else None


def _identifier(value: str, labelled: str) -> Recognised | None:
    if labelled == "client-secret":
        return Recognised("id-as-secret")
    if labelled:
        return None
    meaning = well_known_ids().get(value.lower())
    return Recognised("id", facts=(("stands for", meaning),) if meaning else ())


def _grant(value: str, labelled: str) -> Recognised | None:
    """Tell codes from refresh tokens, whose beginnings are the same."""
    forms = ((form.fullmatch(value), heads) for form, *heads in _GRANTS)
    found = next(((match, heads) for match, heads in forms if match is not None), None)
    if found is None:
        return None
    match, (code_head, refresh_head) = found
    rest = match["rest"] or ""
    if refresh_head.match(rest):
        return Recognised("refresh-token")
    if code_head.match(rest):
        return Recognised("authorization-code")
    is_named = labelled in ("refresh-token", "authorization-code")
    return Recognised(labelled if is_named else "code-or-refresh-token", is_certain=False)


def _by_label(value: str, labelled: str) -> Recognised | None:
    """Believe a label alone, unless it is followed by a blank to fill in or a word.

    `code` is no such label: errors have codes, too.
    """
    is_vague = labelled in ("", "authorization-code")
    if is_vague or len(value) < _SHORTEST or _PLACEHOLDER.fullmatch(value):
        return None
    is_word = value.isalpha() or value.isdigit() or len(set(value)) < _FEWEST_CHARACTERS
    return None if is_word else Recognised(labelled, is_certain=False)
