"""Import the SDKs: once, without what is not used here, and overlapping other work."""

import importlib
import logging
import sys
from threading import Lock, Thread

_CHATTY = ("azure", "httpcore", "httpx", "msal", "urllib3")
_COMMAND_LINE = "httpx._main"
_lock = Lock()


def warm_up() -> Thread:
    """Import the SDKs in a thread, so that it overlaps with reading a manifest or opening a vault.

    Whoever needs them before it is done waits on Python's own import locks.
    """
    thread = Thread(target=_import_all, name="graph-warm-up", daemon=True)
    thread.start()
    return thread


def import_httpx() -> None:
    """Import httpx without its command line, which would import click, rich and pygments.

    httpx does without where they are not installed; marking its command line as absent takes that
    road, and 0.07 s less. A process that has httpx already keeps it as it is.
    """
    with _lock:
        if "httpx" in sys.modules or _COMMAND_LINE in sys.modules:
            return
        sys.modules[_COMMAND_LINE] = None  # type: ignore[assignment]  # Python's mark of absence
        try:
            importlib.import_module("httpx")
        finally:
            del sys.modules[_COMMAND_LINE]


def quieten() -> None:
    """Keep the SDKs from logging whole URLs, and from writing to standard error by themselves.

    A level that somebody set is left alone.
    """
    for name in _CHATTY:
        logger = logging.getLogger(name)
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.WARNING)
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())


def _import_all() -> None:
    import_httpx()
    importlib.import_module("httpcore")
    for module in ("tenant", "session", "sign_in"):
        importlib.import_module(f"provision.graph.{module}")
