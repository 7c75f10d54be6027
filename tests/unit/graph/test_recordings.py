"""Every real answer of a kind that we use can be read."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from provision.errors import NotFound
from provision.graph import answers as parse
from provision.graph.refusals import class_of
from provision.graph.wire import Answer

RECORDINGS = Path(__file__).parents[4] / "shared" / "microsoft" / "recordings" / "graph-2024.jsonl"
ID = r"[^/?]+"
READERS: tuple[tuple[str, str, Callable[[object], object]], ...] = (
    ("GET", r"applications", lambda body: [*map(parse.application, parse.items(body))]),
    ("GET", rf"applications/{ID}", parse.application),
    ("POST", r"applications", parse.application),
    ("POST", rf"applications/{ID}/addPassword", parse.minted),
    ("GET", r"servicePrincipals", lambda body: [*map(parse.service_principal, parse.items(body))]),
    ("GET", rf"servicePrincipals/{ID}", parse.service_principal),
    ("GET", rf"servicePrincipals/{ID}", parse.resource),
    ("POST", r"servicePrincipals", parse.service_principal),
    ("GET", r"oauth2PermissionGrants", lambda body: [*map(parse.grant, parse.items(body))]),
    ("POST", r"oauth2PermissionGrants", parse.grant),
)

pytestmark = pytest.mark.skipif(
    not RECORDINGS.exists(), reason=f"the recordings are not here: {RECORDINGS.name}"
)


def recorded() -> list[dict[str, dict[str, object]]]:
    if not RECORDINGS.exists():
        return []
    return [json.loads(line) for line in RECORDINGS.read_text(encoding="utf-8").splitlines()]


def bodies(method: str, pattern: str, statuses: range) -> list[tuple[int, object]]:
    whole = re.compile(rf"/v1\.0/{pattern}(\?.*)?", re.IGNORECASE)
    return [
        (int(str(entry["response"]["status"])), entry["response"]["body"])
        for entry in recorded()
        if entry["request"]["method"] == method
        and whole.fullmatch(str(entry["request"]["path"]))
        and entry["response"]["status"] in statuses
    ]


@pytest.mark.parametrize(("method", "pattern", "read"), READERS)
def test_reads_every_success(method, pattern, read):
    found = [read(body) for _, body in bodies(method, pattern, range(200, 300))]

    assert found
    assert None not in found


def test_takes_every_recorded_404_for_an_object_that_is_not_there():
    found = bodies("GET", rf"{ID}/{ID}", range(400, 500))

    assert found
    assert {class_of(Answer(status, {}, body)) for status, body in found} == {NotFound}


def test_reads_instants_of_every_password():
    found = bodies("GET", r"applications", range(200, 300))
    applications = [parse.application(item) for _, body in found for item in parse.items(body)]

    assert all(p.end_at > p.start_at for a in applications for p in a.passwords)
