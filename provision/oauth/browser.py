"""The system's browser, if there is one that opens a window."""

import webbrowser
from pathlib import PurePath
from typing import Final

# These take over the terminal and cannot show Microsoft's sign-in page.
_TEXT_BROWSERS: Final = frozenset({"links", "elinks", "lynx", "w3m", "www-browser"})


def open_browser(url: str, browser: webbrowser.BaseBrowser | None = None) -> bool:
    """Open a page in a browser window and tell whether that worked.

    Args:
        url: Must not be logged.
        browser: The system's own when None.
    """
    try:
        chosen = browser or webbrowser.get()
        is_window = PurePath(chosen.name).name not in _TEXT_BROWSERS
        return is_window and chosen.open(url, new=1)
    except (OSError, webbrowser.Error):
        return False
