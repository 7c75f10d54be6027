"""The project speaks only of itself: no registry's hosts, no machine's paths, in any file."""

import re
from pathlib import Path

from tests.architecture.sources import ROOT, needs_git, plant, project_files

HOSTS = re.compile(
    r"\b(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|crates\.io|rubygems\.org|golang\.org"
    r"|anaconda\.org|(?:deb|security)\.debian\.org|archive\.ubuntu\.com)\b"
    r"|^\s*(?:--)?(?:extra-)?index-url\b",
    re.MULTILINE,
)
PLACES = re.compile(r"(?<![\w./-])/(?:work|root|home/\w+)/")
NEIGHBOURS = re.compile(r"\.\./shared\b")
BINARY = {".png", ".ico", ".db"}

pytestmark = needs_git


def told(root: Path, pattern: re.Pattern[str], *, tests_too: bool = True) -> list[str]:
    """Return the project's files in which a pattern occurs, with the words."""
    return [
        f"{name}: {match.group().strip()}"
        for path in project_files(root)
        if path.suffix not in BINARY
        and ((name := path.relative_to(root).as_posix()) and (tests_too or name[:6] != "tests/"))
        for match in pattern.finditer(path.read_text(encoding="utf-8"))
    ]


def test_no_file_names_a_package_registry():
    assert told(ROOT, HOSTS) == []


def test_no_file_names_a_path_of_somebodys_machine():
    assert told(ROOT, PLACES) == []


def test_no_file_outside_tests_looks_beside_the_project():
    assert told(ROOT, NEIGHBOURS, tests_too=False) == []


def test_a_download_address_is_seen(checkout):
    plant(checkout, "requirements.lock", "--index-url https://example.test/simple\n")
    plant(checkout, "b.lock", "x @ https://files.python" + "hosted.org/x.whl\n")

    assert [line.split(":")[0] for line in told(checkout, HOSTS)] == ["b.lock", "requirements.lock"]


def test_a_path_of_somebodys_machine_is_seen(checkout):
    plant(checkout, "notes.md", "see /wo" + "rk/notes and ./work/notes\n")

    assert told(checkout, PLACES) == ["notes.md: /wo" + "rk/"]


def test_a_file_that_git_ignores_is_nobodys_business(checkout):
    plant(checkout, ".gitignore", "private.md\n")
    plant(checkout, "private.md", "../sha" + "red\n")
    plant(checkout, "public.md", "../sha" + "red\n")

    assert told(checkout, NEIGHBOURS) == ["public.md: ../sha" + "red"]
