"""The control URL: what a test may look at and turn that no real tenant offers."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, fields
from email import message_from_bytes
from email.policy import default
from types import UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from provision.sandbox.context import Context, Letter
from provision.sandbox.control.answers import Refused, answering, camel, json_body
from provision.sandbox.control.dashboard import Dashboard
from provision.sandbox.control.fault_levers import FaultLevers
from provision.sandbox.directory import Account, JsonObject, Switches
from provision.sandbox.requests_log import RequestsLog

_CENTURY: Final = 100 * 365 * 86400
_HIDDEN_ACCOUNT: Final = frozenset({"password"})


def routes(context: Context, log: RequestsLog) -> list[BaseRoute]:
    """Return the routes below the capability URL."""
    levers, faults = _Levers(context, log), FaultLevers(context)
    table: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
        ("GET", "/", Dashboard(context, log).show),
        ("GET", "/requests", levers.show_requests),
        ("DELETE", "/requests", levers.clear_requests),
        ("POST", "/clock", levers.advance_clock),
        ("GET", "/faults", faults.show),
        ("PUT", "/faults", faults.replace),
        ("POST", "/faults", faults.add),
        ("DELETE", "/faults", faults.clear),
        ("GET", "/switches", levers.show_switches),
        ("PATCH", "/switches", levers.turn_switches),
        ("GET", "/mailboxes", levers.show_mailboxes),
        ("PATCH", "/mailboxes/{name}", levers.change_mailbox),
        ("DELETE", "/mailboxes/{name}", levers.delete_mailbox),
        ("GET", "/mailboxes/{name}/messages", levers.show_messages),
        ("POST", "/applications/{client_id}/roles", levers.set_roles),
        ("PUT", "/issuers", levers.set_issuer),
        ("POST", "/revoke", levers.revoke),
    ]
    return [Route(path, endpoint, methods=[method]) for method, path, endpoint in table]


class _Levers:
    """The handlers; each returns the state after the change."""

    def __init__(self, context: Context, log: RequestsLog) -> None:
        self._context = context
        self._log = log

    @answering
    async def show_requests(self, request: Request) -> JsonObject:  # noqa: ARG002  (a handler)
        """Return the remembered requests."""
        return {"requests": self._log.entries()}

    @answering
    async def clear_requests(self, request: Request) -> JsonObject:  # noqa: ARG002  (a handler)
        """Forget the remembered requests."""
        self._log.clear()
        return {"requests": []}

    @answering
    async def advance_clock(self, request: Request) -> JsonObject:
        """Move the sandbox's present."""
        seconds = (await json_body(request)).get("advance")
        # NaN is not between any two numbers.
        if not isinstance(seconds, int | float) or not 0 <= seconds <= _CENTURY:
            raise Refused(400, "`advance` is a number of seconds, from 0 to a century")
        self._context.clock.advance(seconds)
        return {"now": self._context.clock.now().isoformat()}

    @answering
    async def show_switches(self, request: Request) -> JsonObject:  # noqa: ARG002  (a handler)
        """Return what can be switched."""
        return _switches_json(self._context.directory.switches)

    @answering
    async def turn_switches(self, request: Request) -> JsonObject:
        """Set some switches."""
        switches = self._context.directory.switches
        names = {camel(field.name): field.name for field in fields(Switches)}
        _assign(switches, await json_body(request), names)
        self._context.directory.save()
        return _switches_json(switches)

    @answering
    async def show_mailboxes(self, request: Request) -> JsonObject:  # noqa: ARG002  (a handler)
        """Return every account, without passwords."""
        accounts = self._context.directory.accounts.values()
        return {"mailboxes": [_account_json(account) for account in accounts]}

    @answering
    async def change_mailbox(self, request: Request) -> JsonObject:
        """Set some properties of an account."""
        account = self._account(request.path_params["name"])
        kept = {"object_id", "user_principal_name"}
        names = {camel(f.name): f.name for f in fields(Account) if f.name not in kept}
        _assign(account, await json_body(request), names)
        self._context.directory.save()
        return _account_json(account)

    @answering
    async def delete_mailbox(self, request: Request) -> JsonObject:
        """Delete an account, as leaving the organization does."""
        account = self._account(request.path_params["name"])
        del self._context.directory.accounts[account.user_principal_name.lower()]
        self._context.directory.save()
        return _account_json(account)

    @answering
    async def show_messages(self, request: Request) -> JsonObject:
        """Return what lies in an account's inbox."""
        account = self._account(request.path_params["name"])
        mail = self._context.mail
        found = [] if mail is None else mail.inbox(account.user_principal_name).messages
        return {"messages": [_message_json(message) for message in found]}

    @answering
    async def set_roles(self, request: Request) -> JsonObject:
        """Set the application permissions that a client's tokens will carry."""
        client_id = request.path_params["client_id"]
        roles = (await json_body(request)).get("roles")
        applications = self._context.directory.applications.values()
        application = next((a for a in applications if a["appId"] == client_id), None)
        if application is None:
            raise Refused(404, f"no application {client_id}")
        if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
            raise Refused(400, "`roles` is a list of names")
        application["_appRoles"] = roles
        self._context.directory.save()
        return {"clientId": client_id, "roles": roles}

    @answering
    async def set_issuer(self, request: Request) -> JsonObject:
        """Set the keys by which a foreign issuer's tokens are known."""
        body = await json_body(request)
        issuer, keys = body.get("issuer"), body.get("keys")
        if not isinstance(issuer, str) or not isinstance(keys, list):
            raise Refused(400, "`issuer` is a text and `keys` a list of JWKs")
        self._context.directory.issuers[issuer] = keys
        self._context.directory.save()
        return {"issuers": sorted(self._context.directory.issuers)}

    @answering
    async def revoke(self, request: Request) -> JsonObject:
        """End refresh tokens that a user has so far, as the cause does."""
        body = await json_body(request)
        account, now = self._account(str(body.get("user"))), self._context.clock.timestamp()
        match body.get("cause", "sessionsRevoked"):
            case "sessionsRevoked" | "passwordReset":
                account.revoked_before = now
            case "passwordChange":  # the owner's own: confidential clients' tokens survive
                account.password_changed_at = now
            case _:
                raise Refused(400, "`cause` is sessionsRevoked, passwordReset or passwordChange")
        self._context.directory.save()
        return _account_json(account)

    def _account(self, name: str) -> Account:
        try:
            return self._context.directory.accounts[name.lower()]
        except KeyError:
            raise Refused(404, f"no mailbox {name}") from None


def _assign(target: Account | Switches, values: JsonObject, names: dict[str, str]) -> None:
    hints = get_type_hints(type(target))
    for name, value in values.items():
        if name not in names:
            raise Refused(400, f"unknown member {name!r}; known are {', '.join(names)}")
        kinds = _kinds(hints[names[name]])
        if type(value) not in kinds:
            raise Refused(400, f"{name!r} is a {' or '.join(kind.__name__ for kind in kinds)}")
    for name, value in values.items():
        setattr(target, names[name], value)


def _kinds(hint: Any) -> list[type]:  # noqa: ANN401  (a type hint has no common type)
    """Return the types of JSON values that a member takes; a whole number is a number, too."""
    options = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    kinds = [get_origin(option) or option for option in options]
    return [*kinds, int] if float in kinds else kinds


def _switches_json(switches: Switches) -> JsonObject:
    return {camel(name): value for name, value in asdict(switches).items()}


def _account_json(account: Account) -> JsonObject:
    return {
        camel(name): value for name, value in asdict(account).items() if name not in _HIDDEN_ACCOUNT
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
