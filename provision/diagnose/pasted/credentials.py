"""Credentials in a text: found, named and measured, never repeated."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from provision.diagnose.catalogue import Entry, read_entries
from provision.diagnose.pasted.credential_forms import (
    PUBLIC,
    Recognised,
    bearer_of,
    recognise,
)
from provision.diagnose.pasted.evidence import GUID
from provision.diagnose.pasted.finding import Finding, Rank, Traits

_LABELLED: Final = re.compile(
    r"(?P<label>(?:MAIL_OAUTH_)?(?:client_?secret|refresh_?token|access_?token|id_?token"
    r"|client_?assertion|code_verifier|(?<=[?&])code|(?<![A-Za-z_])code))"
    r"[\"']?\s*(?:=>|[:=])\s*[\"']?(?:Bearer )?(?P<value>[^\s\"'&,;}\]<>]{8,})",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[^\s\"'&,;=<>()\[\]{}|`]{30,}={0,2}")
_GUID_ALONE: Final = re.compile(rf"\s*[\"'({{]?({GUID})[\"')}}]?\s*")
_PEM: Final = re.compile(r"-----BEGIN ([A-Z0-9 ]{3,40})-----")
_DIGEST: Final = 8
_NAMES: Final = {
    "outlook-access-token": "access token for Outlook",
    "graph-access-token": "access token for Microsoft Graph",
    "other-access-token": "access token for another service",
    "personal-access-token": "access token of a personal account",
    "id-token": "id token",
    "client-assertion": "client assertion",
    "other-token": "JSON Web Token",
    "authorization-code": "authorization code",
    "refresh-token": "refresh token",
    "code-or-refresh-token": "authorization code or refresh token",
    "redirect-address": "address with an authorization code",
    "client-secret": "client secret",
    "id": "id",
    "id-as-secret": "id in place of a client secret",
    "certificate": "certificate",
    "private-key": "private key",
    "mail-login": "XOAUTH2 login",
    "code-verifier": "PKCE verifier",
}


def credentials(text: str, now: datetime) -> list[Finding]:
    """Return every credential of a text, each value once."""
    found: dict[str, Finding] = {}
    for at, value, label in candidates(text):
        token = bearer_of(value)
        if token is not None and value not in found:
            found[value] = _finding(Recognised("mail-login"), value, at)
        within = value if token is None else token
        known = recognise(within, label if token is None else "access_token", now)
        if known is not None and within not in found:
            found[within] = _finding(_in_address(known, text, at), within, at)
    return [*found.values(), *_pem(text)]


def candidates(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield what may be a credential: its place, itself, and the label before it."""
    alone = _GUID_ALONE.fullmatch(text)
    if alone is not None:
        yield alone.start(1), alone[1], ""
    for match in _LABELLED.finditer(text):
        yield match.start("value"), match["value"].rstrip("\\)#"), match["label"]
    for match in _WORD.finditer(text):
        if not _GUID_ALONE.fullmatch(match[0]):
            yield match.start(), match[0].rstrip("\\.,#"), ""


def _in_address(known: Recognised, text: str, at: int) -> Recognised:
    """Call a code by the address that it stands in, when that is whole."""
    before = text[max(0, at - 400) : at]
    is_address = re.search(r"https?://[^\s\"'<>]*[?&#]code=$", before) is not None
    if is_address and known.kind in ("authorization-code", "code-or-refresh-token"):
        return Recognised("redirect-address")
    return known


def _pem(text: str) -> Iterator[Finding]:
    kinds: dict[str, re.Match[str]] = {}
    for match in _PEM.finditer(text):
        kind = "private-key" if "PRIVATE KEY" in match[1] else ""
        kind = kind or ("certificate" if match[1] == "CERTIFICATE" else "")
        if kind:
            kinds.setdefault(kind, match)
    for kind, match in kinds.items():
        end = text.find(f"-----END {match[1]}-----", match.end())
        body = text[match.end() : end if end > 0 else len(text)]
        yield _finding(Recognised(kind), "".join(body.split()), match.start())


def _finding(known: Recognised, value: str, at: int) -> Finding:
    entry = _entry(known.kind)
    advice = entry.advice
    if known.is_expired and known.kind.endswith("access-token"):
        command = "provision token --mailbox MAILBOX"
        advice = replace(advice, cause="Its time is over: a new one is due.", command=command)
    traits = Traits(
        kind=known.kind,
        is_secret=known.kind not in PUBLIC,
        is_certain=known.is_certain,
        length=len(value),
        digest=sha256(value.encode()).hexdigest()[:_DIGEST],
        facts=known.facts,
    )
    rank = Rank.NUMBER if known.kind == "id-as-secret" else Rank.CREDENTIAL
    name = _NAMES[known.kind]
    return Finding(name, "credential", entry.kind, advice, rank, at, traits=traits)


def _entry(kind: str) -> Entry:
    return next(e for e in read_entries("credentials") if kind in e.codes)
