"""A headless Chromium, driven over W3C WebDriver: `chromedriver` speaks it, and httpx suffices.

A driver package would bring a dozen others for the seven commands that are used here, and its own
download of browsers; the protocol is a standard (https://www.w3.org/TR/webdriver2/).
"""

import socket
import ssl
import subprocess
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from provision.sandbox.ready import Ready
from tests.clients.processes import end_process, free_ports
from tests.clients.programs import bare_environment, find_program, version_of

PATIENCE: Final = 20.0
_POLL: Final = 0.02
_ELEMENT: Final = "element-6066-11e4-a52e-4f735466cecf"
"""What WebDriver calls a reference to an element."""
QUIET: Final = (
    "--headless=new", "--no-first-run", "--disable-background-networking", "--disable-sync",
    "--disable-component-update", "--disable-dev-shm-usage", "--window-size=900,1000",
    # Whatever it wants to tell its makers, there is nobody: only this machine has a name.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    # Chromium refuses its own sandbox to root and in most containers.
    "--no-sandbox",
)  # fmt: skip


class Browser:
    """One window."""

    def __init__(self, client: httpx.Client, session: str) -> None:
        self._client = client
        self._session = session

    def go(self, url: str) -> None:
        """Open an address."""
        self._do("POST", "/url", {"url": url})

    def reload(self) -> None:
        """Press the button that loads the page again."""
        self._do("POST", "/refresh", {})

    def back(self) -> None:
        """Press the button that leads back."""
        self._do("POST", "/back", {})

    def forward(self) -> None:
        """Press the button that leads forward again."""
        self._do("POST", "/forward", {})

    @property
    def address(self) -> str:
        """What the address bar shows."""
        return str(self._do("GET", "/url"))

    @property
    def title(self) -> str:
        """What the tab shows."""
        return str(self._do("GET", "/title"))

    def text(self, css: str = "body") -> str:
        """Return the text that a person sees, of the first element that fits."""
        return str(self._do("GET", f"/element/{self._find(css)}/text"))

    def type(self, css: str, keys: str) -> None:
        """Type into a field, in place of what it holds."""
        element = self._find(css)
        self._do("POST", f"/element/{element}/clear", {})
        self._do("POST", f"/element/{element}/value", {"text": keys})

    def click(self, css: str) -> None:
        """Click on what a person would see; WebDriver refuses what is hidden or covered."""
        self._do("POST", f"/element/{self._find(css)}/click", {})

    def ask(self, script: str) -> object:
        """Return what an expression of JavaScript is worth in the page."""
        return self._do("POST", "/execute/sync", {"script": f"return {script}", "args": []})

    def sees(self, css: str) -> bool:
        """Tell whether an element is there now."""
        return bool(self._do("POST", "/elements", {"using": "css selector", "value": css}))

    def wait_for(self, css: str) -> None:
        """Wait until an element is there."""
        self._wait(lambda: self.sees(css), css)

    def wait_for_address(self, start: str) -> None:
        """Wait until the address bar shows an address that begins so."""
        self._wait(lambda: self.address.startswith(start), start)

    def wait_for_text(self, text: str) -> None:
        """Wait until a person sees a text."""
        self._wait(lambda: text in self.text(), text)

    def picture(self, path: Path) -> None:
        """Write what the window shows, as PNG."""
        path.write_bytes(b64decode(str(self._do("GET", "/screenshot"))))

    def _find(self, css: str) -> str:
        self.wait_for(css)
        found = self._do("POST", "/element", {"using": "css selector", "value": css})
        return str(found[_ELEMENT])

    def _wait(self, is_there: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not is_there():
            assert time.monotonic() < deadline, f"{what} never came; {self.address}: {self.text()}"
            time.sleep(_POLL)  # noqa: TID251  (a program that is not ours runs on real time)

    def _do(self, method: str, path: str, body: object = None) -> Any:
        answer = self._client.request(method, f"/session/{self._session}{path}", json=body)
        value = answer.json()["value"]
        assert answer.status_code == 200, f"{path}: {value['error']}: {value['message']}"
        return value


@contextmanager
def browsing(folder: Path, options: Mapping[str, object]) -> Iterator[Browser]:
    """Open a window, and close it and all that belongs to it at the end.

    Args:
        folder: The browser's home.
        options: Of Chromium, as chromedriver takes them.
    """
    driver = find_program("chromedriver", "apt-get install chromium-driver")
    (port,) = free_ports(1)
    with ExitStack() as stack:
        child = subprocess.Popen(
            [driver, f"--port={port}"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env=bare_environment(folder), cwd=folder,
        )  # fmt: skip
        stack.callback(end_process, child)
        client = stack.enter_context(
            httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60)
        )
        _wait_until_ready(client)
        wanted = {"alwaysMatch": {"goog:chromeOptions": options}}
        made = client.post("/session", json={"capabilities": wanted}).json()["value"]
        assert "sessionId" in made, made
        stack.callback(client.delete, f"/session/{made['sessionId']}")
        yield Browser(client, made["sessionId"])


@contextmanager
def sandbox_browser(ready: Ready, folder: Path) -> Iterator[Browser]:
    """Open a window that trusts one server's key and nothing else: the sandbox's."""
    chromium = find_program("chromium", "apt-get install chromium chromium-driver")
    pin = f"--ignore-certificate-errors-spki-list={key_pin(ready)}"
    arguments = [*QUIET, pin, f"--user-data-dir={folder / 'profile'}"]
    with browsing(folder, {"binary": str(chromium), "args": arguments}) as browser:
        yield browser


def chromium_version() -> str:
    """Return the browser's version."""
    return version_of(find_program("chromium", "apt-get install chromium"))


def key_pin(ready: Ready) -> str:
    """Return the hash of the sandbox's public key, read over a connection that its CA vouches for.

    Source:
        RFC 7469 section 2.4
    """
    context = ssl.create_default_context(cafile=str(ready.ca_bundle))
    parts = urlsplit(ready.authority)
    raw = socket.create_connection((str(parts.hostname), int(parts.port or 443)))
    with raw, context.wrap_socket(raw, server_hostname=parts.hostname) as connection:
        certificate = x509.load_der_x509_certificate(connection.getpeercert(True) or b"")
    key = certificate.public_key()
    return b64encode(
        sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    ).decode()


def _wait_until_ready(client: httpx.Client) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            if client.get("/status").json()["value"]["ready"]:
                return
        except httpx.ConnectError:
            assert time.monotonic() < deadline, "chromedriver does not answer"
        time.sleep(_POLL)  # noqa: TID251  (a program that is not ours runs on real time)
