"""The control URL's levers for what goes wrong."""

from starlette.requests import Request

from provision.sandbox.context import Context
from provision.sandbox.control.answers import Refused, answering, json_body
from provision.sandbox.directory import JsonObject
from provision.sandbox.faults.document import load_rules, parse_rule, parse_rules


class FaultLevers:
    """The handlers below `/faults`; each returns rules and counts after the change."""

    def __init__(self, context: Context) -> None:
        self._faults = context.faults

    @answering
    async def show(self, request: Request) -> JsonObject:  # noqa: ARG002  (a handler)
        """Return rules and counts."""
        return self._faults.described()

    @answering
    async def replace(self, request: Request) -> JsonObject:
        """Go on with other rules: a fault document, or the name of built-in rules."""
        body = await json_body(request)
        named = body.get("use")
        if named is not None and (named not in ("none", "default") or len(body) > 1):
            raise Refused(400, "`use` is `none` or `default`, and stands alone")
        self._faults.replace(load_rules(named) if named else parse_rules(body, "fault document"))
        return self._faults.described()

    @answering
    async def add(self, request: Request) -> JsonObject:
        """Take one more rule, and leave the others where they are."""
        self._faults.add(parse_rule(await json_body(request), "fault rule"))
        return self._faults.described()

    @answering
    async def clear(self, request: Request) -> JsonObject:  # noqa: ARG002  (a handler)
        """Let nothing go wrong from now on."""
        self._faults.replace(())
        return self._faults.described()
