"""A command pays nothing for what it does not use: neither an SDK nor the catalogue of errors."""

import subprocess
import sys

import pytest

from provision.cli.app import app, parser_for
from provision.manifest.validate import _shape
from tests.unit.manifest.reading import MINIMAL, problems_of

HEAVY = ("msgraph", "kiota_http", "azure", "msal", "httpx", "asyncio", "ssl")


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


def test_the_door_imports_no_sdk():
    code = f"import sys, provision.graph.opening; print([m for m in {HEAVY} if m in sys.modules])"

    assert run(code) == "[]"


def test_httpx_is_imported_without_its_command_line():
    code = (
        "import sys; from provision.graph.sdk_imports import import_httpx; import_httpx(); "
        "import httpx; print('pygments' in sys.modules, 'httpx._main' in sys.modules, httpx.main)"
    )

    pygments, command_line, main = run(code).split(" ", 2)

    assert (pygments, command_line) == ("False", "False")
    assert "function main" in main


def test_typed_answers_are_never_imported():
    code = (
        "import sys; from provision.graph.sdk_imports import warm_up; warm_up().join(); "
        "print(sum(m.startswith('msgraph.generated.models') for m in sys.modules), "
        "'provision.graph.session' in sys.modules, 'azure.identity' in sys.modules)"
    )

    assert run(code) == "0 True True"


def test_sdks_do_not_log_urls_unless_somebody_asked_for_it():
    code = (
        "import logging; from provision.graph.sdk_imports import quieten; "
        "logging.getLogger('msal').setLevel(logging.INFO); quieten(); "
        "print(logging.getLogger('httpx').isEnabledFor(logging.INFO), "
        "logging.getLogger('msal').isEnabledFor(logging.INFO))"
    )

    assert run(code) == "False True"


def test_importing_the_catalogue_reads_no_data():
    code = (
        "import sys, provision.diagnose; from provision.diagnose.catalogue import "
        "read_chapter; print('tomllib' in sys.modules, read_chapter.cache_info().currsize)"
    )

    assert run(code) == "False 0"


LOADED_FOR_A_PLAN = {
    "annotated_doc", "annotated_types", "anyio", "azure", "certifi", "charset_normalizer",
    "cryptography", "h11", "h2", "hpack", "httpcore", "httpx", "hyperframe", "idna",
    "kiota_abstractions", "kiota_authentication_azure", "kiota_http", "kiota_serialization_form",
    "kiota_serialization_json", "kiota_serialization_multipart", "kiota_serialization_text", "msal",
    "msgraph", "msgraph_core", "opentelemetry", "pydantic", "pydantic_core", "requests",
    "shellingham", "stduritemplate", "typer", "typing_extensions", "typing_inspection", "urllib3",
    "yaml",
}  # fmt: skip
"""Other people's packages that every command which talks to Graph pays for."""
OF_THE_INSTALLATION = {"_cffi_backend", "_distutils_hack", "backports", "sitecustomize"}
UNUSED_BY_A_PLAN = (
    "provision.oauth.listener", "provision.oauth.loopback_server", "provision.handoff",
    "provision.mail", "provision.sandbox",
)  # fmt: skip
_OPEN_A_SESSION = """
import linecache, sys
from pathlib import Path
from provision import wiring
import provision.cli.plan, provision.cli.plan_view, provision.cli.progress_view
from provision.graph.sdk_imports import warm_up
import provision.stages.plan
choices = wiring.Choices(environ={{"PROVISION_VAULT": "none"}})
with wiring.open_session(wiring.Place(Path({file!r})), print, choices):
    warm_up().join()
    files = {{name: getattr(m, "__file__", None) or "" for name, m in sys.modules.items()}}
    foreign = {{name.split(".")[0] for name, file in files.items() if "site-packages" in file}}
    read = [file for file in linecache.cache if "manifest" in file]
    print(*sorted(foreign - {known!r}), *(n for n in {unused!r} if n in files), *read)
"""


def test_what_a_plan_needs_loads_no_further_package_and_reads_no_source(tmp_path):
    file = tmp_path / "provision.yaml"
    file.write_text(f"{MINIMAL}handoff: [{{to: json, path: a.json}}]\n", encoding="utf-8")
    known = LOADED_FOR_A_PLAN | OF_THE_INSTALLATION

    assert run(_OPEN_A_SESSION.format(file=str(file), known=known, unused=UNUSED_BY_A_PLAN)) == ""


def test_a_manifest_without_mistakes_needs_no_schema():
    _shape.cache_clear()

    assert problems_of(MINIMAL) == ()
    assert _shape.cache_info().currsize == 0


def test_a_strange_key_is_still_looked_for():
    _shape.cache_clear()

    assert len(problems_of(f"{MINIMAL}mailboxs: []\n")) == 1
    assert _shape.cache_info().currsize == 1


def test_naming_a_command_makes_its_parser_alone():
    assert list(vars(parser_for(["plan", "--help"]))["commands"]) == ["plan"]


@pytest.mark.parametrize("argv", [[], ["plam"], ["--help"], ["--install-completion"]])
def test_without_a_command_every_parser_is_made(argv):
    known = len(app.registered_commands) + len(app.registered_groups)

    assert len(vars(parser_for(argv))["commands"]) == known
