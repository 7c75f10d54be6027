"""What AEM's fields would lead to, as a table for people and as JSON for programs."""

import sys

from provision.cli import console
from provision.handoff.aem_replay import Row
from provision.stages.as_aem import AsAem


def lines(found: AsAem) -> list[str]:
    """Return a table of values, and below it the fields of the path that would fail."""
    field = max(len(row.field) for row in found.rows)
    value = max(len(row.value) for row in found.rows)
    text = [f"  as AEM would, with the authority {found.authority} (✓ ✗: as handed off)"]
    text.extend(
        f"    {_mark(row)} {row.field:{field}}  {row.value:{value}}  {row.said}"
        for row in found.rows
    )
    text.extend(
        console.styled(f"    ! {row.field} fails if AEM asks at {row.value}", "warn", sys.stdout)
        for row in found.doubtful
    )
    if not found.failing:
        return [*text, "    no field would fail as handed off"]
    names = {row.field: ", ".join(row.pages) for row in found.failing}
    text.append("    these fields would fail as handed off:")
    text.extend(
        console.styled(f"      → {name} ({pages})", "warn", sys.stdout)
        for name, pages in names.items()
    )
    return text


def as_json(found: AsAem) -> dict[str, object]:
    """Return the table for programs."""
    return {
        "authority": found.authority,
        "ok": not found.failing,
        "failingFields": sorted({row.field for row in found.failing}),
        "failsIf": [row.value for row in found.doubtful],
        "values": [
            {
                "field": row.field,
                "pages": list(row.pages),
                "value": row.value,
                "works": row.works,
                "asHandedOff": bool(row.path),
                "said": row.said,
            }
            for row in found.rows
        ],
    }


def _mark(row: Row) -> str:
    if not row.path:
        return "+" if row.works else "-"
    sign, style = ("✓", "good") if row.works else ("✗", "bad")
    return console.styled(sign, style, sys.stdout)
