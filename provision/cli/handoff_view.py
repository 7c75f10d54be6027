"""What was handed over, for programs; never the values."""

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provision.stages.handoff import HandedOver


def as_json(handed: "HandedOver") -> dict[str, object]:
    """Return who was given which generation."""
    return {
        "holder": handed.holder,
        "mailbox": handed.mailbox,
        "generation": handed.generation,
        "ok": handed.failure is None,
        "error": None if handed.failure is None else handed.failure.message,
    }


def text(handed: list[dict[str, object]]) -> str:
    """Return the list as one JSON document."""
    return json.dumps({"handedOver": handed}, indent=2, ensure_ascii=False)
