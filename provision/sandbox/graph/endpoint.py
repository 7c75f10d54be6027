"""Graph over HTTP: bytes in, a call; an answer, bytes out."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qsl
from uuid import uuid4

from starlette.types import Receive, Scope, Send

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.graph.access import authenticate
from provision.sandbox.graph.batch import answer_batch
from provision.sandbox.graph.call import Answer, Call, split_path
from provision.sandbox.graph.dispatch import dispatch
from provision.sandbox.graph.headers import answer_headers, connection_headers
from provision.sandbox.graph.refusals import GraphRefusal, method_not_allowed

# Of beta, what clients asked there before it was in v1.0.
# Observed 2022-06-13, Azure/azure-cli recording test_app_federated_credential.
_ROOT: Final = re.compile(
    r"/v1\.0/|/beta/(?=applications/[^/]+/federatedIdentityCredentials(?:/|$))", re.IGNORECASE
)
# A list that a caller may not see costs what it would have cost.
# Observed 2025-02-20, Azure/azure-cli recording test_create_for_rbac_password_with_assignment.
_COSTLY: Final = (403, "GET", "/v1.0/applications")
_LARGEST_BODY: Final = 4 * 1024 * 1024


class GraphEndpoint:
    """ASGI application below `/v1.0`."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        headers = {name.decode("latin-1"): v.decode("latin-1") for name, v in scope["headers"]}
        request_id = str(uuid4())
        common = connection_headers(request_id, headers.get("client-request-id"))
        try:
            content = await _whole_body(receive)
            answer = self._answer(scope, headers, content, request_id)
            body = answer.text if answer.body is None else answer.body
            await _send(send, answer.status, body, common | answer_headers(answer))
        except GraphRefusal as refusal:
            now = self._context.clock.now()
            body = refusal.body(now, request_id, headers.get("client-request-id"))
            units = "2" if (refusal.status, scope["method"], scope["path"]) == _COSTLY else "1"
            own = _refusal_headers(refusal) | {"x-ms-resource-unit": units}
            await _send(send, refusal.status, body, common | own)

    def _answer(
        self, scope: Scope, headers: Mapping[str, str], content: bytes, request_id: str
    ) -> Answer:
        claims = authenticate(self._context, headers.get("authorization", ""))
        root = _ROOT.match(scope["path"])
        if root is None:
            raise GraphRefusal(400, "BadRequest", "Invalid version: beta")
        query = scope["query_string"].decode("latin-1")
        call = Call(
            method=scope["method"],
            pieces=split_path(scope["path"][root.end() :]),
            query=dict(parse_qsl(query, keep_blank_values=True)),
            headers=headers,
            claims=claims,
            content=content,
        )
        if call.pieces == ("$batch",):
            if call.method != "POST":
                raise method_not_allowed()
            return answer_batch(self._context, call, request_id)
        return _of_version(root[0], dispatch(self._context, call))


def _of_version(root: str, answer: Answer) -> Answer:
    if answer.body is None or "@odata.context" not in answer.body:
        return answer
    told = answer.body["@odata.context"].replace("/v1.0/$metadata", f"{root}$metadata")
    return replace(answer, body=answer.body | {"@odata.context": told})


def _refusal_headers(refusal: GraphRefusal) -> dict[str, str]:
    return {
        "Cache-Control": "no-cache",
        "Content-Type": "application/json",
        "Vary": "Accept-Encoding",
        **refusal.headers,
    }


async def _whole_body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        part = message.get("body", b"")
        size += len(part)
        if size > _LARGEST_BODY:
            raise GraphRefusal(413, "RequestEntityTooLarge", "The request is too large.")
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


async def _send(
    send: Send, status: int, body: JsonObject | str | None, headers: Mapping[str, str]
) -> None:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    content = body.encode() if isinstance(body, str) else b""
    if isinstance(body, dict):
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    await send({"type": "http.response.body", "body": content})
