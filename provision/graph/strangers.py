"""Applications that others made: found whole, to be taken over, and given a unique name."""

from collections.abc import Iterator

from provision.errors import AlreadyExists, NameTaken
from provision.graph import answers as parse
from provision.graph.adoptee import adoptee
from provision.graph.read_requests import ReadRequests
from provision.graph.refusals import NOT_FOUND, refusal
from provision.graph.retry import Repeater
from provision.graph.wire import Answer, GraphRequest
from provision.tenant.adoptee import Adoptee


class Strangers:
    """Reads applications by what people know them by; keeps nothing."""

    def __init__(self, requests: ReadRequests, repeater: Repeater) -> None:
        self._requests = requests
        self._repeater = repeater

    def find_by_client_id(self, client_id: str) -> Adoptee | None:
        """Return one application; None where there is none."""
        request = self._requests.whole_application(client_id)
        answer = self._repeater.send(request)
        if answer.status == NOT_FOUND:
            return None
        return adoptee(_succeeded(request, answer).body)

    def find_by_display_name(self, display_name: str) -> tuple[Adoptee, ...]:
        """Return every application of that display name, oldest first."""
        found = map(adoptee, self._items(self._requests.whole_applications(display_name)))
        return tuple(sorted(found, key=lambda a: (str(a.created_at), a.application.object_id)))

    def _items(self, request: GraphRequest | None) -> Iterator[parse.JsonValue]:
        while request is not None:
            body = _succeeded(request, self._repeater.send(request)).body
            yield from parse.items(body)
            request = self._requests.next_page(request.action, parse.next_link(body))


def named_by_another(action: str, collision: AlreadyExists) -> NameTaken:
    """Return the refusal of a unique name that an application was to get."""
    return NameTaken(
        f"{action}: Graph says that another application has this uniqueName",
        hint="name another: provision adopt --unique-name NAME",
        evidence=collision.evidence,
    )


def _succeeded(request: GraphRequest, answer: Answer) -> Answer:
    if not answer.is_success:
        raise refusal(request.action, answer)
    return answer
