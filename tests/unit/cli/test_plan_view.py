"""Every planned change as JSON that its schema knows, and as Markdown that cannot break."""

import json
from pathlib import Path

import jsonschema_rs
import pytest

from provision.cli.plan_markdown import as_markdown
from provision.cli.plan_view import as_json
from provision.manifest.load import read_manifest
from provision.plan.planner import Plan, make_plan
from tests.unit.plan.tenants import NOW, snapshot
from tests.unit.plan.test_saved_plan import NOTHING

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "docs" / "reference" / "plan.schema.json").read_text("utf-8")
)
STRANGE = "`x` |<b> @all\n```\n# owned"


def plan(display_name: str) -> Plan:
    manifest = read_manifest("tenant: contoso.com\napplication: {uniqueName: aem-mail}\n", "m")
    found = snapshot({"application": {"displayName": display_name}})
    return make_plan(manifest, found, NOTHING, NOW)


def test_the_json_of_a_plan_is_what_its_schema_says():
    jsonschema_rs.validator_for(SCHEMA).validate(as_json(plan("old")))


@pytest.mark.parametrize("member", ["formatVersion", "changes", "notices"])
def test_the_schema_misses_what_a_plan_must_have(member):
    shown = as_json(plan("old"))
    del shown[member]

    assert not jsonschema_rs.validator_for(SCHEMA).is_valid(shown)


def test_a_name_that_is_markup_stays_text():
    lines = as_markdown(plan(STRANGE)).splitlines()

    assert "-     displayName: `x` |<b> @all ``` # owned" in lines
    assert [line for line in lines if line.startswith("```")] == ["```diff", "```"]
    outside = "\n".join(lines[: lines.index("```diff")] + lines[lines.index("```") :])
    assert "<b>" not in outside
    assert "@all" not in outside
