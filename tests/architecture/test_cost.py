"""A command pays nothing for what it does not use: neither an SDK nor the catalogue of errors."""

import subprocess
import sys

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
