"""How the control URL answers: JSON, and a sentence where something cannot be done."""

import json
from collections.abc import Awaitable, Callable
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from provision.errors import UsageError
from provision.sandbox.directory import JsonObject

Levers = TypeVar("Levers")


class Refused(Exception):
    """A control request that cannot be carried out."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def answering(
    lever: Callable[[Levers, Request], Awaitable[JsonObject]],
) -> Callable[[Levers, Request], Awaitable[Response]]:
    """Turn a method that returns JSON, or raises, into a handler."""

    async def answer(levers: Levers, request: Request) -> Response:
        try:
            return JSONResponse(await lever(levers, request))
        except Refused as refusal:
            return JSONResponse({"error": str(refusal)}, refusal.status)
        except UsageError as error:
            return JSONResponse({"error": error.message}, 400)

    return answer


async def json_body(request: Request) -> JsonObject:
    """Return the body as a JSON object.

    Raises:
        Refused: It is none.
    """
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise Refused(400, "the body is not JSON") from None
    if not isinstance(body, dict):
        raise Refused(400, "the body is not a JSON object")
    return body


def camel(name: str) -> str:
    """Return a field's name as the control URL spells it."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
