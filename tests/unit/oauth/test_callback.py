from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from provision.errors import ConsentMissing, ProvisionError, SignInRequired, Unreachable, UsageError
from provision.oauth.callback import (
    PastedCode,
    accept_paste,
    is_state,
    parse_callback,
    parse_paste,
)
from provision.secret import Secret
from tests.made_up import CLIENT_SECRET
from tests.unit.oauth.fakes import CORRELATION_ID, TRACE_ID

WORK = "0.ASYAx-abc_DEF~1234567890.AgABBAIAAAAqwertyuiop"
PERSONAL = "M.C519_BL2.2.U.1234abcd-12ab-34cd-56ef-1234567890ab!x*y$z$$"
DECLINED = (
    "AADSTS65004: User declined to consent to access the app.\r\n"
    f"Trace ID: {TRACE_ID}\r\nCorrelation ID: {CORRELATION_ID}\r\nTimestamp: 2026-03-01 12:00:00Z"
)
# RFC 6749 allows any visible character in a code; these are what Entra and live.com use.
CODES = st.text("abcdefXYZ0123456789._~-!*$+/", min_size=20, max_size=60).filter(
    lambda code: not code.startswith(("Ew", "eyJ", "M."))
)
WRAPS = (
    lambda c: f"http://localhost:4321/?code={quote(c, safe='')}&state=s&session_state=x",
    lambda c: f"http://localhost/?state=s&code={quote(c, safe='')}#",
    lambda c: f"http://localhost:4321/?code={c}&state=s",
    lambda c: f"localhost:4321/?code={quote(c, safe='')}&state=s",
    lambda c: f"http://localhost/#code={quote(c, safe='')}&state=s",
    lambda c: f"?code={quote(c, safe='')}&state=s&session_state=x",
    lambda c: f"code={c}&state=s",
    lambda c: f"  \u201c{c}\u201d\u00a0\n",
    lambda c: quote(c, safe=""),
    lambda c: f"{c}#",
    lambda c: f"{c}&session_state=00aa&state=s",
    lambda c: f"'{c}'",
    lambda c: f"<http://localhost/?code={c}&amp;state=s>",
    lambda c: f"http://localhost/\\?code\\={c}\\&state\\=s",
    lambda c: "\r\n   ".join((c[:7], c[7:13], c[13:])),
    lambda c: f"\ufeff{c[:9]}\u200b{c[9:]}\u00ad",
    lambda c: f"Here it is: http://localhost/?code={c}",
)


@given(code=CODES, wrap=st.sampled_from(WRAPS))
@example(code=WORK, wrap=WRAPS[0])
@example(code=PERSONAL, wrap=WRAPS[0])
@example(code=PERSONAL, wrap=WRAPS[14])
def test_any_code_survives_any_wrapping(code, wrap) -> None:
    assert parse_paste(wrap(code)).code == Secret(code)


@pytest.mark.parametrize("code", [WORK, PERSONAL])
@pytest.mark.parametrize("wrap", WRAPS, ids=range(len(WRAPS)))
def test_real_looking_codes_survive_every_wrapping(code, wrap) -> None:
    assert parse_paste(wrap(code)).code == Secret(code)


def test_a_code_is_percent_decoded_exactly_once() -> None:
    assert parse_paste("?code=M.C519_abc%2521defghijk").code == Secret("M.C519_abc%21defghijk")


def test_session_state_is_not_taken_for_the_state() -> None:
    assert parse_paste(f"http://localhost/?code={WORK}&session_state=other").state is None


def test_the_state_is_found_wherever_it_stands() -> None:
    assert parse_paste(f"http://localhost/?state=abc%2D1&code={WORK}").state == "abc-1"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl", "access token or an id token"),
        ("EwB4A8l6BAAU" + "Zz" * 60, "access token of a personal account"),
        ("M.C519_BAY.0.U.-CkX!abc*def$", "refresh token of a personal account"),
        (CLIENT_SECRET, "client secret"),
        ("11111111-2222-4333-8444-555555555555", "an id"),
        ('{"token_type":"Bearer","refresh_token":"0.AXEA"}', "a refresh token"),
        ("{\n  \u201caccess_token\u201d : \u201cxyz\u201d }", "an access token"),
        ("http://localhost/#access_token=abcdefghijklmnopq&token_type=Bearer", "an access token"),
        ("http://localhost/#id_token=abcdefghijklmnopq", "an id token"),
        ("client_secret=abcdefghijklmnopq", "a client secret"),
        ("http://localhost/?code=eyJhbGciOi.eyJhdWQi.c2lnbmF0", "access token or an id token"),
        ("http://localhost/?code=&state=s", "empty code"),
        ("http://localhost:4321/", "address without a code"),
        ("", "empty"),
        (" \u200b\n", "empty"),
        ("yes", "neither"),
        ("I could not find the code, sorry; what now?", "neither"),
        ("caf\u00e9-caf\u00e9-caf\u00e9-caf\u00e9", "neither"),
    ],
)
def test_names_what_was_pasted_instead_of_a_code(text, name) -> None:
    with pytest.raises(UsageError) as caught:
        parse_paste(text)
    assert name in caught.value.message


@pytest.mark.parametrize("text", [CLIENT_SECRET, '{"refresh_token":"0.AXEAsecret"}'])
def test_never_repeats_what_was_pasted(text) -> None:
    with pytest.raises(UsageError) as caught:
        parse_paste(text)
    assert text[-12:-2] not in f"{caught.value!r} {caught.value.hint} {caught.value.evidence}"


@pytest.mark.parametrize(
    "address",
    [
        "https://login.microsoftonline.com/common/wrongplace",
        "https://login.microsoftonline.us/common/wrongplace#",
        "https://login.microsoftonline.com/common/oauth2/nativeclient",
        "\u201chttps://login.microsoftonline.com/common/oauth2/nativeclient#\u201d",
    ],
)
def test_explains_the_wrong_place_that_nativeclient_ends_on(address) -> None:
    with pytest.raises(UsageError, match=r"nativeclient page moves on to /common/wrong") as caught:
        parse_paste(address)
    assert "http://localhost" in caught.value.hint
    assert "provision authorize --device" in caught.value.hint


def test_explains_that_a_device_code_brings_nothing_to_paste() -> None:
    with pytest.raises(UsageError, match="page for a device code") as caught:
        parse_paste("https://login.microsoftonline.com/common/oauth2/deviceauth/devicelogin")
    assert "provision authorize --device" in caught.value.hint


def test_takes_a_code_from_nativeclient_itself() -> None:
    address = f"https://login.microsoftonline.com/common/oauth2/nativeclient?code={WORK}"
    assert parse_paste(address) == PastedCode(Secret(WORK), None)


def test_explains_that_the_sign_in_link_was_pasted() -> None:
    with pytest.raises(UsageError, match="sign-in link"):
        parse_paste("https://login.microsoftonline.com/common/oauth2/v2.0/authorize?state=s")


def test_an_error_in_a_pasted_address_is_told_as_such() -> None:
    encoded = quote(DECLINED).replace("%20", "+")
    with pytest.raises(ConsentMissing) as caught:
        parse_paste(f"http://localhost/?error=access_denied&error_description={encoded}")
    assert ("correlation-id", CORRELATION_ID) in caught.value.evidence


def test_a_paste_of_the_right_state_is_accepted() -> None:
    assert accept_paste(PastedCode(Secret(WORK), "s"), "s").code == Secret(WORK)


def test_a_paste_without_state_is_accepted() -> None:
    assert accept_paste(PastedCode(Secret(WORK), None), "s").state == "s"


def test_a_paste_of_another_sign_in_is_refused() -> None:
    with pytest.raises(UsageError, match="another sign-in"):
        accept_paste(PastedCode(Secret(WORK), "t"), "s")


def test_a_redirect_with_a_code_is_a_callback() -> None:
    callback = parse_callback({"code": WORK, "state": "s", "session_state": "x"})
    assert (callback.code, callback.state) == (Secret(WORK), "s")


def test_a_redirect_with_neither_code_nor_error_means_signing_in_again() -> None:
    with pytest.raises(SignInRequired, match="neither"):
        parse_callback({"state": "s"})


@pytest.mark.parametrize(
    ("error", "description", "kind"),
    [
        ("access_denied", DECLINED, ConsentMissing),
        ("access_denied", "The user has denied access to the scope requested.", ConsentMissing),
        ("consent_required", "AADSTS65001: No consent.", ConsentMissing),
        ("login_required", "AADSTS50058: Nobody is signed in.", SignInRequired),
        ("interaction_required", "AADSTS50076: MFA.", SignInRequired),
        ("temporarily_unavailable", "AADSTS90033: A passing fault.", Unreachable),
        ("server_error", "", Unreachable),
    ],
)
def test_an_error_in_the_redirect_decides_the_class(error, description, kind) -> None:
    with pytest.raises(ProvisionError) as caught:
        parse_callback({"error": error, "error_description": description, "state": "s"})
    assert type(caught.value) is kind


def test_a_declined_consent_carries_the_ids_from_its_description() -> None:
    with pytest.raises(ConsentMissing) as caught:
        parse_callback({"error": "access_denied", "error_description": DECLINED})
    assert caught.value.evidence[:4] == (
        ("correlation-id", CORRELATION_ID),
        ("trace-id", TRACE_ID),
        ("timestamp", "2026-03-01 12:00:00Z"),
        ("code", "AADSTS65004"),
    )


@pytest.mark.parametrize(
    ("candidate", "same"), [("abc", True), ("abd", False), ("", False), (None, False), ("é", False)]
)
def test_states_are_compared(candidate, same) -> None:
    assert is_state(candidate, "abc") is same
