"""What `status` shows: a table that fits, a document for programs, a page that stands alone."""

import json
import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest

from provision.cli.status_json import as_json
from provision.cli.status_page import page
from provision.cli.status_view import lines
from provision.cli.status_words import closing
from provision.stages.standing import Status
from provision.stages.status import status_of_everything
from provision.vault.entries import ClientKey, MailboxKey, RegistrationKey, SignedInMailbox
from provision.vault.ledger import (
    GivenSecret,
    GivenToken,
    Holder,
    HolderKey,
    Ledger,
    MailboxEntry,
    RegistrationEntry,
    SecretEntry,
    TokenEntry,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CLIENT = ClientKey("global", "tenant-1", "client-1")
HOSTILE = "<script>alert(1)</script>\x1b[2J\"'@contoso.com"


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def mailbox(address: str, issued: float, reason: str | None = None) -> MailboxEntry:
    who = SignedInMailbox(
        MailboxKey(CLIENT.cloud, CLIENT.tenant_id, CLIENT.client_id, address),
        "aem-mail", address, "common", ("imap",), (), "oid", CLIENT.tenant_id, ago(200),
    )  # fmt: skip
    return MailboxEntry(who, TokenEntry(7, ago(issued), None, reason))


def holder(address: str, name: str, issued: float, *, keeps: bool = False) -> Holder:
    token = GivenToken(3, ago(issued), ago(issued))
    secret = GivenSecret("key-1", NOW + timedelta(days=5), ago(issued))
    return Holder(HolderKey(CLIENT, address, name), keeps, token, secret)


def status(*mailboxes: MailboxEntry, holders: tuple[Holder, ...] = ()) -> Status:
    secrets = tuple(
        SecretEntry(CLIENT, key, "aem-mail", ago(10), NOW + timedelta(days=end))
        for key, end in (("key-1", 5), ("key-2", 170))
    )
    known = RegistrationEntry(RegistrationKey("global", "tenant-1", "aem-mail"), "client-1")
    return status_of_everything(Ledger((known,), mailboxes, secrets, holders), NOW)


@pytest.fixture
def busy() -> Status:
    """Return a mailbox with a copy that is nearly dead, and another that Entra refused."""
    return status(
        mailbox("forms@contoso.com", 1),
        mailbox("sales@contoso.com", 2, "AADSTS50173: the grant was revoked"),
        holders=(
            holder("forms@contoso.com", "AEM Forms Email Service", 83),
            holder("forms@contoso.com", "mutt on build.contoso.com", 83, keeps=True),
        ),
    )


@pytest.mark.parametrize("width", [80, 100, 140])
def test_no_line_is_wider_than_the_terminal(busy, width):
    shown = list(lines(busy, width))

    assert max(len(line) for line in shown) <= width
    assert "forms@contoso.com" in "\n".join(shown)


def test_only_a_wide_table_says_when_a_token_was_last_used(busy):
    assert "last used" in "\n".join(lines(busy, 100))
    assert "last used" not in "\n".join(lines(busy, 99))


def test_what_dies_first_is_first(busy):
    ends = [re.match(r"\S (\d{4}-\d\d-\d\d)", line) for line in lines(busy, 100)]
    found = [end[1] for end in ends if end]

    assert len(found) > 4
    assert found == sorted(found)


def test_a_row_says_when_how_soon_which_alarm_and_which_generation(busy):
    row = next(line for line in lines(busy, 140) if " 3  " in line)

    assert row.split()[:7] == ["!", "2026-11-30", "7", "d", "7", "3", "2026-09-01"]


def test_the_last_lines_say_what_to_do_first(busy):
    *_, said, command = lines(busy, 140)

    assert said.startswith("First: refresh token of sales@contoso.com was refused by Entra")
    assert command == "  → provision authorize --mailbox sales@contoso.com"


def test_where_nothing_is_to_be_done_the_next_end_is_told():
    *_, last = lines(status(mailbox("forms@contoso.com", 1)), 140)

    assert last == (
        "Nothing to do. What dies first: refresh token of forms@contoso.com, on 2027-02-20."
    )


def test_nothing_that_could_die_is_nothing_to_do():
    assert closing(Status(NOW, ())) == "Nothing to do."


def test_an_empty_ledger_says_how_to_begin():
    assert list(lines(Status(NOW, ()), 80)) == [
        "Nothing is held here yet.",
        "  → provision apply --through handoff",
    ]


def test_a_name_cannot_steer_the_terminal():
    assert "\x1b" not in "\n".join(lines(status(mailbox(HOSTILE, 89)), 100))


def test_many_holders_of_a_secret_are_counted():
    many = tuple(holder("forms@contoso.com", f"h{n}", 1) for n in range(9))

    text = " ".join(" ".join(lines(status(holders=many), 140)).split())

    assert "also in h0, h1, h2 and 6 more" in text


def test_programs_get_every_field(busy):
    found = json.loads(json.dumps(as_json(busy)))

    (application,) = found["applications"]
    forms = next(m for m in application["mailboxes"] if m["address"] == "forms@contoso.com")
    copy, kept = forms["holders"]
    assert (found["formatVersion"], found["alarm"]) == (1, 0)
    assert found["toDo"][0] == {
        "kind": "refreshToken", "what": "refresh token of sales@contoso.com", "state": "refused",
        "diesAt": "2027-02-19T12:00:00+00:00", "daysLeft": 88, "alarm": 0,
        "next": "provision authorize --mailbox sales@contoso.com",
    }  # fmt: skip
    assert {k: v for k, v in forms.items() if k != "holders"} == {
        "address": "forms@contoso.com", "signInAs": "forms@contoso.com", "authority": "common",
        "isDeclared": True, "signedInAt": "2026-05-07T12:00:00+00:00", "generation": 7,
        "issuedAt": "2026-11-22T12:00:00+00:00", "lastUsedAt": "2026-11-22T12:00:00+00:00",
        "refusedBecause": None, "state": "good", "diesAt": "2027-02-20T12:00:00+00:00",
        "daysLeft": 89, "alarm": None, "next": None,
    }  # fmt: skip
    assert (copy["name"], copy["keepsSuccessors"]) == ("AEM Forms Email Service", False)
    assert (copy["refreshToken"]["state"], copy["refreshToken"]["alarm"]) == ("due", 7)
    assert copy["clientSecret"]["keyId"] == "key-1"
    assert (copy["clientSecret"]["state"], copy["clientSecret"]["alarm"]) == ("outdated", 7)
    assert kept["refreshToken"]["diesAt"] is None
    assert [s["isServing"] for s in application["clientSecrets"]] == [False, True]


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [v or "" for k, v in attrs if k in {"href", "src", "action", "data"}]
        if tag not in {"meta", "col", "rect", "path", "use", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [v or "" for k, v in attrs if k in {"href", "src", "action", "data"}]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_stands_alone(busy):
    found = Page(page(busy))

    assert found.open == []
    assert set(found.addresses) == {"#grid"}
    assert {"script", "img", "link", "iframe"}.isdisjoint(found.tags)
    assert "url(" not in page(busy)
    assert "@import" not in page(busy)


def test_the_page_says_what_the_bars_show(busy):
    text = page(busy)

    assert text.count('role="img"') == len(busy.dues)
    assert 'aria-label="AEM Forms Email Service: due, dies on 2026-11-30"' in text
    assert "prefers-color-scheme:dark" in text
    assert "@media print" in text
    assert "7 days left" in text


def test_no_name_becomes_a_part_of_the_page():
    text = page(status(mailbox(HOSTILE, 89), holders=(holder(HOSTILE.lower(), HOSTILE, 80),)))

    found = Page(text)
    assert "script" not in found.tags
    assert "\x1b" not in text
    assert "<script>alert(1)</script>" in found.text


@pytest.mark.parametrize(("end", "days"), [(99, 100), (170, 200), (400, 400), (700, 400)])
def test_the_timeline_is_as_long_as_it_has_to_be(end, days):
    secret = SecretEntry(CLIENT, "key-1", "aem-mail", ago(10), NOW + timedelta(days=end))

    text = page(status_of_everything(Ledger(secrets=(secret,)), NOW))

    assert f'aria-label="The next {days} days"' in text
    assert f'width="{min(end, days)}.00"' in text


def test_a_copy_that_is_dead_has_no_life_left_to_show(busy):
    text = page(status(mailbox("a@b.c", 1), holders=(holder("a@b.c", "aem", 91.5),)))

    assert "1 day ago" in text
    assert 'class="dead copy"' in text


def test_hundreds_of_commands_are_cut_short_above_the_table():
    text = page(status(*(mailbox(f"m{n}@contoso.com", 100) for n in range(30))))

    assert text.count("provision authorize") == 20
    assert "and 10 more, in the table below" in text


def test_a_page_of_nothing_says_how_to_begin():
    assert "provision apply --through handoff" in page(Status(NOW, ()))
