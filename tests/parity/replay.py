"""Sends what a session sent to the sandbox, and holds the answers against the recorded ones."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from provision.sandbox.options import DEFAULT_DOMAIN
from tests.contract.sandbox_graph.client import Reply, SandboxClient
from tests.parity.difference import Difference, Kind, body_differences, header_differences
from tests.parity.foldings import Context, folding_of
from tests.parity.recording import Recording, Session

# What a client says about the request itself; the rest is about the machine it ran on.
_SENT_HEADERS = ("prefer", "consistencylevel", "content-type", "if-match", "accept-language")
_SAFE = "%/:?#[]@!$&'()*+,;=~"
_CREATED = 201
_FOUND = ("GET", 200)
_DOMAIN = re.compile(r"[\w-]+\.onmicrosoft\.com")
_USER = re.compile(r"/v1\.0/users/([^/?]+@[^/?]+)(\?.*)?")


@dataclass(slots=True)
class Outcome:
    """One recorded request, sent to the sandbox."""

    recording: Recording
    differences: list[Difference]
    """Those that nothing explains."""
    folded: Counter[str] = field(default_factory=Counter)
    """How often which row of the foldings did."""


def replay(client: SandboxClient, session: Session) -> Iterator[Outcome]:
    """Send a session's requests one after another; what they left behind goes at the end."""
    context = Context(session.made_on)
    _introduce(client, session, context)
    made: list[str] = []
    for recording in session.recordings:
        reply = _sent(client, recording, context)
        if reply.status == _CREATED and isinstance(reply.body, dict):
            made.append(str(reply.body.get("id")))
        yield compared(recording, reply, context)
    _remove(client, made)


def compared(recording: Recording, reply: Reply, context: Context) -> Outcome:
    """Return in what an answer differs from the recorded one, once the rows have had their say."""
    outcome = Outcome(recording, [])
    for difference in _differences(recording, reply):
        row = folding_of(difference, context)
        if row is None:
            outcome.differences.append(difference)
        else:
            outcome.folded[row.name] += 1
    return outcome


def _differences(recording: Recording, reply: Reply) -> Iterator[Difference]:
    if recording.status != reply.status:
        yield Difference("status", Kind.VALUE, recording.status, _told(reply))
        return  # another answer altogether: the rest would only say so again
    if recording.headers:  # some recorders keep none
        yield from header_differences(recording.headers, reply.headers)
    yield from body_differences(recording.answer, reply.body)


def _told(reply: Reply) -> object:
    is_refusal = isinstance(reply.body, dict) and "error" in reply.body
    return f"{reply.status} {reply.code}" if is_refusal else reply.status


def _introduce(client: SandboxClient, session: Session, context: Context) -> None:
    """Let the sandbox's domain and its people stand for those of the recorded tenant."""
    requests = " ".join(f"{_path(r)} {_written(r.body)}" for r in session.recordings)
    for domain in _DOMAIN.findall(requests)[:1]:
        context.names.pair(domain, DEFAULT_DOMAIN)
    read = (_USER.fullmatch(_path(r)) for r in session.recordings if (r.method, r.status) == _FOUND)
    names = dict.fromkeys(found[1] for found in read if found)
    made = {_name_of(r.body) for r in session.recordings if r.method == "POST"}
    strangers = [name for name in names if name not in made]
    if not strangers:
        return
    people = client.graph("GET", "/users?$select=userPrincipalName").body["value"]
    for stranger, person in zip(strangers, people, strict=False):
        context.names.pair(stranger, person["userPrincipalName"])


def _name_of(body: object) -> object:
    return body.get("userPrincipalName") if isinstance(body, dict) else None


def _path(recording: Recording) -> str:
    return recording.path.replace("%40", "@")


def _sent(client: SandboxClient, recording: Recording, context: Context) -> Reply:
    text = _written(recording.body)
    context.sent.update(_texts_of(recording.body))
    context.names.keep(_path(recording))
    context.names.keep(text)
    headers = {
        "Authorization": f"Bearer {client.token}",
        "Content-Type": "application/json",
        **{
            name: recording.sent_headers[name]
            for name in _SENT_HEADERS
            if name in recording.sent_headers
        },
    }
    target = quote(context.names.ours(_path(recording)), safe=_SAFE)
    content = context.names.ours(text).encode() or None
    return client.raw(recording.method, target, content, headers)


def _written(body: object) -> str:
    if body is None:
        return ""
    return body if isinstance(body, str) else json.dumps(body)


def _texts_of(body: object) -> Iterator[str]:
    if isinstance(body, str):
        yield body
        yield body.replace("+00:00", "Z")
    for item in body.values() if isinstance(body, dict) else body if isinstance(body, list) else ():
        yield from _texts_of(item)


def _remove(client: SandboxClient, object_ids: list[str]) -> None:
    """Delete what a session made, so that the next one finds an empty tenant as it did."""
    for object_id in object_ids:
        for folder in ("servicePrincipals", "applications", "users", "directory/deletedItems"):
            client.graph("DELETE", f"/{folder}/{object_id}")
