"""Planning by table: one file in tests/data/plans a case."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from provision import errors
from provision.manifest.load import read_manifest
from provision.plan.difference import fields, title
from provision.plan.planner import Plan, make_plan
from tests.unit.plan.tenants import NOW, custody, snapshot

CASES = sorted((Path(__file__).parents[2] / "data" / "plans").glob("*.yaml"))
READ = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in CASES}
PLANNED = {name: case for name, case in READ.items() if "refused" not in case}
REFUSED = {name: case for name, case in READ.items() if "refused" in case}


def planned(case: dict[str, Any]) -> Plan:
    manifest = read_manifest(yaml.safe_dump(case["manifest"]), "case")
    return make_plan(manifest, snapshot(case["tenant"]), custody(case.get("vault", {})), NOW)


@pytest.mark.parametrize("name", PLANNED)
def test_plans_the_changes_of_the_case(name: str) -> None:
    changes = planned(PLANNED[name]).changes

    shown = [
        {"title": title(c), "fields": [{f.path: [f.before, f.after]} for f in fields(c)]}
        for c in changes
    ]
    assert shown == PLANNED[name]["changes"]


@pytest.mark.parametrize("name", PLANNED)
def test_gives_exactly_the_notices_of_the_case_advice_aside(name: str) -> None:
    found = [n.text for n in planned(PLANNED[name]).notices if n.kind != "advice"]

    wanted = PLANNED[name]["notices"]
    assert [text[: len(w)] for text, w in zip(found, wanted, strict=True)] == wanted


@pytest.mark.parametrize("name", REFUSED)
def test_refuses_to_plan_with_the_error_of_the_case(name: str) -> None:
    with pytest.raises(getattr(errors, REFUSED[name]["refused"])):
        planned(REFUSED[name])
