"""Several reads in one `$batch`, and its answer taken apart again; pure."""

import json
import re
from collections.abc import Mapping

from provision.graph.wire import BATCH_PATH, Answer, GraphRequest

MAX_PARTS = 20
"""Source: https://learn.microsoft.com/graph/json-batching"""
_NO_ANSWER = Answer(504)
"""What a part counts as when the batch's answer does not hold it."""


def packed(parts: Mapping[str, GraphRequest]) -> GraphRequest:
    """Return one request for one to twenty reads, each under its name."""
    if len(parts) > MAX_PARTS:
        msg = f"a batch holds at most {MAX_PARTS} requests"
        raise ValueError(msg)
    requests = [
        {"id": name, "method": part.method, "url": part.path} for name, part in parts.items()
    ]
    action = next(iter(parts.values())).action
    return GraphRequest(action, "POST", BATCH_PATH, json.dumps({"requests": requests}).encode())


def split(parts: Mapping[str, GraphRequest]) -> list[dict[str, GraphRequest]]:
    """Return the parts in batches that Graph accepts, in order."""
    names = list(parts)
    chunks = [names[start : start + MAX_PARTS] for start in range(0, len(names), MAX_PARTS)]
    return [{name: parts[name] for name in chunk} for chunk in chunks]


def unpacked(parts: Mapping[str, GraphRequest], answer: Answer) -> dict[str, Answer]:
    """Return the answer to each part; Graph sends them in any order."""
    raw = answer.body.get("responses") if isinstance(answer.body, dict) else None
    items = raw if isinstance(raw, list) else []
    found = {str(item.get("id")): _part(item) for item in items if isinstance(item, dict)}
    return {name: found.get(name, _NO_ANSWER) for name in parts}


def _part(item: Mapping[str, object]) -> Answer:
    status, headers = str(item.get("status")), item.get("headers")
    return Answer(
        status=int(status) if re.fullmatch(r"[1-5]\d\d", status) else _NO_ANSWER.status,
        headers={
            str(name).lower(): str(value)
            for name, value in (headers.items() if isinstance(headers, dict) else ())
        },
        body=item.get("body"),
    )
