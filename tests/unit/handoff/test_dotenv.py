"""The dotenv sink: seven variables, everything else untouched."""

import dataclasses
from pathlib import Path

import pytest

from provision.errors import SinkFailed
from provision.handoff.destinations import FilePlace
from provision.handoff.dotenv import DotenvSink
from provision.tenant.mailbox import Mailbox
from tests.unit.handoff.values import MemoryPlace, make_handover

WRITTEN = """\
# MAIL_OAUTH values of forms@contoso.com, written by provision
MAIL_OAUTH_CLIENT_ID='c-1'
MAIL_OAUTH_CLIENT_SECRET='s3~cr.et_'
MAIL_OAUTH_CLIENT_SECRET_KEY_ID='key-1'
MAIL_OAUTH_TENANT_ID='t-1'
MAIL_OAUTH_AUTHORITY='https://login.microsoftonline.com/common'
MAIL_OAUTH_REFRESH_TOKEN='1.AXrefresh'
MAIL_OAUTH_REFRESH_TOKEN_ISSUED_AT='2026-01-31T09:30:00Z'
"""


def test_a_new_file_holds_the_seven_variables() -> None:
    place = MemoryPlace()
    DotenvSink(place).keep(make_handover())
    assert place.text == WRITTEN


def test_keeping_twice_changes_nothing() -> None:
    place = MemoryPlace(WRITTEN)
    DotenvSink(place).keep(make_handover())
    assert place.text == WRITTEN


def test_foreign_lines_stay_where_they_are() -> None:
    foreign = "# ours\nexport A='1\n2'\n\nMAIL_OAUTH_CLIENT_ID=old\nB = it's\nC=3"
    place = MemoryPlace(foreign)
    DotenvSink(place).keep(make_handover())
    kept, _, added = str(place.text).partition("C=3\n")
    assert kept == "# ours\nexport A='1\n2'\n\nMAIL_OAUTH_CLIENT_ID='c-1'\nB = it's\n"
    assert added == WRITTEN.replace("MAIL_OAUTH_CLIENT_ID='c-1'\n", "")


def test_a_variable_set_twice_is_set_once_afterwards() -> None:
    place = MemoryPlace("MAIL_OAUTH_TENANT_ID=a\nMAIL_OAUTH_TENANT_ID=b\n")
    DotenvSink(place).keep(make_handover())
    assert str(place.text).count("MAIL_OAUTH_TENANT_ID=") == 1


def test_an_exported_variable_stays_exported() -> None:
    place = MemoryPlace("export MAIL_OAUTH_TENANT_ID=a\n")
    DotenvSink(place).keep(make_handover())
    assert "export MAIL_OAUTH_TENANT_ID='t-1'\n" in str(place.text)


def test_text_inside_another_variable_is_not_ours() -> None:
    place = MemoryPlace("NOTE='\nMAIL_OAUTH_TENANT_ID=x\n'\n")
    DotenvSink(place).keep(make_handover())
    assert str(place.text).startswith("NOTE='\nMAIL_OAUTH_TENANT_ID=x\n'\n")


def test_a_missing_refresh_token_has_no_line() -> None:
    place = MemoryPlace()
    DotenvSink(place).keep(make_handover(token=None))
    assert "REFRESH_TOKEN" not in str(place.text)


def test_a_stored_refresh_token_survives_a_new_client_secret() -> None:
    place = MemoryPlace(WRITTEN)
    DotenvSink(place).keep(make_handover(token=None, secret="new", key_id="key-2"))
    assert place.text == WRITTEN.replace("s3~cr.et_", "new").replace("key-1", "key-2")


def test_a_stored_refresh_token_of_another_mailbox_is_removed() -> None:
    place = MemoryPlace(WRITTEN)
    other = Mailbox("other@contoso.com", "other@contoso.com", "common", ("imap",))
    DotenvSink(place).keep(make_handover(token=None, mailbox=other))
    assert "REFRESH_TOKEN" not in str(place.text)
    assert "of other@contoso.com" in str(place.text)


def test_the_key_id_beside_the_secret_is_found() -> None:
    assert DotenvSink(MemoryPlace(WRITTEN)).held_key_id() == "key-1"


@pytest.mark.parametrize(
    "text", [None, "", "MAIL_OAUTH_CLIENT_SECRET_KEY_ID=k\n", "MAIL_OAUTH_CLIENT_SECRET=s\n"]
)
def test_no_secret_or_no_key_id_is_no_held_key(text: str | None) -> None:
    assert DotenvSink(MemoryPlace(text)).held_key_id() is None


@pytest.mark.parametrize("line", ["MAIL_OAUTH_TENANT_ID='open", "MAIL_OAUTH_TENANT_ID = x y"])
def test_an_unreadable_variable_of_ours_is_refused_before_a_secret_exists(line: str) -> None:
    with pytest.raises(SinkFailed, match="line 2"):
        DotenvSink(MemoryPlace(f"A=1\n{line}\n")).prepare()


def test_the_holder_names_format_and_file() -> None:
    sink = DotenvSink(FilePlace("mail.env", Path("mail.env")))
    assert (sink.name, sink.holder, sink.holds_secrets) == ("dotenv", "dotenv mail.env", True)


def test_a_stream_holds_no_secret() -> None:
    assert not DotenvSink(MemoryPlace(is_kept=False)).holds_secrets


def test_preparing_leaves_nothing_behind(tmp_path: Path) -> None:
    DotenvSink(FilePlace("mail.env", tmp_path / "mail.env")).prepare()
    assert list(tmp_path.iterdir()) == []


def test_an_instant_of_another_zone_is_written_in_utc() -> None:
    place = MemoryPlace()
    handover = make_handover()
    issued_at = handover.refresh_token_issued_at
    assert issued_at is not None
    DotenvSink(place).keep(
        dataclasses.replace(handover, refresh_token_issued_at=issued_at.astimezone())
    )
    assert place.text == WRITTEN
