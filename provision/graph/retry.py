"""Repeat what may be repeated, and nothing else: only this file sends a request twice."""

from collections.abc import Mapping
from typing import Literal

from provision.errors import NotYetVisible, OutcomeUnknown, ProvisionError, Throttled
from provision.graph.batch import packed, unpacked
from provision.graph.polling import Pacing, Wait
from provision.graph.refusals import NOT_IMPLEMENTED, SERVER_FAULT, class_of, refusal
from provision.graph.request_count import Meter
from provision.graph.wire import Answer, AnswerLost, GraphRequest, NotSent, Wire

PATIENCE = 180.0
"""Seconds that replication may take."""
PERSONAL_PATIENCE = 600.0
"""Likewise for an application with a personal audience, which lives in a second directory.

Source:
    hashicorp/terraform-provider-azuread#1764
"""
CONNECTION_PATIENCE = 30.0
"""Seconds that a network may be away."""

Got = Answer | NotSent | AnswerLost
Outcome = Literal["final", "again", "unknown"]


def outcome_of(request: GraphRequest, got: Got, *, is_fresh: bool) -> Outcome:
    """Say what an attempt amounts to.

    A write is repeated only where it certainly had no effect: there was no connection, or Graph
    said so (429, and the refusals of objects that are not visible yet). A fault of the server may
    come after the write, so it leaves the outcome unknown.
    """
    if isinstance(got, NotSent):
        return "final" if got.is_permanent else "again"
    if isinstance(got, AnswerLost) or _is_server_fault(got):
        return "again" if request.is_read else "unknown"
    if got.is_success:
        return "final"
    kind = class_of(got, is_fresh=is_fresh)
    return "again" if issubclass(kind, (Throttled, NotYetVisible)) else "final"


class Repeater:
    """Sends requests until they are answered for good."""

    def __init__(
        self, wire: Wire, meter: Meter, pacing: Pacing, *, is_repeating: bool = False
    ) -> None:
        self._wire = wire
        self._meter = meter
        self._pacing = pacing
        self._is_repeating = is_repeating

    def repeating(self) -> "Repeater":
        """Return one that counts all it sends as repetitions."""
        return Repeater(self._wire, self._meter, self._pacing, is_repeating=True)

    def send(
        self, request: GraphRequest, *, patience: float = PATIENCE, is_fresh: bool = False
    ) -> Answer:
        """Return the final answer, a permanent refusal included.

        Args:
            request: Counted once, however often it has to be sent.
            patience: Seconds to keep trying.
            is_fresh: Whether it names an object that was created moments ago.

        Raises:
            Throttled: Graph still asks for patience when ours ends.
            NotYetVisible: A fresh object has not appeared in that time.
            Unreachable: There is no connection, or Graph does not get well.
            OutcomeUnknown: A write was sent, and whether it took effect is not known.
        """
        self._count(is_write=not request.is_read)
        return self._send(request, patience, is_fresh=is_fresh)

    def send_batch(self, parts: Mapping[str, GraphRequest]) -> dict[str, Answer]:
        """Return the final answer to every part; a part that may be repeated is, without the rest.

        Raises:
            Throttled: Graph still asks for patience when ours ends.
            Unreachable: There is no connection, or Graph does not get well.
            RefusedError: The batch itself was refused.
        """
        self._count(is_write=False)
        wait = Wait(self._pacing)
        answers: dict[str, Answer] = {}
        pending = dict(parts)
        while pending:
            request = packed(pending)
            answer = self._send(request, PATIENCE, is_fresh=False)
            if not answer.is_success:
                raise refusal(request.action, answer)
            answers |= unpacked(pending, answer)
            pending = {
                name: part
                for name, part in pending.items()
                if outcome_of(part, answers[name], is_fresh=False) == "again"
            }
            if pending:
                self._pause_for_parts(wait, pending, answers)
        return answers

    def _send(self, request: GraphRequest, patience: float, *, is_fresh: bool) -> Answer:
        wait = Wait(self._pacing)
        while True:
            got = self._attempt(request)
            outcome = outcome_of(request, got, is_fresh=is_fresh)
            if outcome == "final" and isinstance(got, Answer):
                return got
            error = _error(request, got, outcome, is_fresh=is_fresh)
            if outcome != "again" or not _pause(wait, request, got, patience):
                raise error
            self._meter.retry()

    def _pause_for_parts(
        self, wait: Wait, pending: Mapping[str, GraphRequest], answers: Mapping[str, Answer]
    ) -> None:
        name, part = max(pending.items(), key=lambda item: answers[item[0]].retry_after or 0.0)
        if not _pause(wait, part, answers[name], PATIENCE):
            raise refusal(part.action, answers[name])
        self._meter.retry()

    def _count(self, *, is_write: bool) -> None:
        if self._is_repeating:
            self._meter.retry()
        else:
            self._meter.request(is_write=is_write)

    def _attempt(self, request: GraphRequest) -> Got:
        try:
            return self._wire.send(request)
        except (NotSent, AnswerLost) as lost:
            return lost


def _is_server_fault(answer: Answer) -> bool:
    return answer.status >= SERVER_FAULT and answer.status != NOT_IMPLEMENTED


def _pause(wait: Wait, request: GraphRequest, got: Got, patience: float) -> bool:
    if isinstance(got, Answer):
        return wait.pause(request.action, patience, got.retry_after)
    return wait.pause(request.action, min(patience, CONNECTION_PATIENCE))


def _error(request: GraphRequest, got: Got, outcome: Outcome, *, is_fresh: bool) -> ProvisionError:
    error = refusal(request.action, got, is_fresh=is_fresh) if isinstance(got, Answer) else got
    if outcome != "unknown":
        return error
    reason = error.message.removeprefix(f"{request.action}: ")
    unknown = OutcomeUnknown(
        f"{request.action}: sent, and whether it took effect is not known ({reason})",
        hint="run provision plan: it shows what exists, and apply carries on from there",
        evidence=error.evidence,
    )
    unknown.__cause__ = error
    return unknown
