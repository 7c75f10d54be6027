"""`POST /$batch`: up to twenty requests in one, with dependencies between them."""

from typing import Final
from urllib.parse import parse_qsl, unquote

from provision.sandbox.context import Context
from provision.sandbox.directory import JsonObject
from provision.sandbox.graph.access import authenticate
from provision.sandbox.graph.call import Answer, Call, object_body, split_path
from provision.sandbox.graph.dispatch import dispatch
from provision.sandbox.graph.fault_answers import for_fault
from provision.sandbox.graph.headers import answer_headers
from provision.sandbox.graph.refusals import GraphRefusal, bad_request
from provision.sandbox.requests_log import part_of_batch
from provision.sandbox.tokens import Claims

# https://learn.microsoft.com/graph/json-batching
_MOST: Final = 20
_FIRST_ERROR: Final = 400
_WRITES: Final = frozenset({"POST", "PATCH", "PUT"})
_METHODS: Final = _WRITES | {"GET", "DELETE"}
_MEMBERS: Final = {"id": str | int, "method": str, "url": str}
_OPTIONAL: Final = {"headers": dict | None, "dependsOn": list | None}


def answer_batch(context: Context, call: Call, request_id: str) -> Answer:
    """Answer every request of a batch; its own answer is 200 whatever becomes of them.

    The responses come back in another order than the requests, as Graph does not keep it.
    """
    requests = _checked(object_body(call).get("requests"))
    responses: dict[str, JsonObject] = {}
    for request in requests:
        needed = [responses[str(other)] for other in request.get("dependsOn") or ()]
        if any(response["status"] >= _FIRST_ERROR for response in needed):
            refusal = GraphRefusal(
                424, "FailedDependency", "A request that this one depends on failed."
            )
            responses[str(request["id"])] = _refused(context, request, refusal, request_id)
        else:
            responses[str(request["id"])] = _answered(context, call.claims, request, request_id)
    shuffled = [responses[str(request["id"])] for request in reversed(requests)]
    return Answer(200, {"responses": shuffled})


def _answered(context: Context, outer: Claims, request: JsonObject, request_id: str) -> JsonObject:
    method, url = request["method"].upper(), request["url"]
    path = url.partition("?")[0]
    with part_of_batch(method, f"/v1.0/{url.lstrip('/')}") as entry:
        try:
            context.faults.land()
            fault = context.faults.next_http_fault(
                method, f"/v1.0/{path.lstrip('/')}", in_batch=True, client_id=outer.client_id
            )
            if fault is not None:
                raise for_fault(fault, outer.client_id, outer.tenant_id)
            answer = dispatch(context, _call(context, outer, request))
            body = answer.body if answer.text is None else answer.text
            response = _response(request, answer.status, body, answer_headers(answer))
        except GraphRefusal as refusal:
            response = _refused(context, request, refusal, request_id)
        entry["status"] = response["status"]
    return response


def _call(context: Context, outer: Claims, request: JsonObject) -> Call:
    path, _, query = request["url"].partition("?")
    if "://" in path or path.strip("/").lower() == "$batch":
        raise bad_request(f"Invalid batch request URL '{path}'.")
    headers = _headers(request)
    claims = outer
    if "authorization" in headers:
        claims = authenticate(context, headers["authorization"])
    return Call(
        method=request["method"].upper(),
        pieces=split_path(unquote(path)),
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers=headers,
        claims=claims,
        content=request.get("body"),
    )


def _headers(request: JsonObject) -> dict[str, str]:
    return {str(k).lower(): str(v) for k, v in (request.get("headers") or {}).items()}


def _refused(
    context: Context, request: JsonObject, refusal: GraphRefusal, request_id: str
) -> JsonObject:
    own = {"Content-Type": "application/json", "Cache-Control": "no-cache"}
    headers = own | dict(refusal.headers)
    body = refusal.body(context.clock.now(), request_id)
    return _response(request, refusal.status, body, headers)


def _response(
    request: JsonObject, status: int, body: JsonObject | str | None, headers: dict[str, str]
) -> JsonObject:
    response: JsonObject = {"id": str(request["id"]), "status": status, "headers": headers}
    if body is not None:
        response["body"] = body
    return response


def _checked(requests: object) -> list[JsonObject]:
    """Return the requests of a batch that is well formed; a single bad one spoils it whole."""
    if not isinstance(requests, list) or not requests:
        raise _malformed()
    if len(requests) > _MOST:
        raise bad_request(f"Number of batch request steps exceeds the maximum value of {_MOST}.")
    seen: set[str] = set()
    for request in requests:
        _check_one(request)
        name = str(request["id"])
        if name in seen:
            raise GraphRefusal(400, "BadRequest", f"Request Id '{name}' is used more than once.")
        # What a request depends on has to stand before it.
        if not {str(other) for other in request.get("dependsOn") or ()} <= seen:
            raise GraphRefusal(400, "BadRequest", f"Invalid dependency for request Id : {name}.")
        seen.add(name)
    return requests


def _check_one(request: object) -> None:
    if not isinstance(request, dict):
        raise _malformed()
    typed = all(isinstance(request.get(name), kind) for name, kind in _MEMBERS.items())
    typed &= all(isinstance(request.get(name), kind) for name, kind in _OPTIONAL.items())
    if not typed or str(request["method"]).upper() not in _METHODS:
        raise _malformed()
    has_body = request.get("body") is not None and "content-type" in _headers(request)
    if request["method"].upper() in _WRITES and not has_body:
        raise GraphRefusal(
            400,
            "BadRequest",
            f"Write request id : {request['id']} does not contain Content-Type header or body.",
        )


def _malformed() -> GraphRefusal:
    return GraphRefusal(400, "BadRequest", "Invalid batch payload format.")
