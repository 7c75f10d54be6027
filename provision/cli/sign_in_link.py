"""The sign-in link on a terminal: opened in the browser if there is one, printed otherwise."""

from pathlib import Path
from typing import TYPE_CHECKING

from provision.cli import ask, console
from provision.errors import AnswerNeeded
from provision.secret import Secret

if TYPE_CHECKING:
    from provision.oauth.device_code import UserCode


class TerminalSurface:
    """Reaches the mailbox owner through this terminal."""

    def __init__(self, *, opens_browser: bool = True) -> None:
        self._opens_browser = opens_browser

    def open(self, url: str, sign_in_as: str) -> None:
        """Open the link, or print it for the person to open."""
        if self._opens_browser and ask.is_interactive() and _open(url):
            console.err(f"A browser window was opened: sign in as {sign_in_as} there.")
            console.err("If none appeared, open this link:")
        else:
            console.err(f"Open this link and sign in as {sign_in_as}:")
        console.err(f"\n{url}\n")

    def pasted(self, sign_in_as: str) -> str:
        """Read what the person copied; a pipe will do as well as a terminal."""
        console.err(
            "The browser ends on a page that may not load; copy its whole address from the "
            "address bar and paste it here."
        )
        return ask.paste(f"Address for {sign_in_as}: ")

    def show_code(self, code: "UserCode", sign_in_as: str) -> None:
        """Print the code and where to type it."""
        console.err(
            f"Within {code.minutes} minutes, type the code {code.code} on this page, in any "
            f"browser, and sign in as {sign_in_as}:"
        )
        console.err(f"\n{code.page}\n")
        if code.page_with_code:
            console.err(f"The same page with the code typed in: {code.page_with_code}")


class PersonAtSandbox:
    """Lets the person at this terminal be the mailbox owner of a sandbox, in a real browser."""

    def __init__(self, password: Secret) -> None:
        self._password = password

    def open(self, url: str, sign_in_as: str) -> None:
        """Tell what to type and what to expect, then open the link."""
        console.err(
            "You are the mailbox owner. Sign in to the sandbox with:\n"
            f"  account   {sign_in_as}\n"
            f"  password  {self._password.reveal()}\n"
            "Your browser will warn about the certificate: the sandbox made its own authority a "
            "moment ago,\nand no browser knows it. Go on, this once: the address is localhost, so "
            "the page comes from this\nmachine. On Microsoft's pages never do that."
        )
        if _open(url):
            console.err("A browser window was opened. If none appeared, open this link:")
        else:
            console.err("Open this link in a browser on this machine:")
        console.err(f"\n{url}\n\nWaiting for five minutes; Ctrl-C ends the demo.")

    def pasted(self, sign_in_as: str) -> str:
        """Nothing is pasted: the demo listens."""
        raise AnswerNeeded(f"{sign_in_as} signs in through the listener here")

    def show_code(self, code: "UserCode", sign_in_as: str) -> None:
        """No code is typed: the demo listens."""
        raise AnswerNeeded(f"{sign_in_as} signs in through the listener here, not by {code.page}")


class VisitingOwner:
    """Plays the mailbox owner on a sandbox: fills in the forms that a person would."""

    def __init__(self, ca_bundle: Path, password: Secret) -> None:
        self._ca_bundle = ca_bundle
        self._password = password

    def open(self, url: str, sign_in_as: str) -> None:
        """Sign in and consent; the listener gets the answer."""
        from provision.sandbox.visitor import Visitor

        Visitor(self._ca_bundle).visit(url, sign_in_as, self._password)

    def pasted(self, sign_in_as: str) -> str:
        """Nobody is there to paste anything."""
        raise AnswerNeeded(f"{sign_in_as} cannot paste an address here")

    def show_code(self, code: "UserCode", sign_in_as: str) -> None:
        """Type the code, sign in and consent."""
        from provision.sandbox.visitor import Visitor

        visitor = Visitor(self._ca_bundle)
        visitor.visit(code.page, sign_in_as, self._password, user_code=code.code)


def _open(url: str) -> bool:
    from provision.oauth.browser import open_browser

    return open_browser(url)
