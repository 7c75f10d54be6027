"""The generated parts of docs/reference are what the program says today."""

import re
import runpy
from pathlib import Path

from tests.architecture.sources import ROOT, needs_git, project_files

REFERENCE = ROOT / "docs" / "reference"
PAGES: dict[str, str] = runpy.run_path(str(ROOT / "tools" / "reference.py"))["pages"]()


def stale(folder: Path) -> list[str]:
    """Return the generated pages that a folder lacks or has in another wording."""
    return [
        name
        for name, text in PAGES.items()
        if not (folder / name).exists() or (folder / name).read_text(encoding="utf-8") != text
    ]


def dead_links(folder: Path) -> list[str]:
    """Return the relative links of a folder's Markdown files, and of those below, to nothing."""
    return [
        f"{page.relative_to(folder).as_posix()}: {target}"
        for page in project_files(folder)
        if page.suffix == ".md"
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]


def test_the_committed_pages_are_up_to_date():
    assert stale(REFERENCE) == [], "type: make docs"


def test_every_command_has_a_section():
    assert len(re.findall(r"^## ", PAGES["commands.md"], re.MULTILINE)) >= 12


def test_a_page_that_was_edited_is_seen(tmp_path):
    for name, text in PAGES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    (tmp_path / "commands.md").write_text("# Commands of yesterday\n", encoding="utf-8")

    assert stale(tmp_path) == ["commands.md"]


@needs_git
def test_every_link_of_the_documentation_leads_somewhere():
    assert dead_links(ROOT) == []


@needs_git
def test_a_dead_link_is_seen(checkout):
    (checkout / "a.md").write_text("[b](b.md) [c](c.md#part) [d](https://example.test) [e](#e)")
    (checkout / "b.md").touch()

    assert dead_links(checkout) == ["a.md: c.md"]
