"""A plan as Markdown, for a comment on a pull request."""

from collections.abc import Iterator

from provision.cli.plan_view import sign, summary
from provision.plan.changes import Change, FieldChange
from provision.plan.difference import fields, title
from provision.plan.planner import Plan

_NEW_CONSENT = (
    "> **Consent for the whole tenant is new**: the application could open any user's mailbox once "
    "that user signs in."
)
_DIFF_SIGNS = {"+": "+", "-": "-", "~": "!"}
"""What highlighters of `diff` blocks colour."""
_MARKS = "\\`*_{}[]|#"
_HARMLESS = {"<": "&lt;", ">": "&gt;", "@": "&#64;"}
"""No markup, and nobody is notified by a mailbox address."""


def as_markdown(plan: Plan) -> str:
    """Return the plan as GitHub and Azure DevOps render it; holds no secret.

    Names come from the tenant: whatever Markdown would take for its own is escaped, and inside
    the block every line begins with a sign, so that none can end it.
    """
    lines = [f"### provision plan: {_text(plan.unique_name)}", "", _text(summary(plan))]
    if plan.changes:
        lines += ["", "```diff", *(line for c in plan.changes for line in _change(c)), "```"]
    if plan.consents_for_everyone:
        lines += ["", _NEW_CONSENT]
    shown = [n for n in plan.notices if plan.changes or n.kind != "advice"]
    if shown:
        lines += ["", "<details><summary>Remarks</summary>", ""]
        lines += [f"- **{n.kind}**: {_text(n.text)}" for n in shown]
        lines += ["", "</details>"]
    return "\n".join(lines)


def _change(change: Change) -> Iterator[str]:
    mark = _DIFF_SIGNS[sign(change)]
    yield f"{mark} {_one_line(title(change))}"
    for field in fields(change):
        yield from _field(field)


def _field(field: FieldChange) -> Iterator[str]:
    if field.before is not None:
        yield f"-     {field.path}: {_one_line(field.before)}"
    if field.after is not None:
        yield f"+     {field.path}: {_one_line(field.after)}"


def _text(text: str) -> str:
    escaped = "".join(f"\\{letter}" if letter in _MARKS else letter for letter in text)
    return _one_line("".join(_HARMLESS.get(letter, letter) for letter in escaped))


def _one_line(text: str) -> str:
    return " ".join(text.split())
