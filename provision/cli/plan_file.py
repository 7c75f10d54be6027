"""A plan as a file: written for its owner alone, read as an approval, never as an instruction."""

import json
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from provision.cli.plan_view import as_json
from provision.errors import RefusedError, UsageError
from provision.manifest.load import read_manifest
from provision.plan.planner import Plan
from provision.plan.saved_plan import (
    LIFETIME,
    Circumstances,
    SavedPlan,
    differences,
    has_expired,
)

if TYPE_CHECKING:
    from provision.stages.session import Session

FORMAT_VERSION = 1
HOURS = round(LIFETIME.total_seconds() / 3600)
_AGAIN = "make a new one with `provision plan --out FILE`"


def circumstances(file: Path, cloud: str, *, consents_on_exchange: bool) -> Circumstances:
    """Return what a plan file binds besides the plan: this tool, this cloud, this manifest.

    The manifest counts by what it says, wherever its folder is.
    """
    manifest = read_manifest(file.read_text(encoding="utf-8-sig"), str(file))
    return Circumstances(version("provision"), cloud, manifest.digest, consents_on_exchange)


def write(path: Path, saved: SavedPlan, plan: Plan) -> None:
    """Write an approval, and beside it the plan for whoever reads the file.

    Raises:
        SinkFailed: The file cannot be written.
    """
    from provision.handoff.files import check_writable, replace_private

    document = {
        "formatVersion": FORMAT_VERSION,
        "approves": _as_json(saved),
        "expiresAt": (saved.made_at + LIFETIME).isoformat(),
        "plan": as_json(plan),
    }
    check_writable(path)
    replace_private(path, lambda file: file.write(json.dumps(document, indent=2) + "\n"))


def approval(path: Path, around: Circumstances, now: datetime) -> Callable[[Plan], None]:
    """Read an approval; return what raises RefusedError for every other plan.

    Raises:
        UsageError: The file is missing or is none.
        RefusedError: It has expired.
    """
    saved = _read(path)
    if has_expired(saved, now):
        raise RefusedError(
            f"plan file {path}: made at {saved.made_at:%Y-%m-%d %H:%M} UTC, and a plan holds for "
            f"{HOURS} hours",
            hint=_AGAIN,
        )

    def require_same(plan: Plan) -> None:
        found = differences(saved, plan, around)
        if found:
            raise RefusedError(
                f"plan file {path}: it does not approve what would be done now: {'; '.join(found)}",
                hint="nothing was changed; look at `provision plan`, then approve it with `--out`",
            )

    return require_same


def approval_for(
    path: Path, manifest: Path, session: "Session", exchange_consent: bool
) -> Callable[[Plan], None]:
    """Read an approval for what a session is about to do; the same errors as `approval`."""
    services = session.services
    around = circumstances(manifest, services.cloud.name, consents_on_exchange=exchange_consent)
    return approval(path, around, services.clock.now())


def _read(path: Path) -> SavedPlan:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return _parsed(raw["approves"], raw["formatVersion"])
    except OSError as error:
        raise UsageError(
            f"plan file {path}: cannot be read ({error.strerror})", hint=_AGAIN
        ) from error
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"plan file {path}: it is no plan of this version", hint=_AGAIN) from error


def _as_json(saved: SavedPlan) -> dict[str, object]:
    values = {field.name: getattr(saved, field.name) for field in fields(saved)}
    return {_camel(name): value for name, value in values.items()} | {
        "madeAt": saved.made_at.isoformat()
    }


def _parsed(raw: dict[str, Any], version: object) -> SavedPlan:
    if version != FORMAT_VERSION:
        raise ValueError("another version")
    values = {field.name: raw[_camel(field.name)] for field in fields(SavedPlan)}
    made_at = datetime.fromisoformat(values.pop("made_at"))
    if made_at.tzinfo is None:
        raise ValueError("an instant without a zone")
    return SavedPlan(made_at=made_at, **values)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)
