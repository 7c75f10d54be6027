"""Revoke a client secret, and be sure that it is gone."""

from dataclasses import dataclass
from math import inf

from provision.errors import NotYetVisible, OutcomeUnknown, ProvisionError
from provision.graph import answers as parse
from provision.graph.polling import Pacing, Wait
from provision.graph.read_requests import ReadRequests
from provision.graph.refusals import NOT_FOUND, refusal
from provision.graph.retry import Repeater
from provision.graph.wire import Answer, GraphRequest

_BAD_REQUEST = 400
_DOUBTED = 30.0
"""Seconds during which a 400 may mean "no such key here"; what else it may mean lasts."""


@dataclass(frozen=True, slots=True)
class _Doubt:
    """How long to go on asking, and what to say in the end."""

    seconds: float
    error: ProvisionError


class Revoker:
    """Removes passwords; "there is no such key" counts as done only when it can be believed."""

    def __init__(self, reads: ReadRequests, repeater: Repeater, pacing: Pacing) -> None:
        self._reads = reads
        self._repeater = repeater
        self._pacing = pacing

    def remove(
        self, request: GraphRequest, object_id: str, key_id: str, *, patience: float, is_fresh: bool
    ) -> None:
        """Remove a password; a key that is gone already is no error.

        Args:
            request: The removal.
            object_id: Of the application.
            key_id: Of the password.
            patience: Seconds to wait for a fresh key to appear.
            is_fresh: Whether the key was made here: a replica that has not heard of it yet would
                say that it is gone, and it would stay alive with nobody holding it.

        Raises:
            OutcomeUnknown: Every answer was lost until the patience ended, or the key is fresh.
            NotYetVisible: A fresh key did not appear in time; it may still be alive.
        """
        wait = Wait(self._pacing)
        while True:
            try:
                answer = self._repeater.send(request, patience=patience, is_fresh=is_fresh)
            except OutcomeUnknown:
                # A key id never comes back, so a removal may be repeated until it is certain. Where
                # it is fresh, "no such key" would be ambiguous: the caller looks and plans again.
                if is_fresh or not wait.pause(request.action, patience):
                    raise
                continue
            if answer.is_success:
                return
            doubt = self._doubt(request, answer, (object_id, key_id), is_fresh=is_fresh)
            if doubt is None:
                return
            if not wait.pause(request.action, min(patience, doubt.seconds)):
                raise doubt.error

    def _doubt(
        self, request: GraphRequest, answer: Answer, ids: tuple[str, str], *, is_fresh: bool
    ) -> "_Doubt | None":
        """Return why a refusal may be a replica's that is behind; None when the key is gone."""
        refused = refusal(request.action, answer)
        if answer.status not in (_BAD_REQUEST, NOT_FOUND):
            raise refused
        if self._is_there(*ids):
            # One replica shows it and another may not have heard of it: ask once more.
            return _Doubt(inf if answer.status == NOT_FOUND else _DOUBTED, refused)
        if not is_fresh:
            return None
        unseen = NotYetVisible(
            f"{request.action}: Graph does not show the password yet",
            hint="run provision plan in a few minutes: it shows whether it is alive",
            evidence=refused.evidence,
        )
        return _Doubt(inf, unseen)

    def _is_there(self, object_id: str, key_id: str) -> bool:
        answer = self._repeater.send(self._reads.passwords(object_id))
        if answer.status == NOT_FOUND:
            return False
        if not answer.is_success:
            return True
        return any(password.key_id == key_id for password in parse.passwords(answer.body))
