import webbrowser

import pytest

from provision.oauth.browser import open_browser


class FakeBrowser(webbrowser.BaseBrowser):
    def __init__(self, name: str, *, opens: bool = True, breaks: bool = False) -> None:
        super().__init__(name)
        self.opened: list[str] = []
        self._opens = opens
        self._breaks = breaks

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
        if self._breaks:
            raise webbrowser.Error
        self.opened.append(url)
        return self._opens


def test_opens_a_window() -> None:
    browser = FakeBrowser("firefox")
    assert open_browser("https://login.example/", browser)
    assert browser.opened == ["https://login.example/"]


def test_leaves_the_terminal_to_its_owner() -> None:
    browser = FakeBrowser("/usr/bin/lynx")
    assert not open_browser("https://login.example/", browser)
    assert browser.opened == []


@pytest.mark.parametrize(
    "browser", [FakeBrowser("xdg-open", opens=False), FakeBrowser("xdg-open", breaks=True)]
)
def test_says_when_no_window_opened(browser) -> None:
    assert not open_browser("https://login.example/", browser)
