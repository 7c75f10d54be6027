"""The ledger as one page: a timeline of what dies when, without a script or a foreign asset."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import escape
from itertools import islice
from typing import TYPE_CHECKING, Final

from provision.cli.status_style import STYLE
from provision.cli.status_timeline import Timeline
from provision.cli.status_words import Row, closing, day, end, groups, printable
from provision.vault.expiry import days

if TYPE_CHECKING:
    from provision.stages.standing import ApplicationStanding, Status
    from provision.vault.expiry import Due

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"
_TASKS: Final = 20
"""Commands that the head of the page shows, however many there are."""
_BADGES: Final = {
    "good": "good", "spare": "not needed", "due": "due", "outdated": "outdated",
    "missing": "missing", "refused": "refused", "dead": "dead",
}  # fmt: skip


def page(status: "Status") -> str:
    """Return the whole page; every name in it is escaped."""
    names = [a.unique_name for a in status.applications if a.unique_name]
    title = "status" if len(names) != 1 else f"status of {names[0]}"
    at = status.at.astimezone(UTC)
    timeline = Timeline.of(status.dues, status.at)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{_text(title)} · provision</title><style>{STYLE}</style></head><body>"
        f"{timeline.definitions()}<main><h1>{_text(title[0].upper() + title[1:])}</h1>"
        f'<p class="at">What is held here, who has copies of it, and when it dies, as of '
        f'<time datetime="{at.isoformat()}">{at:%Y-%m-%d %H:%M} UTC</time></p>'
        f"{_tiles(status)}{_to_do(status)}"
        f"{''.join(_application(a, timeline) for a in status.applications)}"
        f"<footer>{_legend()}</footer></main></body></html>\n"
    )


def _text(text: str) -> str:
    return escape(printable(text))


def _tiles(status: "Status") -> str:
    to_do, every = status.to_do, status.dues
    sign_ins = sum(due.needs_sign_in for due in to_do)
    mailboxes = sum(len(a.mailboxes) for a in status.applications)
    ahead = [d for d in every if d.dies_at and d.dies_at > status.at and d.state != "spare"]
    first = ahead[0] if ahead else None
    ends = days(first.days_left) if first is not None and first.days_left is not None else "—"
    tiles = (
        ("", str(mailboxes), "mailbox" if mailboxes == 1 else "mailboxes"),
        ("dead" if sign_ins else "good", str(sign_ins), "to sign in again"),
        ("due" if to_do else "good", str(len(to_do)), "to look after"),
        ("" if first is None else first.state, ends, "until the next end"),
    )
    items = (f'<li class="{css}"><b>{value}</b>{label}</li>' for css, value, label in tiles)
    return f'<ul class="tiles">{"".join(items)}</ul>'


def _to_do(status: "Status") -> str:
    if not status.applications:
        text = "Nothing is held here yet. Begin with <code>provision apply --through handoff</code>"
        return f'<section class="card"><h2>What to do</h2><p>{text}</p></section>'
    by_command: dict[str, list[Due]] = {}
    for due in status.to_do:
        by_command.setdefault(due.then, []).append(due)
    items = "".join(_task(command, dues) for command, dues in islice(by_command.items(), _TASKS))
    if len(by_command) > _TASKS:
        items += f"<li>and {len(by_command) - _TASKS} more, in the table below</li>"
    said = f'<ul class="todo">{items}</ul>' if items else f"<p>{_text(closing(status))}</p>"
    return f'<section class="card"><h2>What to do</h2>{said}</section>'


def _task(command: str, dues: "list[Due]") -> str:
    more = f", and {len(dues) - 1} more" if len(dues) > 1 else ""
    return (
        f'<li class="{dues[0].state}">{_badge(dues[0])} '
        f'{_text(dues[0].in_words)}{more} <span class="sub">→ <code>{_text(command)}</code>'
        "</span></li>"
    )


def _application(application: "ApplicationStanding", timeline: Timeline) -> str:
    at = timeline.at
    name = application.unique_name or "An application without a name"
    client = application.client_id or "unknown"
    ids = f"client id {client} · tenant {application.tenant} · cloud {application.cloud}"
    ordered = sorted(groups(application), key=lambda rows: min(end(row, at) for row in rows))
    body = "".join(_row(row, timeline) for rows in ordered for row in rows)
    return (
        f'<section class="card app"><h2>{_text(name)}</h2><p class="ids">{_text(ids)}</p>'
        '<div class="wide"><table><colgroup><col class="name"><col><col class="left">'
        '<col class="state"></colgroup><thead><tr><th scope="col">What</th>'
        f'<th scope="col" aria-label="The next {timeline.days} days">{timeline.months()}</th>'
        '<th scope="col">Dies (UTC)</th><th scope="col">State</th></tr></thead>'
        f"<tbody>{body}</tbody></table></div></section>"
    )


def _row(row: Row, timeline: Timeline) -> str:
    due, at = row.due, timeline.at
    css = f"{due.state} copy" if row.copy_of else due.state
    left = "" if due.dies_at is None else f'<span class="sub num">{_left(due.dies_at, at)}</span>'
    dies = "—" if due.dies_at is None else day(due.dies_at)
    details = [_text(note) for note in row.notes] + [f"<i>{date}</i>" for date in _dates(row)]
    words = f"{row.name}: {_BADGES[due.state]}, dies on {dies}" if due.dies_at else row.what
    return (
        f'<tr class="{css}"><th scope="row"><span class="name">{_text(row.name)}</span>'
        f'<span class="sub">{" · ".join(details)}</span></th>'
        f"<td>{timeline.bar(due, printable(words))}</td>"
        f'<td><span class="num">{dies}</span>{left}</td><td>{_badge(due)}</td></tr>'
    )


def _badge(due: "Due") -> str:
    level = f" · ≤ {due.alarm} d" if due.alarm else ""
    return f'<span class="badge">{_BADGES[due.state]}{level}</span>'


def _left(dies_at: datetime, at: datetime) -> str:
    is_over = dies_at <= at
    count = abs(dies_at - at) // timedelta(days=1)
    return f"{days(count) if count else '&lt; 1 day'} {'ago' if is_over else 'left'}"


def _dates(row: Row) -> Iterator[str]:
    if row.generation is not None:
        yield f"generation {row.generation}"
    for verb, instant in (
        ("issued", row.issued_at), ("last used", row.used_at), ("handed over", row.handed_at),
    ):  # fmt: skip
        if instant is not None:
            yield f"{verb} {day(instant)}"


def _legend() -> str:
    return (
        "Each bar is the life that is left, from today on; its notches stand 30, 14, 7 and 1 days "
        "before the end. The vault's own refresh tokens live on with every <code>provision "
        "refresh</code>; a copy whose holder stores no successors dies 90 days after its issue, "
        "however often others renew theirs. There is no secret on this page."
    )
