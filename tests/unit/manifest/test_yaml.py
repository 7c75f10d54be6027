"""What a text gets that is not quite YAML, or more YAML than a manifest needs."""

import pytest

from provision.errors import ManifestInvalid, Problem, UsageError
from provision.manifest.document import MAX_CHARACTERS, MAX_DEPTH
from provision.manifest.load import load_manifest, read_manifest
from tests.unit.manifest.reading import MINIMAL, application, only_problem, problems_of


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing but a comment\n", "---\n"])
def test_an_empty_file_says_how_to_start(text):
    problem = only_problem(text)
    assert "empty" in problem.message or "mapping" in problem.message


@pytest.mark.parametrize("text", ["- tenant: x\n", "just words\n", "42\n"])
def test_anything_but_a_mapping_is_refused(text):
    assert only_problem(text).message.startswith("a manifest is a mapping")


def test_a_syntax_error_has_its_line():
    problem = only_problem(MINIMAL + "mailboxes: [\n")
    assert problem.line == 5
    assert problem.message.startswith("not YAML: ")


def test_a_tab_is_named():
    assert only_problem("tenant: x\napplication:\n\tuniqueName: y\n") == Problem(
        3, "", "YAML does not allow a tab here", "spaces"
    )


def test_a_control_character_has_its_line():
    problem = only_problem("tenant: x\nconsent: a\x07b\n")
    assert (problem.line, problem.message) == (2, "the character U+0007 is not allowed in YAML")


def test_two_documents_are_refused():
    assert "single document" in only_problem(MINIMAL + "---\ntenant: y\n").message


def test_a_key_that_stands_twice_names_both_lines():
    problem = only_problem(MINIMAL + "tenant: fabrikam.com\n")
    assert problem == Problem(4, "tenant", "this key stands on line 1 already")


def test_an_alias_is_refused_where_it_stands():
    problem = only_problem(MINIMAL + "consent: &c none\ncloud: *c\n")
    assert (problem.line, problem.path) == (5, "cloud")


def test_a_bomb_of_aliases_stays_small():
    bomb = "a0: &a0 [x]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 15)
    )
    assert len(problems_of(bomb)) < 200


def test_a_self_reference_ends():
    assert problems_of("a: &a [*a]\n")


def test_a_merge_key_is_refused():
    text = MINIMAL + "  <<: {displayName: x}\n"
    problem = only_problem(text)
    assert (problem.line, problem.message) == (4, "merge keys are not supported")


def test_a_list_as_key_is_refused():
    assert "as key" in only_problem(MINIMAL + "? [a, b]\n: c\n").message


@pytest.mark.parametrize("depth", [MAX_DEPTH, 1000])
def test_depth_has_an_end(depth):
    assert "nested too deeply" in only_problem("a: " + "[" * depth + "]" * depth).message


def test_size_has_an_end():
    assert str(MAX_CHARACTERS) in only_problem("#" * (MAX_CHARACTERS + 1)).message


def test_tags_are_refused():
    problem = only_problem(MINIMAL + "consent: !!python/name:os.system none\n")
    assert problem.path == "consent"


@pytest.mark.parametrize(
    ("written", "meant"), [("yes", "true"), ("on", "true"), ("No", "false"), ("OFF", "false")]
)
def test_the_old_words_for_truth_are_refused(written, meant):
    line = f"web: {{implicitGrantSettings: {{enableIdTokenIssuance: {written}}}}}"
    problem = only_problem(application(line))
    assert (problem.line, problem.suggestion) == (4, meant)


@pytest.mark.parametrize("written", ["true", "True", "FALSE"])
def test_true_and_false_are_truth_values(written):
    line = f"web: {{implicitGrantSettings: {{enableIdTokenIssuance: {written}}}}}"
    read_manifest(application(line), "m")


@pytest.mark.parametrize(
    ("written", "suggestion"), [("2024", '"2024"'), ("1.5", '"1.5"'), ("true", '"true"')]
)
def test_a_number_for_a_text_is_to_be_quoted(written, suggestion):
    problem = only_problem(application(f"displayName: {written}"))
    assert (problem.path, problem.suggestion) == ("application.displayName", suggestion)


@pytest.mark.parametrize("written", ["2024-01-01", "'2024'", "0x_", "190:20:30", "=", ".inf"])
def test_what_only_looks_like_a_number_is_text_or_refused_without_a_traceback(written):
    assert len(problems_of(application(f"displayName: {written}"))) <= 1


def test_a_byte_order_mark_is_ignored(tmp_path):
    path = tmp_path / "provision.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + MINIMAL.replace("\n", "\r\n").encode())
    assert load_manifest(path).tenant == "contoso.onmicrosoft.com"


def test_another_encoding_is_refused_with_its_line(tmp_path):
    path = tmp_path / "provision.yaml"
    path.write_bytes(b"tenant: contoso.com\n# caf\xe9\n")
    with pytest.raises(ManifestInvalid) as caught:
        load_manifest(path)
    assert caught.value.problems == (Problem(2, "", "not UTF-8"),)


def test_a_file_that_is_not_there_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        load_manifest(tmp_path / "provision.yaml")


def test_paths_are_relative_to_the_manifest(tmp_path):
    path = tmp_path / "provision.yaml"
    lines = ["cloud: ./sandbox.json", "handoff:", "  - {to: json, path: out/mail.json}"]
    lines.append("  - {to: json, path: '-'}")
    path.write_text(MINIMAL + "\n".join(lines))
    manifest = load_manifest(path)
    assert manifest.cloud == str(tmp_path / "sandbox.json")
    assert [getattr(t, "path", "") for t in manifest.handoff] == [
        str(tmp_path / "out" / "mail.json"),
        "-",
    ]


def test_a_cloud_of_microsofts_is_no_path(tmp_path):
    path = tmp_path / "provision.yaml"
    path.write_text(MINIMAL + "cloud: china\n")
    assert load_manifest(path).cloud == "china"
