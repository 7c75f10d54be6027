"""From `to` and `path` to a sink, files and standard output alike."""

import json
from pathlib import Path

import pytest

from provision.errors import SinkFailed, UsageError
from provision.handoff.port import Sink
from provision.handoff.sinks import KINDS, Worksheet, make_sink
from tests.unit.handoff.values import make_handover, mode_of


def discard(text: str) -> None:
    """Take a text and forget it."""


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_writes_a_private_file(kind: str, tmp_path: Path) -> None:
    sink = make_sink(kind, "mail.out", base=tmp_path, with_secrets=True)
    sink.prepare()
    sink.keep(make_handover())
    assert mode_of(tmp_path / "mail.out") == 0o600
    assert sink.held_key_id() == "key-1"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_names_its_holder(kind: str, tmp_path: Path) -> None:
    sink = make_sink(kind, "mail.out", base=tmp_path)
    assert (sink.name, sink.holder) == (kind, f"{kind} mail.out")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_replace_its_own_file(kind: str, tmp_path: Path) -> None:
    sink: Sink = make_sink(kind, "mail.out", base=tmp_path, with_secrets=True)
    sink.keep(make_handover())
    before = (tmp_path / "mail.out").read_bytes()
    sink.prepare()
    sink.keep(make_handover())
    assert (tmp_path / "mail.out").read_bytes() == before


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_refuses_a_path_that_git_would_commit(kind: str, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    with pytest.raises(SinkFailed, match="git"):
        make_sink(kind, "mail.out", base=tmp_path).prepare()


@pytest.mark.parametrize("kind", KINDS)
def test_a_path_that_became_a_link_after_preparing_is_not_written(
    kind: str, tmp_path: Path
) -> None:
    sink = make_sink(kind, "mail.out", base=tmp_path)
    sink.prepare()
    (tmp_path / "mail.out").symlink_to("nowhere")
    with pytest.raises(SinkFailed, match="symbolic link"):
        sink.keep(make_handover())


@pytest.mark.parametrize("kind", KINDS)
def test_a_dash_gives_the_text_to_the_writer(kind: str) -> None:
    written: list[str] = []
    sink = make_sink(kind, "-", with_secrets=True, writer=written.append)
    sink.prepare()
    sink.keep(make_handover())
    assert ["1.AXrefresh" in text for text in written] == [True]
    assert (sink.holder, sink.holds_secrets) == (f"{kind} standard output", False)
    assert sink.held_key_id() is None


@pytest.mark.parametrize(
    ("path", "is_html", "start"),
    [
        ("aem.txt", None, "AEM Forms on JEE"),
        ("aem.html", None, "<!doctype html>"),
        ("AEM.HTM", None, "<!doctype html>"),
        ("aem.html", False, "AEM Forms on JEE"),
        ("aem.txt", True, "<!doctype html>"),
        ("-", None, "AEM Forms on JEE"),
        ("-", True, "<!doctype html>"),
    ],
)
def test_a_worksheet_is_a_page_when_its_path_or_somebody_says_so(
    path: str, is_html: bool | None, start: str, tmp_path: Path
) -> None:
    written: list[str] = []
    sheet = Worksheet(is_html=is_html)
    sink = make_sink("aem-forms", path, base=tmp_path, writer=written.append, worksheet=sheet)
    sink.keep(make_handover())
    text = written[0] if written else (tmp_path / path).read_text()
    assert text.startswith(start)


def test_json_on_standard_output_is_one_object() -> None:
    written: list[str] = []
    make_sink("json", "-", writer=written.append).keep(make_handover())
    assert json.loads("".join(written))["clientId"] == "c-1"


def test_a_dash_without_a_writer_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="standard output"):
        make_sink("json", "-")


def test_an_unknown_kind_is_a_usage_error_that_lists_the_kinds() -> None:
    with pytest.raises(UsageError, match="'yaml'") as caught:
        make_sink("yaml", "-", writer=discard)
    assert caught.value.hint == "choose one of dotenv, json, aem-forms"


def test_an_absolute_path_ignores_the_base(tmp_path: Path) -> None:
    path = tmp_path / "elsewhere" / "mail.env"
    path.parent.mkdir()
    make_sink("dotenv", str(path), base=tmp_path / "base").keep(make_handover())
    assert path.exists()
