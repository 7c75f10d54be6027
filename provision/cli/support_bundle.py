"""The support file of `doctor --bundle`: all that a helper asks for, without a credential."""

import json
import platform
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from provision import wiring
from provision.cli import console
from provision.cli.status_json import as_json as status_as_json
from provision.clock import SystemClock
from provision.diagnose.pasted.redaction import redacted
from provision.errors import ProvisionError, SinkFailed
from provision.handoff.files import check_writable, replace_private
from provision.secret import Secret

if TYPE_CHECKING:
    from provision.stages.session import Session

FORMAT_VERSION: Final = 1
_PACKAGES: Final = (
    "provision", "azure-identity", "msgraph-sdk", "httpx", "cryptography", "PyJWT", "keyring",
    "typer", "certifi",
)  # fmt: skip
_SETTINGS: Final = ("AZURE_", "ARM_", "PROVISION_", "SSL_CERT_", "REQUESTS_CA_", "XDG_")
_PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_SECRET_NAMES: Final = ("SECRET", "KEY", "TOKEN", "PASSWORD")
_SHORTEST: Final = 8
"""Characters: what is shorter would blot out words."""


def require_writable(path: Path) -> None:
    """Find out before the long look whether the file can be written.

    Raises:
        SinkFailed: It cannot.
    """
    try:
        check_writable(path)
    except SinkFailed as error:
        raise SinkFailed(error.message, hint="name another file with --bundle") from error


def write(path: Path, manifest: Path, session: "Session", diagnosis: object) -> None:
    """Write everything that was found, and what it was found with.

    Raises:
        SinkFailed: The file cannot be written.
    """
    settings = wiring.Choices().environ
    clock = SystemClock()
    document = {
        "formatVersion": FORMAT_VERSION,
        "writtenAt": clock.now().isoformat(timespec="seconds"),
        "versions": dict(_versions()),
        "platform": platform.platform(),
        "settings": sorted(name for name in settings if _is_of_interest(name)),
        "manifest": manifest.read_text(encoding="utf-8", errors="replace"),
        "doctor": diagnosis,
        "status": _status(session),
    }
    text = json.dumps(document, indent=2)
    text = redacted(text, _secrets(settings), clock.now())
    replace_private(path, lambda file: file.write(f"{text}\n"))
    console.err(f"wrote {path}: look through it before you send it to anybody", "good")


def _versions() -> Iterator[tuple[str, str]]:
    yield "python", sys.version.split()[0]
    for name in _PACKAGES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            yield name, "not installed"


def _is_of_interest(name: str) -> bool:
    """Tell whether it is worth knowing that a setting is set; what it says is not written."""
    return name.startswith(_SETTINGS) or name.upper() in _PROXIES


def _secrets(settings: Mapping[str, str]) -> list[Secret]:
    return [
        Secret(value)
        for name, value in settings.items()
        if len(value) >= _SHORTEST and any(word in name.upper() for word in _SECRET_NAMES)
    ]


def _status(session: "Session") -> object:
    try:
        return status_as_json(session.status())
    except ProvisionError as error:
        return {"error": error.message}
