"""What a failure looks like, and what happens to a stream that nobody reads."""

import io
import sys

import pytest

from provision.cli import console
from provision.errors import ManifestInvalid, NotPermitted, Problem, SinkFailed


class Screen(io.StringIO):
    """A stream that a person watches."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.fixture
def screen(monkeypatch):
    """Return both streams on one terminal without colour, once called."""

    def switched_on() -> Screen:
        # Only within the test itself: pytest puts its own streams back before.
        shown = Screen()
        monkeypatch.setenv("NO_COLOR", "1")
        monkeypatch.setattr(sys, "stdout", shown)
        monkeypatch.setattr(sys, "stderr", shown)
        return shown

    return switched_on


def test_a_failure_is_a_sentence_what_to_do_and_the_ids(capsys):
    console.failure(
        NotPermitted(
            "reading application aem: Graph answered 403",
            hint="ask for a role\nor another administrator",
            evidence=(("request-id", "9f"), ("correlation-id", "3a")),
        )
    )

    assert capsys.readouterr().err == (
        "provision: reading application aem: Graph answered 403\n"
        "  → ask for a role\n"
        "  → or another administrator\n"
        "  request-id: 9f  correlation-id: 3a\n"
    )


def test_every_problem_of_a_manifest_is_told_with_its_line(capsys):
    problems = (
        Problem(3, "aplication", "unknown key", "application"),
        Problem(0, "", "is empty"),
    )

    console.failure(ManifestInvalid("provision.yaml", problems))

    assert capsys.readouterr().err == (
        "provision: provision.yaml: 2 problems\n"
        "  provision.yaml:3: aplication: unknown key\n"
        "      did you mean application?\n"
        "  provision.yaml: is empty\n"
    )


def test_an_unforeseen_error_is_told_without_its_values(capsys):
    try:
        int("a secret")
    except ValueError as error:
        console.bug(error)

    told = capsys.readouterr().err
    assert told.startswith("provision: unforeseen ValueError: this is a bug in provision\n")
    assert "test_an_unforeseen_error_is_told_without_its_values" in told
    assert "a secret" not in told


def test_secrets_go_to_a_pipe_and_to_a_terminal_only_on_request(screen):
    shown = screen()

    with pytest.raises(SinkFailed, match="would be shown on a terminal"):
        console.hand_over("secret\n", may_be_shown=False)
    console.hand_over("worksheet\n", may_be_shown=True)

    assert shown.getvalue() == "worksheet\n"


def test_the_moving_line_makes_room_for_every_other_line(screen):
    shown = screen()

    console.move("⠋ waiting")
    console.out("result")
    console.move("⠙ waiting")
    console.move("⠹ waiting")
    console.err("said")

    clear = "\r\x1b[K"
    assert shown.getvalue() == (f"⠋ waiting{clear}result\n⠙ waiting{clear}⠹ waiting{clear}said\n")


def test_a_line_can_be_taken_back(screen):
    shown = screen()

    console.move("⠋ waiting")
    console.move("")

    assert shown.getvalue() == "⠋ waiting\r\x1b[K"


def test_json_stays_json_on_a_stream_that_knows_no_unicode(monkeypatch):
    ascii_only = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", ascii_only)

    console.out_json({"title": "display name → x"})

    ascii_only.seek(0)
    assert "display name \\u2192 x" in ascii_only.read()


def test_a_sign_that_a_stream_cannot_show_ends_nothing(monkeypatch):
    ascii_only = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", ascii_only)

    console.settle()
    console.out("✓ done")

    ascii_only.seek(0)
    assert ascii_only.read() == "\\u2713 done\n"


def test_a_reader_of_progress_that_left_ends_nothing(monkeypatch):
    class Left(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stderr", Left())

    console.err("waiting")
