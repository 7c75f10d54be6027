"""The people of a new tenant."""

from datetime import UTC, datetime
from random import Random

import pytest

from provision.errors import UsageError
from provision.sandbox.directory import Directory
from provision.sandbox.seed import make_directory


def tenant(*users: str) -> Directory:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    return make_directory("fabrikam.onmicrosoft.com", now, Random(7), users)


def test_takes_in_whoever_is_named():
    accounts = tenant("Mail.Room@post.example").accounts

    assert accounts["mail.room@post.example"].display_name == "Mail Room"
    assert not accounts["mail.room@post.example"].is_personal


def test_an_address_of_microsofts_own_is_a_personal_account():
    assert tenant("somebody@hotmail.com").accounts["somebody@hotmail.com"].is_personal


def test_somebody_who_is_there_already_stays_as_they_are():
    assert tenant("admin@fabrikam.com").accounts["admin@fabrikam.com"].is_administrator


@pytest.mark.parametrize("text", ["forms", "@fabrikam.com", "forms@", "a@b@c", "a@b c"])
def test_refuses_what_is_no_address(text):
    with pytest.raises(UsageError, match="no address"):
        tenant(text)
