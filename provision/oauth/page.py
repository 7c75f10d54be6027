"""The pages that the browser shows when it comes back from the sign-in."""

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import Final

from provision.errors import ProvisionError

_STYLE: Final = (
    ":root{color-scheme:light dark;--ink:#1f2328;--mute:#57606a;--paper:#f6f8fa;--card:#fff;"
    "--line:#d0d7de;--mark:#1a7f37}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--mute:#9198a1;--paper:#0d1117;"
    "--card:#151b23;--line:#3d444d;--mark:#3fb950}}"
    "body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--paper);"
    "color:var(--ink);font:16px/1.5 system-ui,sans-serif}"
    "main{box-sizing:border-box;width:min(34rem,calc(100% - 2rem));padding:2rem 2.25rem;"
    "background:var(--card);border:1px solid var(--line);border-top:4px solid var(--mark);"
    "border-radius:8px}"
    "main.bad{--mark:#cf222e}main.wait{--mark:#9a6700}"
    "h1{margin:0 0 .75rem;font-size:1.375rem;line-height:1.25}p{margin:.5rem 0}"
    "dl{margin:1.25rem 0 0;padding-top:1rem;border-top:1px solid var(--line);"
    "font-size:.8125rem;color:var(--mute);overflow-wrap:anywhere}dt{font-weight:600}dd{margin:0}"
)
# An answer in the query would stay in the address bar and in the history.
_SCRIPT: Final = "history.replaceState(null,'','/')"


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


_POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_digest(_STYLE)}'; "
    f"script-src 'sha256-{_digest(_SCRIPT)}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
HEADERS: Final = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", _POLICY),
)
"""Sent with every page."""


@dataclass(frozen=True, slots=True)
class Page:
    """One complete page."""

    status: int
    html: str


def signed_in_page() -> Page:
    """Say that the answer arrived."""
    return _page(
        200,
        "good",
        "You are signed in",
        "The sign-in reached provision, which carries on in the terminal.",
        "You can close this window.",
    )


def consented_page() -> Page:
    """Say that an administrator's consent arrived."""
    return _page(
        200,
        "good",
        "Consent was given",
        "The answer reached provision, which carries on in the terminal.",
        "You can close this window.",
    )


def failed_page(error: ProvisionError) -> Page:
    """Say why the sign-in failed; the words are the terminal's own."""
    return _page(
        400,
        "bad",
        "The sign-in did not work",
        error.message,
        error.hint,
        evidence=tuple(pair for pair in error.evidence if pair[0] != "see"),
    )


def foreign_page() -> Page:
    """Refuse an answer that belongs to no sign-in that is waiting here."""
    return _page(
        400,
        "bad",
        "This answer was not used",
        "It does not belong to the sign-in that provision is waiting for.",
        "Open the newest link from the terminal; older ones have ended.",
    )


def waiting_page() -> Page:
    """Say that nothing has happened yet."""
    return _page(
        200,
        "wait",
        "Waiting for the sign-in",
        "provision is listening here for Microsoft's answer.",
        "Finish the sign-in in the window where it was begun.",
    )


def refusal_page(status: int, reason: str) -> Page:
    """Refuse a request that is no answer to a sign-in."""
    return _page(status, "bad", "This request was not used", reason)


def _page(
    status: int,
    mood: str,
    title: str,
    *paragraphs: str,
    evidence: tuple[tuple[str, str], ...] = (),
) -> Page:
    body = "".join(f"<p>{escape(text)}</p>" for text in paragraphs if text)
    ids = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in evidence)
    details = f"<dl>{ids}</dl>" if ids else ""
    return Page(
        status,
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)} · provision</title><style>{_STYLE}</style></head>"
        f'<body><main class="{mood}"><h1>{escape(title)}</h1>{body}{details}</main>'
        f"<script>{_SCRIPT}</script></body></html>",
    )
