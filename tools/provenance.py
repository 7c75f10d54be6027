"""Bring `recorded_on` of the cassettes that were recorded against the sandbox up to date."""

import re
import sys
from datetime import UTC, date, datetime
from pathlib import Path

FILE = Path("cassettes/provenance.toml")


def dated(text: str, today: date) -> str:
    """Return the provenance with a new date in each section whose source is the sandbox."""
    sections = re.split(r"(?m)^(?=\[)", text)
    return "".join(
        re.sub(r"(?m)^recorded_on = .*$", f"recorded_on = {today}", section)
        if re.search(r'(?m)^source = "sandbox"$', section)
        else section
        for section in sections
    )


def main() -> int:
    """Rewrite the file and return the exit code."""
    FILE.write_text(
        dated(FILE.read_text(encoding="utf-8"), datetime.now(UTC).date()), encoding="utf-8"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
