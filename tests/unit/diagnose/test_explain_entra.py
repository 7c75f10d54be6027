"""Entra's numbers lead to their advice, unknown ones to their class and Microsoft's page."""

import pytest

from provision.diagnose import explain_entra
from provision.diagnose.catalogue import read_entries
from provision.diagnose.entra import CLASS_FILE, CODE_FILES


@pytest.mark.parametrize(
    ("code", "command"),
    [
        (65001, "provision apply"),
        (54005, "provision authorize"),
        (700082, "provision apply --through handoff"),
        (7000222, "provision apply --through handoff"),
        (650053, "provision check"),
        (90055, "provision refresh"),
        (9002325, "provision apply"),
        (50057, "Get-MailboxPermission -Identity MAILBOX"),
    ],
)
def test_a_known_code_gets_its_command(code: int, command: str) -> None:
    assert explain_entra(code, "invalid_grant").command == command


def test_every_code_of_the_data_is_found() -> None:
    for entry in read_entries(*CODE_FILES):
        for code in entry.codes:
            assert explain_entra(int(code), "", " ".join(entry.fragments)) == entry.advice


@pytest.mark.parametrize(
    ("code", "description", "word"),
    [
        (
            70000,
            "… scopes requested are unauthorized or expired.",
            "scopes",
        ),
        (70000, "The user could not be authenticated as the grant is expired.", "has run out"),
        (70000, "Provided grant is invalid or malformed.", "not valid"),
        (700023, "Client assertion audience claim does not match Realm issuer.", "assertion"),
        (700023, "", "names no resource"),
        (90023, "Public clients can't send a client secret.", "public"),
    ],
)
def test_a_number_with_several_meanings_is_told_by_its_description(
    code: int, description: str, word: str
) -> None:
    assert word in explain_entra(code, "invalid_grant", description).meaning


def test_a_known_code_beats_the_class() -> None:
    assert explain_entra(7000215, "invalid_grant") == explain_entra(7000215, "invalid_client")


def test_an_unknown_code_degrades_to_its_class() -> None:
    advice = explain_entra(123456, "invalid_grant")
    assert advice.meaning == explain_entra(None, "invalid_grant").meaning
    assert advice.command == "provision authorize"


def test_an_unknown_code_leads_to_microsofts_page() -> None:
    source = explain_entra(123456, "invalid_grant").source
    assert source == "https://login.microsoftonline.com/error?code=123456"


def test_every_class_is_found_without_a_code() -> None:
    for entry in read_entries(CLASS_FILE):
        for error in entry.codes:
            assert explain_entra(None, error) == entry.advice


def test_an_unknown_class_still_gets_advice() -> None:
    assert "not in this catalogue" in explain_entra(None, "teapot").meaning


def test_an_empty_answer_still_gets_advice() -> None:
    assert explain_entra(None, "") == explain_entra(None, "*")


def test_the_class_is_read_whatever_its_case() -> None:
    assert explain_entra(None, " Invalid_Grant ") == explain_entra(None, "invalid_grant")
