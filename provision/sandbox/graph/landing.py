"""A request lands on one replica of the directory, and its caller pays for it."""

from collections.abc import Callable
from dataclasses import replace

from provision.sandbox.context import Context
from provision.sandbox.graph.application_limits import is_personal
from provision.sandbox.graph.call import Answer, Call, Key, Piece
from provision.sandbox.graph.fault_answers import over_quota
from provision.sandbox.graph.foreign_writes import application_of

Handler = Callable[[Context, Call], Answer]


def land(context: Context, call: Call, handler: Handler) -> Answer:
    """Answer one request that is allowed: reads as a replica has it, writes for good.

    Raises:
        GraphRefusal: The handler's, or 429 when the caller's quota is spent.
    """
    headers = _charge(context, call)
    directory = context.directory
    replication = context.faults.replication
    if call.method == "GET":
        path = [_name(piece) for piece in call.pieces]
        answer = handler(replace(context, directory=replication.view(directory, path)), call)
    else:
        with replication.recording(directory):
            answer = handler(context, call)
    for quota in context.faults.quotas:
        quota.settle(call.claims.client_id, context.clock.timestamp(), answer.units)
    return replace(answer, headers={**answer.headers, **headers}) if headers else answer


def _charge(context: Context, call: Call) -> dict[str, str]:
    headers: dict[str, str] = {}
    for quota in context.faults.quotas:
        spent = quota.charge(
            call.claims.client_id,
            context.clock.timestamp(),
            is_write=call.method != "GET",
            is_personal=_is_personal(context, call),
        )
        if spent.percentage is not None:
            headers["x-ms-throttle-limit-percentage"] = spent.percentage
        if spent.retry_after is not None:
            raise over_quota(quota.rule, spent, call.claims)
    return headers


def _is_personal(context: Context, call: Call) -> bool:
    application = application_of(context.directory, [_name(piece) for piece in call.pieces])
    return application is not None and is_personal(application)


def _name(piece: Piece) -> str:
    return (piece.value if isinstance(piece, Key) else piece).lower()
