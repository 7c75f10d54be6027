"""The worksheet as one HTML page that needs nothing else, and what a page of ours holds."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Final

from provision.handoff.aem_fields import Field, Page
from provision.handoff.aem_sheet import Sheet
from provision.handoff.json_file import document, holding_in
from provision.handoff.stored_values import Holding

TITLE: Final = "AEM Forms on JEE: e-mail through Office 365"
_ABOUT: Final = "Worksheet by provision. Ticks are kept nowhere: a closed page has forgotten them."
_MARK: Final = '<meta name="generator" content="provision aem-forms">'
_OPEN: Final = '<script type="application/json" id="handed-over">'
_QUOTED: Final = re.compile(r"`([^`]+)`")
_HELD: Final = re.compile(re.escape(_OPEN) + r"(.*?)</script>", re.DOTALL)


def is_ours(text: str) -> bool:
    """Tell whether a text is such a page."""
    return _MARK in text and _HELD.search(text) is not None


def render(sheet: Sheet, holding: Holding) -> str:
    """Return the page; the values that a later run reads back stand in it as data."""
    style, script = _asset("aem_sheet.css"), _asset("aem_sheet.js")
    policy = (
        f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return "\n".join(
        (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width,initial-scale=1">',
            '<meta name="referrer" content="no-referrer">',
            _MARK,
            f"<title>{escape(TITLE)} · provision</title>",
            f"<style>{style}</style>\n</head>\n<body>\n<main>",
            f"<h1>{escape(TITLE)}</h1>",
            f'<p class="mute">{_ABOUT}</p>',
            *_head(sheet),
            *(line for n, page in enumerate(sheet.pages, 1) for line in _page(n, page, sheet)),
            '<p role="status"></p>\n</main>',
            f"{_OPEN}{_data(holding, shows_secrets=sheet.shows_secrets)}</script>",
            f"<script>{script}</script>\n</body>\n</html>\n",
        )
    )


def parse(text: str) -> Holding:
    """Return what a page holds; one without secrets holds none.

    Raises:
        ValueError, KeyError, TypeError: Somebody has changed the data.
    """
    found = _HELD.search(text)
    return holding_in("" if found is None else found[1])


@cache
def _asset(name: str) -> str:
    return (files("provision.handoff") / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _data(holding: Holding, *, shows_secrets: bool) -> str:
    shown = holding if shows_secrets else replace(holding, client_secret=None, token=None)
    # In a script element only `<` can end it, or begin a comment.
    return json.dumps(json.loads(document(shown))).replace("<", "\\u003c")


def _head(sheet: Sheet) -> Iterator[str]:
    yield "<section>"
    if sheet.dies_on is not None:
        yield (
            f'<p class="end">This copy of the refresh token dies on <strong>'
            f"<time>{escape(sheet.dies_on)}</time></strong>.</p>"
        )
    yield "<dl>"
    for label, value in sheet.facts:
        yield f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>"
    yield "</dl>\n</section>"
    yield "<section>\n<h2>Watch</h2>\n<ul>"
    for notice in sheet.notices:
        quoted = _QUOTED.sub(r"<code>\1</code>", escape(notice))
        yield f"<li>{quoted}</li>"
    yield "</ul>\n</section>"


def _page(number: int, page: Page, sheet: Sheet) -> Iterator[str]:
    title = f"{number}. {escape(page.title)}"
    yield '<section class="place">'
    yield f'<div class="head"><h2>{title}</h2><span class="count"></span></div>'
    yield f'<p class="way">{escape(page.way)}</p>'
    if sheet.dies_on is not None:
        day = escape(sheet.dies_on)
        yield f'<p class="end">What is typed here dies on <time>{day}</time> at the latest.</p>'
    yield f"<p>{escape(page.before)}</p>"
    yield "<table><tbody>"
    for row, field in enumerate(page.fields, 1):
        yield _row(f"field-{number}-{row}", field)
    yield "</tbody></table>"
    for text in page.after:
        yield f"<p>{escape(text)}</p>"
    yield "</section>"


def _row(row_id: str, field: Field) -> str:
    box = f'<input type="checkbox" id="{row_id}" autocomplete="off">'
    label = f'<label for="{row_id}">{escape(field.label)}</label>'
    note = f' <span class="note">({escape(field.note)})</span>' if field.note else ""
    return (
        f"<tr><td>{box}</td><th scope=row>{label}</th><td>{_value(field)}{note}</td>"
        f"<td>{_buttons(field)}</td></tr>"
    )


def _value(field: Field) -> str:
    if not field.value:
        return ""
    value = escape(field.value)
    if field.is_secret:
        return f'<code hidden>{value}</code><span class="dots">••••••••••••</span>'
    return f'<span class="chosen">{value}</span>' if field.is_chosen else f"<code>{value}</code>"


def _buttons(field: Field) -> str:
    if not field.value or field.is_chosen:
        return ""
    about = f'aria-label="Copy {escape(field.label)}"'
    copy = f'<button type="button" class="copy" {about}>Copy</button>'
    if not field.is_secret:
        return copy
    about = f'aria-label="Show {escape(field.label)}" aria-expanded="false"'
    return f'<button type="button" class="show" {about}>Show</button> {copy}'
