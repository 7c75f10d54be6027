"""What the client says first, and for whom."""

import base64

import pytest

from provision.errors import UsageError
from provision.mail.sasl import Login, encoded, login_for, xoauth2_initial_response
from provision.secret import Secret
from provision.tenant.mailbox import Mailbox

TOKEN = Secret("eyJ0b2tlbi")
SHARED = Mailbox("shared@contoso.com", "delegate@contoso.com", "tenant", ("imap", "pop", "smtp"))


def test_the_initial_response_is_the_documented_one():
    assert xoauth2_initial_response("a@b.com", TOKEN) == (
        b"user=a@b.com\x01auth=Bearer eyJ0b2tlbi\x01\x01"
    )


def test_base64_has_no_line_breaks_whatever_its_length():
    login = Login("imap", "a@b.com", "a@b.com", Secret("x" * 4096))
    text = encoded(login)
    assert "\n" not in text
    assert base64.b64decode(text) == xoauth2_initial_response("a@b.com", login.token)


@pytest.mark.parametrize("user", ["a\x01auth=Bearer x", "a\r\nb", "a\tb"])
def test_a_user_name_cannot_smuggle_anything_in(user):
    with pytest.raises(UsageError):
        xoauth2_initial_response(user, TOKEN)


@pytest.mark.parametrize("protocol", ["imap", "pop"])
def test_a_shared_mailbox_is_opened_under_its_own_address(protocol):
    assert login_for(SHARED, protocol, TOKEN).user == "shared@contoso.com"


def test_smtp_wants_the_account_that_signed_in_and_sends_as_the_mailbox():
    login = login_for(SHARED, "smtp", TOKEN)
    assert (login.user, login.address) == ("delegate@contoso.com", "shared@contoso.com")


def test_a_login_never_shows_its_token():
    assert "eyJ0b2tlbi" not in repr(login_for(SHARED, "imap", TOKEN))
