"""What moved between a vault and a file, as text and as JSON."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from provision.cli import console

if TYPE_CHECKING:
    from provision.vault.moving import Moved


def show_moved(moved: "Iterable[Moved]") -> None:
    """Print a line for each entry."""
    for each in moved:
        why = f": {each.why}" if each.why else ""
        console.out(f"{each.fate:5} {each.what}{why}")


def moved_as_json(moved: "Iterable[Moved]") -> dict[str, object]:
    """Return the entries by what became of them."""
    found: dict[str, list[dict[str, str]]] = {"taken": [], "kept": [], "left": []}
    for each in moved:
        found[each.fate].append({"what": each.what, "why": each.why})
    return {**found}
