"""When things die, to the second: whole days rounded down, exact alarms, no daylight saving."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from provision.vault.expiry import (
    Due,
    alarm_at,
    certificate_due,
    copy_due,
    days_between,
    missing_copy,
    missing_secret,
    missing_sign_in,
    secret_copy_due,
    secret_due,
    token_due,
    used_at,
)
from provision.vault.ledger import (
    GivenSecret,
    GivenToken,
    Holder,
    HolderKey,
    MailboxEntry,
    SecretEntry,
    TokenEntry,
)
from tests.unit.vault.samples import CLIENT, START, signed_in

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
NOW = START + 100 * DAY
SECRET = SecretEntry(CLIENT, "key-1", "aem-forms", None, NOW + 31 * DAY)
ADDRESS = "forms@contoso.example"


def mailbox(issued: timedelta, used: timedelta | None = None, reason: str = "") -> MailboxEntry:
    """Return a mailbox whose token was issued and last used that long ago."""
    last = None if used is None else NOW - used
    return MailboxEntry(signed_in(), TokenEntry(3, NOW - issued, last, reason or None))


def holder(
    issued: timedelta = DAY, secret: GivenSecret | None = None, *, keeps: bool = False
) -> Holder:
    """Return a holder of a copy that was issued that long ago."""
    token = GivenToken(2, NOW - issued, NOW)
    return Holder(HolderKey(CLIENT, ADDRESS, "aem"), keeps, token, secret)


def stands(due: Due | None) -> tuple[str, int | None, int | None, str]:
    assert due is not None
    return due.state, due.days_left, due.alarm, due.then


@pytest.mark.parametrize(
    ("left", "days", "alarm"),
    [
        (timedelta(days=30, seconds=1), 30, None),
        (timedelta(days=30), 30, 30),
        (timedelta(days=29, hours=23, minutes=59), 29, 30),
        (timedelta(days=14, seconds=1), 14, 30),
        (timedelta(days=14), 14, 14),
        (timedelta(days=7), 7, 7),
        (timedelta(days=1, seconds=1), 1, 7),
        (timedelta(days=1), 1, 1),
        (timedelta(hours=23, minutes=59), 0, 1),
        (timedelta(seconds=1), 0, 1),
        (timedelta(0), 0, 0),
        (-SECOND, -1, 0),
        (-DAY, -1, 0),
        (-DAY - SECOND, -2, 0),
    ],
)
def test_counts_whole_days_and_raises_alarms_to_the_second(left, days, alarm):
    assert (days_between(NOW, NOW + left), alarm_at(NOW + left, NOW)) == (days, alarm)


def test_a_day_has_24_hours_where_the_clocks_change():
    berlin = ZoneInfo("Europe/Berlin")
    # On 30 March 2031 the clocks go forward: these two noons are 23 hours apart.
    now = datetime(2031, 3, 29, 12, tzinfo=berlin).astimezone(ZoneInfo("UTC"))
    dies_at = datetime(2031, 3, 30, 12, tzinfo=berlin).astimezone(ZoneInfo("UTC"))

    assert (days_between(now, dies_at), alarm_at(dies_at, now)) == (0, 1)


@pytest.mark.parametrize(
    ("issued", "used", "expected"),
    [
        (timedelta(0), None, ("good", 90, None, "")),
        (59 * DAY, None, ("good", 31, None, "")),
        (60 * DAY - SECOND, None, ("good", 30, None, "")),
        (60 * DAY, None, ("due", 30, 30, "provision refresh --all")),
        (90 * DAY - SECOND, None, ("due", 0, 1, "provision refresh --all")),
        (90 * DAY, None, ("dead", 0, 0, f"provision authorize --mailbox {ADDRESS}")),
        (91 * DAY, 2 * DAY, ("good", 88, None, "")),
        (2 * DAY, 91 * DAY, ("good", 88, None, "")),
    ],
)
def test_a_token_dies_ninety_days_after_its_issue_or_its_last_use(issued, used, expected):
    assert stands(token_due(mailbox(issued, used), NOW)) == expected


def test_a_refused_token_needs_its_owner_however_young_it_is():
    due = token_due(mailbox(DAY, reason="AADSTS50173: revoked"), NOW)

    assert stands(due) == ("refused", 89, 0, f"provision authorize --mailbox {ADDRESS}")
    assert due.needs_sign_in


def test_a_mailbox_whose_token_is_gone_needs_its_owner():
    due = token_due(MailboxEntry(signed_in(), None), NOW)

    assert due == missing_sign_in(ADDRESS)
    assert (due.state, due.needs_sign_in, due.dies_at) == ("missing", True, None)


def test_what_is_typed_for_an_odd_address_can_be_typed():
    assert missing_sign_in("o'b@c.de").then == "provision authorize --mailbox 'o'\"'\"'b@c.de'"


@pytest.mark.parametrize(
    ("issued", "expected"),
    [
        (60 * DAY - SECOND, ("good", 30, None, "")),
        (60 * DAY, ("due", 30, 30, "provision handoff")),
        (89 * DAY, ("due", 1, 1, "provision handoff")),
        (90 * DAY, ("dead", 0, 0, "provision handoff")),
    ],
)
def test_a_copy_dies_ninety_days_after_its_own_issue(issued, expected):
    due = copy_due(holder(issued), NOW)

    assert stands(due) == expected
    assert due is not None
    assert not due.needs_sign_in


def test_a_copy_whose_holder_stores_successors_has_no_end_that_anybody_knows():
    due = copy_due(holder(200 * DAY, keeps=True), NOW)

    assert stands(due) == ("good", None, None, "")


def test_who_was_given_no_token_has_no_copy():
    assert copy_due(replace(holder(), token=None), NOW) is None


@pytest.mark.parametrize(
    ("left", "before", "expected"),
    [
        (31 * DAY, 30 * DAY, ("good", 31, None, "")),
        (30 * DAY, 30 * DAY, ("due", 30, 30, "provision rotate")),
        (20 * DAY, 7 * DAY, ("good", 20, 30, "")),
        (40 * DAY, 60 * DAY, ("due", 40, None, "provision rotate")),
        (timedelta(0), 30 * DAY, ("dead", 0, 0, "provision rotate")),
    ],
)
def test_a_client_secret_is_due_when_the_manifest_says(left, before, expected):
    secret = replace(SECRET, end_at=NOW + left)

    assert stands(secret_due(secret, NOW, before, is_serving=True)) == expected


def test_a_secret_that_was_replaced_raises_no_alarm():
    secret = replace(SECRET, end_at=NOW - DAY)

    due = secret_due(secret, NOW, 30 * DAY, is_serving=False)

    assert (stands(due), due.is_due) == (("spare", -1, None, ""), False)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (GivenSecret("key-0", NOW + 8 * DAY, NOW), ("outdated", 8, 14, "provision handoff")),
        (GivenSecret("key-0", NOW, NOW), ("dead", 0, 0, "provision handoff")),
        (GivenSecret("key-0", None, NOW), ("outdated", None, None, "provision handoff")),
    ],
)
def test_a_holder_with_another_secret_than_the_one_that_serves_is_told_of(given, expected):
    assert stands(secret_copy_due(holder(secret=given), SECRET, NOW)) == expected


@pytest.mark.parametrize(
    "given", [None, GivenSecret("", None, NOW), GivenSecret("key-1", SECRET.end_at, NOW)]
)
def test_a_holder_whose_secret_serves_or_is_nobodys_guess_is_left_alone(given):
    assert secret_copy_due(holder(secret=given), SECRET, NOW) is None
    assert secret_copy_due(holder(secret=GivenSecret("key-0", None, NOW)), None, NOW) is None


def test_what_ought_to_have_been_handed_over_is_due():
    for due in (missing_copy(holder()), missing_secret(holder())):
        assert (due.state, due.is_due, due.then) == ("missing", True, "provision handoff")


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (31 * DAY, ("good", 31, None, "")),
        (30 * DAY, ("due", 30, 30, "provision apply")),
        (-DAY, ("dead", -1, 0, "provision apply")),
    ],
)
def test_a_certificate_is_due_a_month_before_its_end(left, expected):
    assert stands(certificate_due("0A1B", NOW + left, NOW)) == expected


def test_a_token_was_last_used_when_its_successor_was_issued():
    assert used_at(mailbox(5 * DAY)) == NOW - 5 * DAY
    assert used_at(mailbox(5 * DAY, 2 * DAY)) == NOW - 2 * DAY
    assert used_at(MailboxEntry(signed_in(), None)) is None
    assert used_at(MailboxEntry(signed_in(), TokenEntry(1, START, None, None))) is None
