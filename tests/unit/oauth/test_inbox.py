import pytest

from provision.errors import ConsentMissing, SignInRequired
from provision.oauth.callback import Callback
from provision.oauth.page import HEADERS, failed_page
from provision.oauth.redirect_receiver import Inbox, sign_in_inbox
from provision.secret import Secret


def expecting(state: str = "good") -> Inbox[Callback]:
    inbox = sign_in_inbox()
    inbox.expect(state)
    return inbox


def test_takes_the_code_of_the_expected_state() -> None:
    inbox = expecting()
    page = inbox.take("code=the-code&state=good&session_state=x")
    inbox.tell_shown()
    assert (page.status, inbox.wait(0).code) == (200, Secret("the-code"))


@pytest.mark.parametrize("form", ["code=c&state=bad", "code=c", "", "error=access_denied"])
def test_refuses_a_wrong_state_and_goes_on_waiting(form) -> None:
    inbox = expecting()
    assert inbox.take(form).status == 400
    inbox.tell_shown()
    inbox.take("code=the-code&state=good")
    inbox.tell_shown()
    assert inbox.wait(0).code == Secret("the-code")


def test_refuses_everything_before_a_state_is_expected() -> None:
    assert sign_in_inbox().take("code=c&state=").status == 400


def test_a_second_answer_gets_the_same_page_and_changes_nothing() -> None:
    inbox = expecting()
    first = inbox.take("code=the-code&state=good")
    second = inbox.take("error=access_denied&state=good")
    inbox.tell_shown()
    assert (second, inbox.wait(0).code) == (first, Secret("the-code"))


def test_a_visit_that_brings_nothing_is_told_to_wait_and_then_what_came() -> None:
    inbox = expecting()
    waiting = inbox.page()
    inbox.take("code=c&state=bad")
    assert inbox.page() == waiting
    came = inbox.take("code=the-code&state=good")
    assert inbox.page() == came
    assert "Waiting" in waiting.html


def test_an_error_ends_the_waiting_with_what_entra_said() -> None:
    inbox = expecting()
    page = inbox.take("error=access_denied&error_description=AADSTS65004%3A+No&state=good")
    inbox.tell_shown()
    assert page.status == 400
    with pytest.raises(ConsentMissing, match="65004"):
        inbox.wait(0)


@pytest.mark.parametrize("form", ["code=a&code=b&state=good", "state=good&state=good&code=a"])
def test_refuses_a_parameter_named_twice(form) -> None:
    assert "twice" in expecting().take(form).html


def test_refuses_a_flood_of_fields() -> None:
    assert "more fields" in expecting().take("&".join(f"a{n}=1" for n in range(33))).html


def test_the_timeout_explains_what_microsoft_keeps_to_its_own_page() -> None:
    with pytest.raises(SignInRequired, match="0 seconds") as caught:
        expecting().wait(0)
    assert isinstance(caught.value.__cause__, TimeoutError)
    assert all(code in caught.value.hint for code in ("50011", "700016", "90002", "--paste"))


def test_no_page_holds_the_code() -> None:
    inbox = expecting()
    assert "the-code" not in inbox.take("code=the-code&state=good").html


def test_a_page_escapes_what_it_shows() -> None:
    error = SignInRequired("<b>&", hint="<i>", evidence=(("<u>", "<s>"), ("see", "https://x")))
    html = failed_page(error).html
    assert "&lt;b&gt;&amp;" in html
    assert not any(tag in html for tag in ("<b>", "<i>", "<u>", "<s>"))


def test_pages_may_be_neither_stored_nor_framed_nor_refer() -> None:
    sent = dict(HEADERS)
    assert (sent["Cache-Control"], sent["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "frame-ancestors 'none'" in sent["Content-Security-Policy"]


def test_a_failed_page_shows_the_ids_that_support_asks_for_and_no_link() -> None:
    error = SignInRequired("no", evidence=(("trace-id", "t-1"), ("see", "https://x.example")))
    html = failed_page(error).html
    assert "<dt>trace-id</dt><dd>t-1</dd>" in html
    assert "x.example" not in html


def test_a_failed_page_says_what_the_terminal_says() -> None:
    html = failed_page(SignInRequired("signing in: it was declined", hint="ask again")).html
    assert "<p>signing in: it was declined</p><p>ask again</p>" in html
    assert "<dl>" not in html


def test_a_page_tells_good_from_bad_by_its_looks() -> None:
    bad = 'class="bad"'
    inbox = expecting()
    assert bad in inbox.take("code=c&state=evil").html
    assert bad not in inbox.take("code=the-code&state=good").html


def test_an_empty_parameter_is_a_parameter() -> None:
    assert "twice" in expecting().take("code=&code=a&state=good").html


def test_takes_as_many_fields_as_an_answer_may_have() -> None:
    fields = "&".join(f"a{n}=1" for n in range(30))
    assert expecting().take(f"{fields}&code=c&state=good").status == 200


def test_nothing_is_answered_before_its_page_is_shown() -> None:
    inbox = expecting()
    inbox.take("code=the-code&state=good")
    with pytest.raises(SignInRequired):
        inbox.wait(0)
