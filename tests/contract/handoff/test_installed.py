"""A sink of another package: the guide's own, installed, named by a manifest and used."""

import re
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from provision.errors import ManifestInvalid, SinkFailed, UsageError
from provision.handoff.installed import open_installed
from provision.handoff.port import Sink
from provision.manifest.load import read_manifest
from provision.stages.sink_making import Means, refuse_strange_keys, sink_maker
from provision.stages.targets import targets_of
from tests.canary import Canary
from tests.unit.handoff.values import make_handover, mode_of
from tests.unit.manifest.reading import MINIMAL, only_problem

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "writing-a-sink.md"
CODE, TOML, YAML = (
    re.search(rf"```{kind}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    for kind in ("python", "toml", "yaml")
)
MANIFEST = f"{MINIMAL}handoff:\n  - {{to: secrets-dir, directory: out}}\n"
SECRET = "a-secret-that-nobody-may-see-again"

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install a package with one module, as pip leaves it behind."""

    def make(code: str, point: str = "secrets-dir = mail_sinks:SecretsDirectory") -> None:
        packages = tmp_path / "site-packages"
        metadata = packages / "mail_sinks-1.0.dist-info"
        metadata.mkdir(parents=True)
        (packages / "mail_sinks.py").write_text(code)
        (metadata / "METADATA").write_text(
            "Metadata-Version: 2.1\nName: mail-sinks\nVersion: 1.0\n"
        )
        (metadata / "entry_points.txt").write_text(f"[provision.sinks]\n{point}\n")
        monkeypatch.syspath_prepend(packages)
        monkeypatch.delitem(__import__("sys").modules, "mail_sinks", raising=False)

    return make


def test_the_guides_sink_has_forty_lines_at_most():
    assert CODE is not None
    assert len(CODE[1].splitlines()) <= 40


def test_the_guides_entry_point_and_manifest_name_it():
    assert TOML is not None
    assert YAML is not None
    assert 'secrets-dir = "mail_sinks:SecretsDirectory"' in TOML[1]
    assert "to: secrets-dir, directory:" in YAML[1]


@pytest.fixture
def sink(install: Install, tmp_path: Path) -> Sink:
    assert CODE is not None
    install(CODE[1])
    (tmp_path / "out").mkdir()
    (target,) = targets_of(read_manifest(MANIFEST, "a"), tmp_path, sink_maker(Means()))
    return target.sink


def test_a_manifest_names_it_and_it_keeps_the_values(sink: Sink, tmp_path: Path):
    sink.prepare()
    before = sink.held_key_id()
    sink.keep(make_handover())

    out = tmp_path / "out"
    assert (before, sink.held_key_id(), sink.holds_secrets) == (None, "key-1", True)
    assert (out / "client-secret").read_text() == "s3~cr.et_"
    assert (out / "refresh-token").read_text() == "1.AXrefresh"
    assert mode_of(out / "client-secret") == 0o600
    assert sink.holder == f"secrets-dir {out}"


def test_a_sink_that_cannot_be_cleared_says_so_while_it_holds_something(sink: Sink):
    before = sink.clear("c-1")
    sink.keep(make_handover())

    assert before is False
    with pytest.raises(SinkFailed, match="may still hold values"):
        sink.clear("c-1")


def test_a_directory_that_is_not_there_is_told_beforehand(sink: Sink, tmp_path: Path):
    (tmp_path / "out").rmdir()

    with pytest.raises(SinkFailed, match="does not exist"):
        sink.prepare()


def test_the_sink_itself_refuses_its_keys(install: Install, tmp_path: Path):
    assert CODE is not None
    install(CODE[1])
    manifest = read_manifest(MANIFEST.replace("directory", "folder"), "a")

    with pytest.raises(ManifestInvalid) as refused:
        refuse_strange_keys(manifest, tmp_path / "provision.yaml")

    (problem,) = refused.value.problems
    assert (problem.path, problem.message) == (
        "handoff[0]",
        "hand-off to 'secrets-dir': takes one key: write {to: secrets-dir, directory: PATH}",
    )


def test_an_unknown_name_lists_what_is_installed(install: Install):
    assert CODE is not None
    install(CODE[1])

    problem = only_problem(MANIFEST.replace("secrets-dir", "secret-dir"))

    assert problem.path == "handoff[0].to"
    assert problem.message.endswith("kubernetes, github-actions, azure-devops, secrets-dir")
    assert problem.suggestion == "secrets-dir"


def test_a_credential_among_its_keys_is_refused(install: Install):
    assert CODE is not None
    install(CODE[1])

    problem = only_problem(
        MANIFEST.replace("directory: out", "directory: out, more: [{password: hunter22}]")
    )

    assert problem.path == "handoff[0].more[0].password"
    assert "hunter22" not in problem.message


def test_no_package_can_stand_in_for_a_kind_of_ours(install: Install, tmp_path: Path):
    assert CODE is not None
    install(CODE[1], "dotenv = mail_sinks:SecretsDirectory")
    text = f"{MINIMAL}handoff: [{{to: dotenv, path: mail.env}}]\n"

    (target,) = targets_of(read_manifest(text, "a"), tmp_path, sink_maker(Means()))

    assert target.sink.holder == "dotenv mail.env"


CARELESS = f"""
class SecretsDirectory:
    name = holder = "secrets-dir"
    holds_secrets = True
    def __init__(self, options, folder): pass
    def prepare(self): raise OSError("{SECRET}")
    def keep(self, handover): raise ValueError(handover.client_secret.secret.reveal())
    def held_key_id(self): return {{}}["{SECRET}"]
"""


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda sink: sink.prepare(), r"cannot be prepared \(OSError\)"),
        (
            lambda sink: sink.keep(make_handover(secret=SECRET)),
            r"did not keep the values \(ValueError\)",
        ),
        (lambda sink: sink.held_key_id(), r"cannot be read \(KeyError\)"),
    ],
    ids=["prepare", "keep", "read"],
)
def test_a_careless_sinks_error_is_a_failed_sink_and_quotes_nothing(
    install: Install, tmp_path: Path, act: Callable[[Sink], object], said: str
):
    install(CARELESS)
    sink = open_installed("secrets-dir", {}, tmp_path)

    with pytest.raises(SinkFailed, match=said) as caught:
        act(sink)

    told = (
        f"{caught.value!r} {caught.value.hint} {''.join(traceback.format_exception(caught.value))}"
    )
    assert Canary({"secret": SECRET}).leaks({"told": told.encode()}) == []


@pytest.mark.parametrize(
    "code", ["import no_such_module\n", "Other = 1\n", "SecretsDirectory = 3\n", "1 +\n"]
)
def test_a_package_that_cannot_be_used_is_a_usage_error(
    install: Install, tmp_path: Path, code: str
):
    install(code)

    with pytest.raises(UsageError, match="its package cannot be used"):
        open_installed("secrets-dir", {}, tmp_path)


def test_a_package_that_went_away_is_a_usage_error(tmp_path: Path):
    with pytest.raises(UsageError, match="no package that is installed here brings it"):
        open_installed("secrets-dir", {}, tmp_path)
