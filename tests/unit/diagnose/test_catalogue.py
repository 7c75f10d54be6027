"""Every row of the catalogue is whole, unique, and names only commands that exist."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from provision.diagnose.advice import Advice
from provision.diagnose.catalogue import KINDS, Entry, read_chapter, read_entries
from provision.diagnose.entra import CLASS_FILE, CODE_FILES, SUBERROR_FILE
from provision.diagnose.graph_error import FILES as GRAPH_FILES
from provision.diagnose.graph_error import known_refusal
from provision.diagnose.reply import FILES as REPLY_FILES
from provision.diagnose.reply import MAIL_FILES, find_reply

ALL_FILES = (
    *(*CODE_FILES, CLASS_FILE, SUBERROR_FILE),
    *(*GRAPH_FILES, *REPLY_FILES),
    *("programs", "credentials"),
)
EVERY = read_entries(*ALL_FILES)
VERBS = {
    *("init", "check", "plan", "apply", "authorize", "verify", "handoff", "adopt", "destroy"),
    *("token", "refresh", "rotate", "doctor", "sandbox", "demo", "schema"),
}
AZ = re.compile(r"az (login|rest|ad) ")
POWERSHELL = re.compile(r"(Add|Connect|Get|New|Remove|Set|Test)-[A-Z][A-Za-z]+( |$)")
SOURCE = re.compile(r"https://[^\s?]+(\?code=\d+)?$|[\w.-]+/[\w.-]+#\d+$")
OURS = re.compile(rf"provision ({'|'.join(VERBS)})( --?[a-z-]+( [A-Za-z]+)?)*$")
SHARED = Path(__file__).resolve().parents[4] / "shared" / "microsoft"


def is_command(line: str) -> bool:
    return any(pattern.match(line) for pattern in (OURS, AZ, POWERSHELL)) and "\n" not in line


def fields(advice: Advice) -> tuple[str, ...]:
    return advice.meaning, advice.cause, advice.command, advice.source


def test_every_data_file_is_read() -> None:
    packaged = {
        file.name.removesuffix(".toml") for file in (files("provision.diagnose") / "data").iterdir()
    }
    assert packaged == {*ALL_FILES, "well_known_ids"}


def test_every_entry_has_every_field() -> None:
    assert [e for e in EVERY if not all(fields(e.advice)) or e.kind not in KINDS] == []


def test_every_entry_speaks_in_sentences_on_one_line() -> None:
    sentences = [text for e in EVERY for text in (e.advice.meaning, e.advice.cause)]
    assert [text for text in sentences if not text.endswith((".", "?")) or "\n" in text] == []


def test_every_command_is_one_that_exists() -> None:
    assert [e.advice.command for e in EVERY if not is_command(e.advice.command)] == []


def test_every_line_of_powershell_is_one() -> None:
    assert [
        e for e in EVERY if e.advice.mended_by and not POWERSHELL.match(e.advice.mended_by)
    ] == []


def test_a_file_begins_with_the_title_of_its_chapter() -> None:
    assert [n for n in ALL_FILES if not read_chapter(n).title.endswith((".", ":"))] == []


def test_there_are_150_codes_and_24_mail_replies_and_each_has_a_source() -> None:
    codes = {code for entry in read_entries(*CODE_FILES, *GRAPH_FILES) for code in entry.codes}
    replies = [entry for entry in read_entries(*MAIL_FILES) if not entry.is_fallback]
    assert len(codes) >= 150
    assert len(replies) >= 24
    assert all(entry.advice.source for entry in EVERY)


def test_a_source_is_an_address_that_a_browser_opens() -> None:
    assert [e for e in EVERY if not e.advice.source_url.startswith("https://")] == []
    thread = Advice("m", "c", "c", "Azure/azure-cli#15512")
    assert thread.source_url == "https://github.com/Azure/azure-cli/issues/15512"


def test_a_command_that_does_not_exist_would_be_found() -> None:
    assert not is_command("provision teleport")
    assert not is_command("call the help desk")


def test_every_source_is_an_address_or_a_thread() -> None:
    assert [e.advice.source for e in EVERY if not SOURCE.match(e.advice.source)] == []


def test_no_entra_code_has_two_entries_for_the_same_words() -> None:
    keys = [(code, e.fragments) for e in read_entries(*CODE_FILES) for code in e.codes]
    assert len(keys) == len(set(keys))


def test_entra_codes_are_numbers() -> None:
    assert all(code.isdigit() for entry in read_entries(*CODE_FILES) for code in entry.codes)


def _kind(entry: Entry) -> str:
    return "" if entry.codes else entry.kind


@pytest.mark.parametrize("names", [GRAPH_FILES, REPLY_FILES], ids=["graph", "replies"])
def test_no_two_entries_answer_to_the_same(names: tuple[str, ...]) -> None:
    keys = [
        (code, entry.statuses, protocol, entry.fragments, entry.phrases, _kind(entry))
        for entry in read_entries(*names)
        for code in entry.codes or {""}
        for protocol in entry.protocols or {""}
    ]
    assert len(keys) == len(set(keys))


needs_the_sheets = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/microsoft is not here")


def sheet(name: str, begin: str, end: str) -> str:
    text = (SHARED / name).read_text(encoding="utf-8")
    return text[text.index(begin) : text.index(end)]


def table(text: str) -> list[list[str]]:
    rows = [row.split("|")[1:-1] for row in text.splitlines() if row.startswith("| ")]
    return [[cell.strip() for cell in row] for row in rows]


@needs_the_sheets
def test_every_code_of_the_fact_sheet_is_known() -> None:
    cells = [row[0] for row in table(sheet("mail.md", "## D.1", "## D.4"))]
    wanted = {code for cell in cells for code in re.findall(r"(?<!\d)\d{5,8}(?!\d)", cell)}
    known = {code for entry in read_entries(*CODE_FILES) for code in entry.codes}
    assert len(wanted) > 100
    assert wanted - known == set()


@needs_the_sheets
def test_every_reply_of_the_fact_sheet_is_known() -> None:
    cells = [row[0] for row in table(sheet("mail.md", "## D.4", "Disambiguating 535"))]
    replies = [reply for cell in cells for reply in re.findall("`([^`]+)`", cell)]
    assert len(replies) > 24
    assert [
        reply
        for reply in replies
        if all(find_reply(protocol, reply).is_fallback for protocol in ("imap", "pop", "smtp"))
    ] == []


@needs_the_sheets
def test_every_refusal_of_the_fact_sheet_is_known() -> None:
    rows = table(sheet("graph.md", "## 9. Errors", "## 10."))
    codes = [(c, row[2]) for row in rows[1:] for c in re.findall(r"\b[A-Z][A-Za-z_]+\b", row[1])]
    assert len(codes) > 20
    # The sheet writes `Credential*AsPerAppPolicy` for two that the catalogue has.
    unknown = [code for code, message in codes if known_refusal(0, code, message) is None]
    assert unknown == ["Credential", "AsPerAppPolicy"]
