"""Every cassette says where its answers come from, is replayed by a test and holds no secret."""

import ast
import re
import runpy
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.architecture.sources import ROOT, plant, read_sources
from tests.canary import Canary

CASSETTES = ROOT / "cassettes"
SOURCES = {"sandbox", "microsoft"}
CREDENTIAL_HEADERS = {"authorization", "cookie", "set-cookie"}
SECRETS = {
    "member": r'"(?:secretText|hint|\w*_token|client_secret|password)": "(?!scrubbed"|e30\.)',
    "field": r"\b(?:client_secret|refresh_token|code_verifier|password|code(?!=\d+\b))=",
    "bearer": r"Bearer [\w.~+/-]{16,}",
    "client secret": r"[\w.~-]{3}\dQ~[\w.~-]{30,}",
    "code or refresh token": r"\b[01]\.A[\w-]{30,}|\bM\.C5\d+_",
    "opaque access token": r"\bEw[A-C]\w{30,}",
}
GOOD_ENTRY = 'source = "sandbox"\nrecorded_on = 2026-03-01\nused_by = "tests"\n'


def provenance(cassettes: Path) -> dict[str, dict[str, Any]]:
    return tomllib.loads((cassettes / "provenance.toml").read_text(encoding="utf-8"))


def unaccounted(cassettes: Path) -> list[str]:
    """Return folders without entry, entries without folder, and entries that say too little."""
    entries = provenance(cassettes)
    folders = {path.name for path in cassettes.iterdir() if path.is_dir()}
    return sorted(folders ^ entries.keys()) + [
        name
        for name, entry in entries.items()
        if entry.get("source") not in SOURCES or not isinstance(entry.get("recorded_on"), date)
    ]


def unplayed(cassettes: Path, root: Path) -> list[str]:
    """Return the cassettes that are named after no test of the folder that uses them."""
    found = []
    for name, entry in provenance(cassettes).items():
        tests = set(_test_names(root / entry["used_by"]))
        found += [
            path.relative_to(cassettes).as_posix()
            for path in sorted((cassettes / name).rglob("*"))
            if path.suffix != ".yaml" or path.stem not in tests
        ]
    return found


def _test_names(folder: Path) -> Iterator[str]:
    for source in read_sources(folder):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield node.name.removeprefix("test_")


def secrets_in(cassettes: Path) -> list[str]:
    """Return each place of a cassette that looks like a credential, and what it looks like."""
    return [
        f"{path.relative_to(cassettes).as_posix()}: {name}"
        for path in sorted(cassettes.rglob("*.yaml"))
        for interaction in _interactions(path)
        for name in _secrets_of(interaction)
    ]


def _interactions(path: Path) -> list[dict[str, Any]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: list[dict[str, Any]] = yaml.load(path.read_text(encoding="utf-8"), loader)[
        "interactions"
    ]
    return found


def _secrets_of(interaction: dict[str, Any]) -> Iterator[str]:
    request, response = interaction["request"], interaction["response"]
    headers = {*request["headers"], *response["headers"]}
    yield from CREDENTIAL_HEADERS & {header.lower() for header in headers}
    text = "\n".join(
        str(part) for part in (request["uri"], request["body"], response["body"]["string"])
    )
    yield from (name for name, pattern in SECRETS.items() if re.search(pattern, text))
    yield from (leak.name for leak in Canary({}).leaks({"": text.encode()}))


def planted(folder: Path, body: str, uri: str = "https://localhost:8443/", **headers: str) -> Path:
    """Write a folder of one cassette, for a test that a check sees what it is for."""
    recorded = {
        "request": {"uri": uri, "body": None, "headers": headers},
        "response": {"headers": {}, "body": {"string": body}},
    }
    return plant(folder, "graph/planted.yaml", yaml.safe_dump({"interactions": [recorded]}))


def test_every_folder_says_where_its_answers_come_from():
    assert unaccounted(CASSETTES) == []


def test_every_cassette_is_replayed_by_a_test():
    assert unplayed(CASSETTES, ROOT) == []


def test_no_cassette_holds_a_secret():
    assert secrets_in(CASSETTES) == []


def test_a_folder_of_unknown_origin_is_seen(tmp_path):
    plant(tmp_path, "provenance.toml", f"[graph]\n{GOOD_ENTRY}")
    (tmp_path / "graph").mkdir()
    (tmp_path / "pop").mkdir()

    assert unaccounted(tmp_path) == ["pop"]


@pytest.mark.parametrize("line", ['source = "memory"', 'recorded_on = "lately"'])
def test_an_entry_that_says_too_little_is_seen(tmp_path, line):
    key = line.partition(" ")[0]
    plant(tmp_path, "provenance.toml", f"[graph]\n{re.sub(f'{key} = .*', line, GOOD_ENTRY)}")
    (tmp_path / "graph").mkdir()

    assert unaccounted(tmp_path) == ["graph"]


def test_a_cassette_whose_test_is_gone_is_seen(tmp_path):
    plant(tmp_path, "tests/test_a.py", "def test_planted(): ...\n")
    plant(tmp_path, "cassettes/provenance.toml", f"[graph]\n{GOOD_ENTRY}")
    planted(tmp_path / "cassettes", "{}")
    plant(tmp_path, "cassettes/graph/stale.yaml", "interactions: []\n")

    assert unplayed(tmp_path / "cassettes", tmp_path) == ["graph/stale.yaml"]


def test_recording_anew_moves_the_date_of_what_the_sandbox_answered_alone():
    dated = runpy.run_path(str(ROOT / "tools" / "provenance.py"))["dated"]
    theirs = GOOD_ENTRY.replace("sandbox", "microsoft")

    after = dated(f"# Why\n[a]\n{GOOD_ENTRY}\n[b]\n{theirs}", date(2026, 4, 5))

    ours = GOOD_ENTRY.replace("2026-03-01", "2026-04-05")
    assert after == f"# Why\n[a]\n{ours}\n[b]\n{theirs}"


@pytest.mark.parametrize(
    "body",
    [
        '{"secretText": "abc"}',
        '{"hint": "abc"}',
        '{"refresh_token": "anything"}',
        '{"id_token": "anything"}',
        '{"access_token": "anything"}',
        f"the secret abc8Q~{'x' * 34} was sent",
        f"the token 1.A{'x' * 40} was sent",
        f"the code M.C519_BAY.2.U.{'x' * 40} was sent",
        f"EwB4{'A' * 60}",
        f"Bearer {'x' * 20}",
        f"eyJ{'a' * 20}.eyJ{'b' * 20}.{'c' * 20}",
        "grant_type=refresh_token&client_secret=abc",
    ],
)
def test_a_secret_in_an_answer_is_seen(tmp_path, body):
    assert secrets_in(planted(tmp_path, body))


def test_a_secret_in_a_header_is_seen(tmp_path):
    assert secrets_in(planted(tmp_path, "{}", Authorization="x")) == [
        "graph/planted.yaml: authorization"
    ]


def test_a_code_in_an_address_is_seen(tmp_path):
    uri = "https://localhost:8443/?code=abc&state=s"

    assert secrets_in(planted(tmp_path, "{}", uri)) == ["graph/planted.yaml: field"]


@pytest.mark.parametrize(
    "body", ['{"id_token": "scrubbed"}', '{"error_uri": "https://localhost/error?code=7000215"}']
)
def test_what_only_resembles_a_secret_is_none(tmp_path, body):
    assert secrets_in(planted(tmp_path, body)) == []
