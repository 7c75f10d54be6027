"""Who holds a unique name that Graph says is taken: a live application, or one in the bin."""

from collections.abc import Iterator

from provision.errors import AlreadyExists, NameTaken, RefusedError
from provision.graph import answers as parse
from provision.graph.read_requests import ReadRequests
from provision.graph.retry import Repeater
from provision.graph.wire import GraphRequest
from provision.tenant.application import Namesake

_OTHER_NAME = "choose another uniqueName in the manifest"


def explained(
    unique_name: str,
    collision: AlreadyExists,
    reads: ReadRequests,
    repeater: Repeater,
    *,
    is_fresh: bool,
) -> RefusedError:
    """Return `AlreadyExists` for a live holder, else `NameTaken`, by looking.

    Args:
        unique_name: As Graph refused it.
        collision: The refusal.
        reads: Makes the requests.
        repeater: Sends them.
        is_fresh: Whether a creation of ours, the answer to which was lost, may be the holder: then
            it is waited for, since the replica that answers may not have heard of it.

    Raises:
        NotYetVisible: That holder did not appear in time.

    Source:
        A soft-deleted application keeps its name: microsoftgraph/msgraph-bicep-types#137
    """
    if repeater.send(reads.application(unique_name), is_fresh=is_fresh).is_success:
        return AlreadyExists(
            f"creating application {unique_name}: one with this uniqueName exists",
            hint="run provision plan: it shows what differs from the manifest",
            evidence=collision.evidence,
        )
    for holder in _deleted(reads, repeater):
        if holder.unique_name == unique_name:
            return NameTaken(
                f"creating application {unique_name}: the deleted application "
                f"{holder.display_name!r} ({holder.object_id}) still holds this uniqueName",
                hint="run provision apply again: it offers to restore it",
                evidence=(("deleted-object-id", holder.object_id), *collision.evidence),
            )
    return NameTaken(
        f"creating application {unique_name}: Graph says that the uniqueName is taken, "
        "and shows no application, live or deleted, that has it",
        hint=f"{_OTHER_NAME}: a purged application may hold it for a while",
        evidence=collision.evidence,
    )


def _deleted(reads: ReadRequests, repeater: Repeater) -> Iterator[Namesake]:
    request: GraphRequest | None = reads.deleted_applications()
    while request is not None:
        answer = repeater.send(request)
        if not answer.is_success:
            return
        yield from map(parse.namesake, parse.items(answer.body))
        request = reads.next_page(request.action, parse.next_link(answer.body))
