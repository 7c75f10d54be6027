"""Into the bin, out of it, and out of the world: deletions are repeated until they are certain."""

from provision.errors import OutcomeUnknown
from provision.graph.polling import Pacing, Wait
from provision.graph.refusals import NOT_FOUND, refusal
from provision.graph.retry import PATIENCE, Repeater
from provision.graph.wire import GraphRequest


class DeletedItems:
    """Deletes; "there is no such object" counts as done."""

    def __init__(self, repeater: Repeater, pacing: Pacing) -> None:
        self._repeater = repeater
        self._pacing = pacing

    def delete(self, request: GraphRequest, *, is_fresh: bool = False) -> None:
        """Delete, and delete again when the answer was lost: the second time finds nothing.

        Args:
            request: A DELETE.
            is_fresh: Whether the object was made here: then "not found" means "not here yet".

        Raises:
            OutcomeUnknown: Every answer was lost until the patience ended.
        """
        wait = Wait(self._pacing)
        while True:
            try:
                answer = self._repeater.send(request, is_fresh=is_fresh)
            except OutcomeUnknown:
                if not wait.pause(request.action, PATIENCE):
                    raise
                continue
            if answer.is_success or answer.status == NOT_FOUND:
                return
            raise refusal(request.action, answer)

    def restore(self, request: GraphRequest) -> None:
        """Restore once; whether a lost answer took effect is for the caller to look at.

        Raises:
            NotFound: It is not in the bin.
            OutcomeUnknown: The answer was lost.
        """
        answer = self._repeater.send(request)
        if not answer.is_success:
            raise refusal(request.action, answer)
