"""Outputs and variables of GitHub Actions: masked first, and no value can set another."""

from pathlib import Path

import pytest

from provision.errors import SinkFailed
from provision.handoff.github_actions import GitHubActionsSink
from tests.unit.handoff.values import make_handover


def read_as_runner(text: str) -> dict[str, str]:
    """Read a file of outputs as the runner does: `NAME<<DELIMITER`, lines, `DELIMITER`."""
    lines, found = iter(text.splitlines()), {}
    for line in lines:
        name, _, delimiter = line.partition("<<")
        value = []
        while (part := next(lines)) != delimiter:
            value.append(part)
        found[name] = "\n".join(value)
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "output"
    file.write_text("EARLIER=1\n")
    return file


def test_every_secret_is_masked_before_a_value_leaves(path: Path) -> None:
    said: list[str] = []
    before: list[str] = []

    def write(text: str) -> None:
        said.append(text)
        before.append(path.read_text())

    GitHubActionsSink("outputs", path, write).keep(make_handover())

    assert said == ["::add-mask::s3~cr.et_\n::add-mask::1.AXrefresh\n"]
    assert before == ["EARLIER=1\n"]


def test_the_runner_reads_every_value_behind_what_others_wrote(path: Path) -> None:
    GitHubActionsSink("outputs", path, lambda _: None).keep(make_handover())

    first, _, rest = path.read_text().partition("\n")
    found = read_as_runner(rest)
    assert first == "EARLIER=1"
    assert found["MAIL_OAUTH_CLIENT_SECRET"] == "s3~cr.et_"
    assert found["MAIL_OAUTH_CLIENT_SECRET_KEY_ID"] == "key-1"
    assert found["MAIL_OAUTH_REFRESH_TOKEN"] == "1.AXrefresh"
    assert len(found) == 7


def test_a_value_of_several_lines_sets_no_variable_of_its_own(path: Path) -> None:
    said: list[str] = []
    evil = "a%b\nEOF\nPATH=/evil"
    GitHubActionsSink("environment", path, said.append).keep(make_handover(secret=evil))

    found = read_as_runner(path.read_text().partition("\n")[2])

    assert found["MAIL_OAUTH_CLIENT_SECRET"] == evil
    assert "PATH" not in found
    assert "".join(said).splitlines()[:4] == [
        "::add-mask::a%25b%0AEOF%0APATH=/evil",
        "::add-mask::a%25b",
        "::add-mask::EOF",
        "::add-mask::PATH=/evil",
    ]


def test_no_two_delimiters_are_alike(path: Path) -> None:
    sink = GitHubActionsSink("outputs", path, lambda _: None)
    sink.keep(make_handover())
    sink.keep(make_handover())

    delimiters = [line.partition("<<")[2] for line in path.read_text().splitlines() if "<<" in line]
    assert len(set(delimiters)) == len(delimiters) == 14


def test_outside_a_step_it_says_which_setting_is_missing() -> None:
    sink = GitHubActionsSink("environment", None, lambda _: None)

    with pytest.raises(SinkFailed, match="GITHUB_ENV is not set"):
        sink.prepare()
    with pytest.raises(SinkFailed, match="GITHUB_ENV is not set"):
        sink.keep(make_handover())


def test_a_file_that_is_gone_is_found_out_beforehand(tmp_path: Path) -> None:
    with pytest.raises(SinkFailed, match="GITHUB_OUTPUT names cannot be written"):
        GitHubActionsSink("outputs", tmp_path / "gone", lambda _: None).prepare()


def test_a_file_that_cannot_be_appended_to_fails_the_sink(tmp_path: Path) -> None:
    sink = GitHubActionsSink("outputs", tmp_path, lambda _: None)

    with pytest.raises(SinkFailed, match="cannot be written"):
        sink.keep(make_handover())


def test_where_masks_must_not_be_shown_no_value_leaves(path: Path) -> None:
    def refuse(_text: str) -> None:
        raise SinkFailed("standard output: secrets would be shown on a terminal")

    with pytest.raises(SinkFailed, match="terminal"):
        GitHubActionsSink("outputs", path, refuse).keep(make_handover())

    assert path.read_text() == "EARLIER=1\n"


def test_it_holds_nothing_and_says_so(path: Path) -> None:
    sink = GitHubActionsSink("outputs", path, lambda _: None)
    sink.prepare()
    sink.keep(make_handover())

    assert (sink.holds_secrets, sink.held_key_id()) == (False, None)
    assert sink.holder == "github-actions GITHUB_OUTPUT, masked on standard output"
