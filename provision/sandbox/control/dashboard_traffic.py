"""The dashboard's tables of what goes on: faults, sign-ins, tokens and the latest requests."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from provision.sandbox.context import Context
from provision.sandbox.control.dashboard_rows import (
    Cell,
    Line,
    Section,
    Tone,
    age,
    coded,
    instant,
    plain,
)
from provision.sandbox.control.dashboard_sections import client_name
from provision.sandbox.directory import JsonObject
from provision.sandbox.requests_log import RequestsLog

_REQUESTS: Final = 100
_TOKENS: Final = 50
_ERROR: Final = 400
_USED: Final = Line("used", "quiet")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: Sequence[Line]
    client_id: str
    user: str
    names: Sequence[str]
    issued_at: float


def traffic_sections(context: Context, log: RequestsLog) -> list[Section]:
    """Return what goes on, latest first."""
    rules = context.faults.described()["rules"]
    entries = log.entries()[-_REQUESTS:]
    return [
        Section(
            "faults",
            "Faults",
            ("Fault", "Rule", "Asked", "Struck"),
            [_rule(rule) for rule in rules],
            "Nothing is made to go wrong.",
        ),
        Section(
            "sign-ins",
            "Sign-ins under way",
            ("Client", "Who", "Since"),
            list(_sign_ins(context)),
            "Nobody is signing in.",
        ),
        Section(
            "tokens",
            "Tokens",
            ("Kind", "Client", "Who", "For", "Issued"),
            [_token(context, token) for token in _tokens(context)[:_TOKENS]],
            "None was issued.",
        ),
        Section(
            "requests",
            f"Latest {_REQUESTS} requests",
            ("At", "Request", "Status", "ms"),
            [row for entry in reversed(entries) for row in _request(entry)],
            "Nobody has asked for anything.",
        ),
    ]


def _rule(rule: JsonObject) -> list[Cell]:
    members = {k: v for k, v in rule.items() if k not in ("fault", "seen", "struck")}
    told = [f"{name} {json.dumps(value)}" for name, value in members.items()]
    struck = rule["struck"]
    return [
        plain(rule["fault"]),
        coded(told),
        plain(str(rule["seen"])),
        [Line(str(struck), "bad" if struck else "quiet")],
    ]


def _sign_ins(context: Context) -> Iterator[list[Cell]]:
    now = context.clock.timestamp()
    for begun in context.sign_ins():
        yield [
            client_name(context.directory, begun.client_id),
            plain(begun.user_principal_name or "not signed in yet"),
            plain(age(begun.started_at, now)),
        ]


def _tokens(context: Context) -> list[_Token]:
    """Return what is remembered of tokens, latest first; their text is not."""
    people = {a.object_id: name for name, a in context.directory.accounts.items()}
    found = [
        _Token(
            [Line(grant.kind.replace("_", " ")), *([_USED] if grant.redeemed else [])],
            grant.client_id,
            people.get(grant.user_object_id, "nobody yet"),
            grant.scopes,
            grant.issued_at,
        )
        for grant in context.directory.issued.values()
    ]
    found += [
        _Token(
            [Line("access token")],
            token.client_id,
            token.user_principal_name or "the application itself",
            [token.resource, *token.permissions],
            token.issued_at,
        )
        for token in context.tokens.log.tokens
    ]
    return sorted(found, key=lambda token: token.issued_at, reverse=True)


def _token(context: Context, token: _Token) -> list[Cell]:
    now = context.clock.timestamp()
    return [
        token.kind,
        client_name(context.directory, token.client_id),
        plain(token.user),
        coded(token.names),
        [Line(instant(token.issued_at)), Line(age(token.issued_at, now), "quiet")],
    ]


def _request(entry: JsonObject, carrier: str = "") -> Iterator[list[Cell]]:
    """Yield a row for a request, and one for each part of a batch."""
    faults = [Line(f"fault: {entry['fault']}", "bad")] if "fault" in entry else []
    status = entry["status"]
    tone: Tone = "bad" if status >= _ERROR or not status else "good"
    yield [
        [Line(entry["at"][11:19] if "at" in entry else carrier, "quiet")],
        [Line(f"{entry['method']} {entry['path']}", "code"), *faults],
        [Line(str(status or "no answer"), tone)],
        [Line(str(entry["ms"]), "quiet")],
    ]
    for part in entry.get("requests", ()):
        yield from _request(part, "in a batch")
