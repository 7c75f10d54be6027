"""What was sent and what came back, as lines for people and as JSON for programs."""

from provision.cli import one_verdict_view
from provision.mail.arrival import Arrival
from provision.mail.delivery import Delivery, Operation


def lines(delivery: Delivery) -> list[str]:
    """Return each operation, and below it the attachments that are not as they were sent."""
    return [line for operation in delivery.operations for line in _operation(operation)]


def as_json(delivery: Delivery) -> dict[str, object]:
    """Return the operations for programs: digests of attachments, never their content."""
    return {
        "operations": [
            {
                "operation": operation.name,
                "messageIds": list(operation.message_ids),
                **one_verdict_view.as_json(operation.verdict),
                "attachments": [_arrival_as_json(arrival) for arrival in operation.arrivals],
            }
            for operation in delivery.operations
        ]
    }


def _operation(operation: Operation) -> list[str]:
    verdict = operation.verdict
    how = f" by {verdict.protocol.upper()}" if operation.name == "Receive" else ""
    text = one_verdict_view.lines(verdict, f"{operation.name}{how}")
    for arrival in operation.arrivals:
        text.extend(f"      {arrival.sent.name}: {words}" for words in arrival.differences)
    return text


def _arrival_as_json(arrival: Arrival) -> dict[str, object]:
    return {
        "name": arrival.sent.name,
        "contentType": arrival.sent.content_type,
        "octets": len(arrival.sent.content),
        "sha256": arrival.sent.sha256,
        "ok": not arrival.differences,
        "differences": list(arrival.differences),
    }
