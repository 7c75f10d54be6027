"""The canary sings: a leak of each kind, planted, turns it red."""

import traceback
from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256
from urllib.parse import quote, quote_plus

import pytest
import yaml

from tests.canary import Canary, Leak

SECRET = "M.C507_BAY.0.U.-Cq8Zr/Tm+w1Qe7~Lk3xJ!v9Np*Yh5sDd$$"
TOKEN = ".".join(
    ("eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9", "eyJhdWQiOiJodHRwcyJ9", "c2lnbmF0dXJl" * 3)
)
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def forms(text: str, secret: str = SECRET) -> set[str]:
    """Return the forms in which the canary sees a secret in a text."""
    canary = Canary({"the secret": secret}, [CHALLENGE])
    return {leak.form for leak in canary.leaks({"log": text.encode()})}


def raised(text: str) -> str:
    """Return the traceback of an error whose cause carries a text."""
    error = RuntimeError("the request failed")
    error.__cause__ = ValueError(text)
    return "".join(traceback.format_exception(error))


def test_silence_is_no_leak():
    assert forms("refreshing a token of client 3f…: answered 200") == set()


def test_a_leak_is_told_by_name_and_place_and_never_by_value():
    found = Canary({"the secret": SECRET}).leaks({"log": SECRET.encode()})

    assert found == [Leak("the secret", "raw", "log")]


@pytest.mark.parametrize("before", ["", "a", "ab", "abc", "client_id:"])
@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
def test_base64_is_seen_wherever_the_secret_begins_in_it(before, encode):
    text = encode(f"{before}{SECRET} and more".encode()).decode()

    assert forms(text) == {"base64"}


@pytest.mark.parametrize("encode", [quote, quote_plus, lambda text: quote(text, safe="")])
def test_a_url_or_a_form_is_seen(encode):
    assert forms(f"POST /token?refresh_token={encode(SECRET)}&scope=x") == {"url"}


def test_a_basic_header_is_seen():
    text = b64encode(f"3f2a:{quote(SECRET, safe='')}".encode()).decode()

    assert forms(f"Authorization: Basic {text}") == {"base64"}


def test_a_sasl_string_is_seen():
    text = b64encode(f"user=forms@contoso.com\x01auth=Bearer {SECRET}\x01\x01".encode()).decode()

    assert forms(f"> A1 AUTHENTICATE XOAUTH2 {text}") == {"base64"}


def test_a_traceback_and_its_causes_are_seen():
    assert forms(raised(f"cannot send {SECRET}")) == {"raw"}


def test_the_repr_of_an_exception_is_seen():
    odd = 'it\'s "quoted"\\and\tbroken'

    assert forms(repr(ValueError(odd)), odd) == {"escaped"}


def test_a_cassette_is_seen_though_it_breaks_lines():
    body = '{"token_type": "Bearer", "refresh_token": "' + SECRET + '", "expires_in": 3599}'
    cassette = yaml.safe_dump({"response": {"body": {"string": f"{body} " * 3}}}, width=40)

    assert forms(cassette) == {"raw"}


def test_base64_that_a_mail_program_wrapped_is_seen():
    text = b64encode(f"Subject: x\r\n\r\n{SECRET}".encode()).decode()

    assert forms("\r\n".join(text[i : i + 16] for i in range(0, len(text), 16))) == {"base64"}


def test_hexadecimal_is_seen():
    assert forms(SECRET.encode().hex()) == {"hex"}


@pytest.mark.parametrize(("cut", "form"), [(slice(40), "beginning"), (slice(-40, None), "end")])
def test_a_long_secret_that_was_cut_is_seen(cut, form):
    assert forms(f"got {(SECRET * 2)[cut]}…", SECRET * 2) == {form}


def test_a_token_that_nobody_told_the_canary_about_is_seen():
    assert forms(f"Bearer {TOKEN}") == {"token"}


def test_such_a_token_inside_a_sasl_string_is_seen():
    text = b64encode(f"user=a@b.c\x01auth=Bearer {TOKEN}\x01\x01".encode()).decode()

    assert forms(text) == {"token"}


def test_a_verifier_is_known_by_its_challenge():
    assert forms(f"code_challenge={CHALLENGE}") == set()
    assert forms(f"code_verifier={VERIFIER}&grant_type=authorization_code") == {"verifier"}
