"""The control URL: what a test may look at and turn that no real tenant offers."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, fields
from email import message_from_bytes
from email.policy import default
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from provision.errors import UsageError
from provision.sandbox.context import Context, Letter
from provision.sandbox.directory import Account, JsonObject, Switches
from provision.sandbox.fault_rules import load_rules, parse_rules
from provision.sandbox.requests_log import RequestsLog

_HIDDEN_ACCOUNT: Final = frozenset({"password"})


def routes(context: Context, log: RequestsLog) -> list[BaseRoute]:
    """Return the routes below the capability URL."""
    levers = _Levers(context, log)
    table: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
        ("GET", "/requests", levers.show_requests),
        ("DELETE", "/requests", levers.clear_requests),
        ("POST", "/clock", levers.advance_clock),
        ("GET", "/faults", levers.show_faults),
        ("PUT", "/faults", levers.replace_faults),
        ("GET", "/switches", levers.show_switches),
        ("PATCH", "/switches", levers.turn_switches),
        ("GET", "/mailboxes", levers.show_mailboxes),
        ("PATCH", "/mailboxes/{name}", levers.change_mailbox),
        ("DELETE", "/mailboxes/{name}", levers.delete_mailbox),
        ("GET", "/mailboxes/{name}/messages", levers.show_messages),
        ("POST", "/applications/{client_id}/roles", levers.set_roles),
        ("POST", "/revoke", levers.revoke),
    ]
    return [Route(path, endpoint, methods=[method]) for method, path, endpoint in table]


class _Refused(Exception):
    """A control request that cannot be carried out."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def _answering(
    lever: Callable[["_Levers", Request], Awaitable[JsonObject]],
) -> Callable[["_Levers", Request], Awaitable[Response]]:
    async def answer(levers: "_Levers", request: Request) -> Response:
        try:
            return JSONResponse(await lever(levers, request))
        except _Refused as refusal:
            return JSONResponse({"error": str(refusal)}, refusal.status)
        except UsageError as error:
            return JSONResponse({"error": error.message}, 400)

    return answer


class _Levers:
    """The handlers; each returns the state after the change."""

    def __init__(self, context: Context, log: RequestsLog) -> None:
        self._context = context
        self._log = log

    @_answering
    async def show_requests(self, request: Request) -> JsonObject:  # noqa: ARG002  (a handler)
        """Return the remembered requests."""
        return {"requests": self._log.entries()}

    @_answering
    async def clear_requests(self, request: Request) -> JsonObject:  # noqa: ARG002  (a handler)
        """Forget the remembered requests."""
        self._log.clear()
        return {"requests": []}

    @_answering
    async def advance_clock(self, request: Request) -> JsonObject:
        """Move the sandbox's present."""
        seconds = (await _body(request)).get("advance")
        if not isinstance(seconds, int | float) or seconds < 0:
            raise _Refused(400, "`advance` is a number of seconds, not negative")
        self._context.clock.advance(seconds)
        return {"now": self._context.clock.now().isoformat()}

    @_answering
    async def show_faults(self, request: Request) -> JsonObject:  # noqa: ARG002  (a handler)
        """Return rules and counts."""
        return self._context.faults.described()

    @_answering
    async def replace_faults(self, request: Request) -> JsonObject:
        """Go on with other rules: a fault document, or the name of built-in rules."""
        body = await _body(request)
        named = body.get("use")
        if named is not None and named not in ("none", "default"):
            raise _Refused(400, "`use` is `none` or `default`")
        rules = load_rules(named) if named else parse_rules(body, "fault document")
        self._context.faults.replace(rules)
        return self._context.faults.described()

    @_answering
    async def show_switches(self, request: Request) -> JsonObject:  # noqa: ARG002  (a handler)
        """Return what can be switched."""
        return _switches_json(self._context.directory.switches)

    @_answering
    async def turn_switches(self, request: Request) -> JsonObject:
        """Set some switches."""
        switches = self._context.directory.switches
        names = {_camel(field.name): field.name for field in fields(Switches)}
        _assign(switches, await _body(request), names)
        self._context.directory.save()
        return _switches_json(switches)

    @_answering
    async def show_mailboxes(self, request: Request) -> JsonObject:  # noqa: ARG002  (a handler)
        """Return every account, without passwords."""
        accounts = self._context.directory.accounts.values()
        return {"mailboxes": [_account_json(account) for account in accounts]}

    @_answering
    async def change_mailbox(self, request: Request) -> JsonObject:
        """Set some properties of an account."""
        account = self._account(request.path_params["name"])
        kept = {"object_id", "user_principal_name"}
        names = {_camel(f.name): f.name for f in fields(Account) if f.name not in kept}
        _assign(account, await _body(request), names)
        self._context.directory.save()
        return _account_json(account)

    @_answering
    async def delete_mailbox(self, request: Request) -> JsonObject:
        """Delete an account, as leaving the organization does."""
        account = self._account(request.path_params["name"])
        del self._context.directory.accounts[account.user_principal_name.lower()]
        self._context.directory.save()
        return _account_json(account)

    @_answering
    async def show_messages(self, request: Request) -> JsonObject:
        """Return what lies in an account's inbox."""
        account = self._account(request.path_params["name"])
        mail = self._context.mail
        found = [] if mail is None else mail.inbox(account.user_principal_name).messages
        return {"messages": [_message_json(message) for message in found]}

    @_answering
    async def set_roles(self, request: Request) -> JsonObject:
        """Set the application permissions that a client's tokens will carry."""
        client_id = request.path_params["client_id"]
        roles = (await _body(request)).get("roles")
        applications = self._context.directory.applications.values()
        application = next((a for a in applications if a["appId"] == client_id), None)
        if application is None:
            raise _Refused(404, f"no application {client_id}")
        if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
            raise _Refused(400, "`roles` is a list of names")
        application["_appRoles"] = roles
        self._context.directory.save()
        return {"clientId": client_id, "roles": roles}

    @_answering
    async def revoke(self, request: Request) -> JsonObject:
        """End refresh tokens that a user has so far, as the cause does."""
        body = await _body(request)
        account, now = self._account(str(body.get("user"))), self._context.clock.timestamp()
        match body.get("cause", "sessionsRevoked"):
            case "sessionsRevoked" | "passwordReset":
                account.revoked_before = now
            case "passwordChange":  # the owner's own: confidential clients' tokens survive
                account.password_changed_at = now
            case _:
                raise _Refused(400, "`cause` is sessionsRevoked, passwordReset or passwordChange")
        self._context.directory.save()
        return _account_json(account)

    def _account(self, name: str) -> Account:
        try:
            return self._context.directory.accounts[name.lower()]
        except KeyError:
            raise _Refused(404, f"no mailbox {name}") from None


async def _body(request: Request) -> JsonObject:
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise _Refused(400, "the body is not JSON") from None
    if not isinstance(body, dict):
        raise _Refused(400, "the body is not a JSON object")
    return body


def _assign(target: Account | Switches, values: JsonObject, names: dict[str, str]) -> None:
    for name, value in values.items():
        if name not in names:
            raise _Refused(400, f"unknown member {name!r}; known are {', '.join(names)}")
        present = getattr(target, names[name])
        if not (value is None or present is None or type(value) is type(present)):
            raise _Refused(400, f"{name!r} is a {type(present).__name__}")
    for name, value in values.items():
        setattr(target, names[name], value)


def _switches_json(switches: Switches) -> JsonObject:
    return {_camel(name): value for name, value in asdict(switches).items()}


def _account_json(account: Account) -> JsonObject:
    return {
        _camel(name): value
        for name, value in asdict(account).items()
        if name not in _HIDDEN_ACCOUNT
    }


def _message_json(message: Letter) -> dict[str, Any]:
    parsed = message_from_bytes(message.content, policy=default)
    return {
        "uid": message.uid,
        "flags": sorted(message.flags),
        "from": str(parsed["From"]),
        "to": str(parsed["To"]),
        "subject": str(parsed["Subject"]),
        "messageId": str(parsed["Message-ID"]),
        "size": len(message.content),
    }


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
