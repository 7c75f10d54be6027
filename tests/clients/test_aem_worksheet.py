"""A real browser works from AEM's worksheet: what its buttons copy is pasted and compared."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from provision.handoff.aem_forms import AemFormsSink
from provision.handoff.aem_places import USUAL_PLACES
from tests.clients.browser import QUIET, Browser, browsing, chromium_version
from tests.clients.conftest import Witness
from tests.clients.programs import find_program
from tests.unit.handoff.values import MemoryPlace, make_handover

pytestmark = pytest.mark.installed
SECRET = "a~B.  </code><b>&amp;\"'\\u0041"
TOKEN = "1.AX" + "Ab9_-" * 400
PASTE = "\ue009v\ue000"
"""Ctrl and V, then no key at all."""


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A worksheet with secrets, as a file."""
    place = MemoryPlace()
    sink = AemFormsSink(place, with_secrets=True, places=USUAL_PLACES, is_html=True)
    sink.keep(make_handover(secret=SECRET, token=TOKEN))
    path = tmp_path_factory.mktemp("sheet") / "aem.html"
    path.write_text(str(place.text), encoding="utf-8")
    path.with_name("paste.html").write_text("<textarea></textarea>", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    chromium = find_program("chromium", "apt-get install chromium chromium-driver")
    folder = tmp_path_factory.mktemp("browser")
    arguments = [*QUIET, f"--user-data-dir={folder / 'profile'}"]
    with browsing(folder, {"binary": str(chromium), "args": arguments}) as browser:
        yield browser


@pytest.fixture
def browser(window: Browser, sheet: Path) -> Browser:
    window.go(sheet.as_uri())
    return window


def copied(browser: Browser, sheet: Path, label: str) -> object:
    """Copy a field of the sheet, and return what a paste elsewhere brings."""
    browser.click(f'button[aria-label="Copy {label}"]')
    browser.wait_for("button.copied")
    browser.go(sheet.with_name("paste.html").as_uri())
    browser.type("textarea", PASTE)
    return browser.ask("document.querySelector('textarea').value")


@pytest.mark.parametrize(
    ("label", "value"),
    [("SMTP Host", "smtp.office365.com"), ("Client Secret", SECRET), ("Refresh Token", TOKEN)],
)
def test_a_button_copies_the_value_to_the_letter_from_a_file(
    browser: Browser, sheet: Path, label: str, value: str, witness: Witness
) -> None:
    assert copied(browser, sheet, label) == value
    witness("chromium", chromium_version(), f"copied {label} from AEM's worksheet")


def test_a_button_copies_where_the_browser_gives_no_clipboard(
    browser: Browser, sheet: Path
) -> None:
    browser.ask("Object.defineProperty(navigator, 'clipboard', {value: undefined}) && true")

    assert copied(browser, sheet, "Refresh Token") == TOKEN


def test_a_secret_is_seen_only_when_asked_for(browser: Browser) -> None:
    before = browser.text()
    browser.click('button[aria-label="Show Refresh Token"]')
    shown = browser.text()
    browser.click('button[aria-label="Show Refresh Token"]')

    assert (TOKEN in before, TOKEN in shown, TOKEN in browser.text()) == (False, True, False)


def test_a_field_is_ticked_off_and_nothing_remembers_it(browser: Browser, sheet: Path) -> None:
    browser.click("#field-1-1")
    ticked = browser.text(".count")
    browser.go(sheet.as_uri())

    assert (ticked, browser.text(".count")) == ("1 of 16 filled in", "0 of 16 filled in")
