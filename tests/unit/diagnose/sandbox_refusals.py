"""Everything that the sandbox can refuse, read out of its own tables and of its source."""

import json
import string
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

from provision.sandbox import fault_injection
from provision.sandbox.entra.refusals import Incident, Refused, refusal_body, texts
from provision.sandbox.exchange import imap_arguments, login_refusals, server_words
from provision.sandbox.faults.rules import HttpFault, Wording
from provision.sandbox.graph import fault_answers
from provision.sandbox.graph import refusals as graph_refusals
from provision.sandbox.graph.refusals import GraphRefusal
from tests.architecture.sources import PRODUCT, dotted, read_sources
from tests.unit.diagnose.source_values import GAP, calls, value, where

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ID = "9b0f2a3c-0000-4000-8000-0123456789ab"
SANDBOX = PRODUCT / "sandbox"
HELPERS = {
    name: make
    for name, make in vars(graph_refusals).items()
    if callable(make) and name[0].islower() and getattr(make, "__module__", "").endswith("refusals")
}
FORMS = {
    "sendNegativeResponse": ("A1 NO {}",),
    "_say_whether": ("A1 NO {} failed.",),
    "failResponse": ("-ERR {}",),
}
"""How a client meets what the sandbox's mail servers hand to these calls."""
WHOLE_MESSAGES = ("bad_request", "unsupported_query", "unauthenticated", "already_exists")
"""Helpers whose first argument is all that Graph says."""


@dataclass(frozen=True, slots=True)
class Said:
    """One refusal, as a client meets it."""

    at: str
    """Where the sandbox says it."""
    text: str

    def __str__(self) -> str:
        """Name it for a test."""
        return self.at


# Entra


def entra_refusals() -> Iterator[Said]:
    """Yield a body for each row of Entra's table, and for each fault that Entra answers."""
    for key, row in texts().items():
        names = [name for _, name, _, _ in string.Formatter().parse(row[1]) if name]
        yield Said(f"aadsts {key}", _entra_body(Refused(key, **dict.fromkeys(names, GAP))))
    for fault, (_, code) in table(fault_injection, "_ENTRA").items():
        yield Said(f"entra fault {fault}", _entra_body(Refused(code)))


def _entra_body(refused: Refused) -> str:
    incident = Incident(ID, ID, "2026-11-01 00:00:00Z")
    return json.dumps(refusal_body(refused, incident, "https://login.microsoftonline.com"))


# Graph


def graph_said(folder: Path) -> tuple[list[Said], list[str]]:
    """Return Graph's refusals below a folder, and the calls whose words cannot be read."""
    found, unread = [], []
    for source in read_sources(folder):
        for call in calls(source):
            name = dotted(call.func)
            if name == "GraphRefusal":
                arguments = [value(source, node) for node in call.args[:3]]
            elif name in HELPERS:
                arguments = [value(source, node) for node in call.args]
            else:
                continue
            refusal = _made(name, arguments)
            if refusal is None:
                unread.append(where(source, call))
            else:
                found.append(Said(source.at(call), json.dumps(refusal.body(NOW, ID))))
    return found, unread


def _made(name: str, arguments: list[object]) -> GraphRefusal | None:
    if name == "GraphRefusal":
        if len(arguments) < 3 or None in arguments:
            return None
        status, code, message = arguments
        return GraphRefusal(int(str(status)), str(code), str(message))
    # A gap within a helper's argument is a value; a whole message must not be one.
    if name in WHOLE_MESSAGES and arguments[:1] == [None]:
        return None
    filled = [GAP if argument is None else argument for argument in arguments]
    made = HELPERS[name](*filled[:1] if name in WHOLE_MESSAGES else filled)
    return made if isinstance(made, GraphRefusal) else None


def graph_faults() -> Iterator[Said]:
    """Yield the bodies that injected faults stand for."""
    for name in table(fault_answers, "_ANSWERS"):
        refusal = fault_answers.for_fault(HttpFault(name), ID, ID)
        yield Said(f"graph fault {name}", json.dumps(refusal.body(NOW, ID)))
    for wording in get_args(Wording):
        refusal = fault_answers.for_fault(HttpFault("throttled", wording=wording), ID, ID)
        yield Said(f"graph fault throttled {wording}", json.dumps(refusal.body(NOW, ID)))
    yield Said("fault bad-gateway", table(fault_injection, "_GATEWAY_PAGE"))


# Exchange


def exchange_said(folder: Path) -> tuple[list[Said], list[str]]:
    """Return the mail servers' refusals below a folder, and the calls that cannot be read."""
    found, unread = [], []
    for source in read_sources(folder):
        for call in calls(source):
            name = dotted(call.func).rpartition(".")[2]
            # The verb of `_say_whether` is followed by whether it worked.
            given = call.args[:2] if name == "_say_whether" else call.args
            replies = _replies(name, [value(source, node) for node in given])
            if replies is None:
                unread.append(where(source, call))
            else:
                found += [Said(source.at(call), reply) for reply in replies]
    return found, unread


def _replies(name: str, values: list[object]) -> list[str] | None:
    """Return what a call sends; None when that cannot be read, nothing when it refuses nobody."""
    match name, values:
        case ("sendCode" | "Denied", [int(code), *_]) if code < 400:
            return []
        case ("sendCode" | "Denied", [int(code), str(text)]):
            return [f"{code} {text}"]
        case (("sendCode" | "Denied"), _):
            return None
        case _ if name in FORMS:
            made = [form.format(values[-1]) for form in FORMS[name]]
            return None if values[-1:] in ([], [None]) else made
        case _:
            return []


def exchange_tables() -> Iterator[Said]:
    """Yield the refusals that stand in tables, faults and policies included."""
    for text in table(imap_arguments, "_KNOWN"):
        yield Said("imap arguments", f"A1 BAD {text.decode()}")
    for name in ("BUSY", "GOODBYE", "REFUSED"):
        for protocol, reply in table(server_words, name).items():
            if reply:
                yield Said(f"mail fault on {protocol}", reply.decode().replace("%b", "A1"))
    yield Said("mail fault mail-deferred", table(server_words, "DEFERRED").decode())
    for text in table(server_words, "SMTP_WORDS").values():
        if text.startswith(b"5."):
            yield Said("smtp words", f"503 {text.decode()}")
    for text in table(login_refusals, "_REFUSALS").values():
        yield Said("smtp policies", f"535 5.7.139 Authentication unsuccessful, {text}")


def table(module: ModuleType, name: str) -> Any:
    """Return a module's own table."""
    return vars(module)[name]
