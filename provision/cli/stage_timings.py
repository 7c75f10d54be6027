"""What every stage proved and how long it took, gathered from progress events."""

from dataclasses import dataclass

from provision.clock import Clock
from provision.stages.progress import (
    Asked,
    Event,
    Failed,
    Finished,
    Remarked,
    Report,
    Started,
    Waiting,
)

STAGES = (
    "application",
    "secret",
    "permissions",
    "consent",
    "redirects",
    "authorize",
    "refresh",
    "imap",
    "pop",
    "smtp",
    "deliver",
    "handoff",
    "replan",
)


@dataclass(slots=True)
class StageRow:
    """One stage so far."""

    ok: bool
    seconds: float
    evidence: str


class StageLog:
    """Passes events on and keeps one row a stage; a stage may report more than once."""

    def __init__(self, report: Report, clock: Clock) -> None:
        self._report = report
        self._clock = clock
        self._mark = clock.monotonic()
        self._rows: dict[str, StageRow] = {}
        self.waits = 0
        """How often something was waited for or asked again."""

    def __call__(self, event: Event) -> None:
        """Take one event."""
        match event:
            case Finished(stage=stage, evidence=evidence):
                self._add(stage, evidence, ok=True)
            case Failed(stage=stage, reason=reason):
                self._add(stage, reason, ok=False)
            case Waiting():
                self.waits += 1
            case Started() | Asked() | Remarked():
                pass
        self._report(event)

    def _add(self, stage: str, evidence: str, *, ok: bool) -> None:
        now = self._clock.monotonic()
        before = self._rows.get(stage)
        took = now - self._mark + (before.seconds if before else 0.0)
        self._rows[stage] = StageRow(ok and (before is None or before.ok), took, evidence)
        self._mark = now

    def as_json(self) -> list[dict[str, object]]:
        """Return a row for every stage in order; one that never reported is not ok."""
        missing = StageRow(ok=False, seconds=0.0, evidence="did not run")
        return [
            {
                "name": name,
                "ok": row.ok,
                "seconds": round(row.seconds, 3),
                "evidence": row.evidence,
            }
            for name in STAGES
            for row in (self._rows.get(name, missing),)
        ]

    @property
    def is_good(self) -> bool:
        """Whether every stage ran and ended as it should."""
        return all(name in self._rows and self._rows[name].ok for name in STAGES)
