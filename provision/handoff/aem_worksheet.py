"""The worksheet as text, and what a text of ours holds."""

import re
from collections.abc import Iterator
from textwrap import wrap
from typing import Final

from provision.handoff.aem_fields import Field, Page
from provision.handoff.aem_sheet import SECRETS_SHOWN, Sheet
from provision.handoff.stored_values import Holding, Token
from provision.secret import Secret
from provision.tenant.registration import ClientSecret

TITLE: Final = "AEM Forms on JEE: e-mail through Office 365 (worksheet by provision)"
_SUMMARY_LINE: Final = re.compile(r"([A-Z][A-Za-z ]+): (.*)")
_WIDTH: Final = 48


def render(sheet: Sheet) -> str:
    """Return the worksheet as text."""
    lines = [TITLE, ""]
    lines += [f"{label}: {value}" for label, value in sheet.facts]
    lines += [f"{field.label}: {_shown(field)}" for field in sheet.credentials]
    lines += ["", "Watch"]
    for notice in sheet.notices:
        lines += wrap(notice, 92, initial_indent="- ", subsequent_indent="  ")
    for number, page in enumerate(sheet.pages, 1):
        lines += _page(number, page)
    return "\n".join(lines) + "\n"


def parse(text: str) -> Holding:
    """Read the summary of a worksheet; one without secrets holds none."""
    summary = text.removeprefix(TITLE).strip().partition("\n\n")[0]
    lines = (_SUMMARY_LINE.fullmatch(line) for line in summary.splitlines())
    values = {line[1]: line[2] for line in lines if line is not None}
    is_shown = values.get("Secrets") == SECRETS_SHOWN
    secret = _value(values, "Client Secret") if is_shown else None
    token = _value(values, "Refresh Token") if is_shown else None
    key_id = _value(values, "Client secret key id") or ""
    generation = _value(values, "Generation") or ""
    return Holding(
        client_id=values.get("Client ID", ""),
        tenant_id=values.get("Tenant ID", ""),
        authority=values.get("Authority", ""),
        mailbox=_value(values, "Mailbox"),
        client_secret=None if secret is None else ClientSecret(key_id, Secret(secret)),
        token=None
        if token is None
        else Token(
            Secret(token),
            _value(values, "Issued at"),
            int(generation) if generation.isdecimal() else None,
        ),
    )


def _value(values: dict[str, str], label: str) -> str | None:
    """Return a value, or None for the words in brackets that stand for none."""
    value = values.get(label, "")
    return None if not value or value.startswith("(") else value


def _page(number: int, page: Page) -> Iterator[str]:
    title = f"{number}. {page.title}"
    yield ""
    yield title
    yield "=" * len(title)
    yield page.way
    yield from wrap(page.before, 92)
    yield ""
    for field in page.fields:
        # Values stay on one line, however long: a wrapped token is a broken one.
        yield f"  {field.label} ".ljust(_WIDTH, ".") + f" {_shown(field)}"
    yield ""
    for text in page.after:
        yield from wrap(text, 92)


def _shown(field: Field) -> str:
    """Return the value, and in brackets what is no part of it."""
    return f"{field.value} ({field.note})".strip() if field.note else field.value
