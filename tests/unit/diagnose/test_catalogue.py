"""Every row of the catalogue is whole, unique, and names only commands that exist."""

import re
from dataclasses import astuple
from importlib.resources import files
from pathlib import Path

import pytest

from provision.diagnose.catalogue import KINDS, read_entries
from provision.diagnose.entra import CLASS_FILE, CODE_FILES
from provision.diagnose.graph_error import FILES as GRAPH_FILES
from provision.diagnose.reply import FILES as REPLY_FILES

ALL_FILES = (*CODE_FILES, CLASS_FILE, *GRAPH_FILES, *REPLY_FILES)
EVERY = read_entries(*ALL_FILES)
VERBS = {
    *("init", "check", "plan", "apply", "authorize", "verify", "handoff"),
    *("token", "refresh", "sandbox", "demo", "schema"),
}
AZ = re.compile(r"az (login|rest|ad) ")
POWERSHELL = re.compile(r"(Get|Set|Add|New|Remove|Test)-[A-Z][A-Za-z]+( |$)")
SOURCE = re.compile(r"https://[^\s?]+(\?code=\d+)?$|[\w.-]+/[\w.-]+#\d+$")
OURS = re.compile(rf"provision ({'|'.join(VERBS)})( --?[a-z-]+( [A-Za-z]+)?)*$")
SHARED = Path(__file__).resolve().parents[4] / "shared" / "microsoft"


def is_command(line: str) -> bool:
    return any(pattern.match(line) for pattern in (OURS, AZ, POWERSHELL)) and "\n" not in line


def test_every_data_file_is_read() -> None:
    packaged = {
        file.name.removesuffix(".toml") for file in (files("provision.diagnose") / "data").iterdir()
    }
    assert packaged == set(ALL_FILES)


def test_every_entry_has_every_field() -> None:
    assert [e for e in EVERY if not all(astuple(e.advice)) or e.kind not in KINDS] == []


def test_every_entry_speaks_in_sentences_on_one_line() -> None:
    sentences = [text for e in EVERY for text in (e.advice.meaning, e.advice.cause)]
    assert [text for text in sentences if not text.endswith((".", "?")) or "\n" in text] == []


def test_every_command_is_one_that_exists() -> None:
    assert [e.advice.command for e in EVERY if not is_command(e.advice.command)] == []


def test_a_command_that_does_not_exist_would_be_found() -> None:
    assert not is_command("provision teleport")
    assert not is_command("call the help desk")


def test_every_source_is_an_address_or_a_thread() -> None:
    assert [e.advice.source for e in EVERY if not SOURCE.match(e.advice.source)] == []


def test_no_entra_code_has_two_entries() -> None:
    codes = [code for entry in read_entries(*CODE_FILES) for code in entry.codes]
    assert len(codes) == len(set(codes))


def test_entra_codes_are_numbers() -> None:
    assert all(code.isdigit() for entry in read_entries(*CODE_FILES) for code in entry.codes)


@pytest.mark.parametrize("names", [GRAPH_FILES, REPLY_FILES], ids=["graph", "replies"])
def test_no_two_entries_answer_to_the_same(names: tuple[str, ...]) -> None:
    keys = [
        (code, entry.statuses, protocol, entry.fragments, entry.kind if not entry.codes else "")
        for entry in read_entries(*names)
        for code in entry.codes or {""}
        for protocol in entry.protocols or {""}
    ]
    assert len(keys) == len(set(keys))


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/microsoft is not here")
def test_every_code_of_the_fact_sheet_is_known() -> None:
    sheet = (SHARED / "mail.md").read_text(encoding="utf-8")
    rows = sheet[sheet.index("## D.1") : sheet.index("## D.4")].splitlines()
    wanted = {
        code
        for row in rows
        if row.startswith("| ")
        for code in re.findall(r"(?<!\d)\d{5,7}(?!\d)", row.split("|")[1])
    }
    known = {code for entry in read_entries(*CODE_FILES) for code in entry.codes}
    assert len(wanted) > 100
    assert wanted - known == set()
