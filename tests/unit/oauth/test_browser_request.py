from email.message import Message

import pytest

from provision.oauth.authorization_request import ResponseMode
from provision.oauth.browser_request import BrowserRequest, InAddress, InBody, NoAnswer, find_answer
from provision.oauth.page import Page

FORM = "application/x-www-form-urlencoded"
LARGEST = 64 * 1024
PORT = 49152


def asked(
    method: str = "GET",
    target: str = "/",
    mode: ResponseMode = "form_post",
    **headers: str,
) -> InAddress | InBody | NoAnswer | Page:
    told = Message()
    for name, value in ({"Host": f"localhost:{PORT}"} | headers).items():
        told[name.replace("_", "-")] = value
    return find_answer(BrowserRequest(method, target, told), mode, PORT)


def shown(found: InAddress | InBody | NoAnswer | Page) -> Page:
    assert isinstance(found, Page)
    return found


def posted(
    length: str = "9", kind: str = FORM, target: str = "/", mode: ResponseMode = "form_post"
) -> InAddress | InBody | NoAnswer | Page:
    return asked("POST", target, mode, Content_Length=length, Content_Type=kind)


@pytest.mark.parametrize("length", [0, 9, LARGEST])
def test_a_form_is_taken_from_the_body_at_the_length_it_announces(length) -> None:
    assert posted(str(length)) == InBody(length)


def test_a_form_may_name_its_character_set() -> None:
    assert posted(kind=f"{FORM}; charset=UTF-8") == InBody(9)


def test_a_form_may_be_posted_beside_a_query() -> None:
    assert posted(target="/?session=1") == InBody(9)


def test_a_body_that_is_larger_than_any_answer_is_refused() -> None:
    assert shown(posted(str(LARGEST + 1))).status == 413


@pytest.mark.parametrize("length", ["", "-1", "1.0", "many", "²"])
def test_a_body_of_unknown_length_is_refused(length) -> None:
    assert shown(posted(length)).status == 411


def test_a_body_that_names_no_length_is_refused() -> None:
    assert shown(asked("POST", Content_Type=FORM)).status == 411


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_a_body_that_is_no_form_is_refused(kind) -> None:
    assert shown(posted(kind=kind)).status == 415


def test_a_form_is_refused_when_the_answer_comes_in_the_address() -> None:
    assert shown(posted(mode="query")).status == 405


def test_the_query_is_taken_as_it_was_sent() -> None:
    query = "code=a%2Bb&state=good?x"
    assert asked(target=f"/?{query}", mode="query") == InAddress(query)


def test_a_query_is_refused_when_the_answer_has_to_be_posted() -> None:
    assert shown(asked(target="/?code=c&state=good")).status == 400


@pytest.mark.parametrize("mode", ["form_post", "query"])
@pytest.mark.parametrize("target", ["/", "/?"])
def test_a_visit_without_an_answer_brings_none(mode, target) -> None:
    assert asked(target=target, mode=mode) == NoAnswer()


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("target", ["/favicon.ico", "/callback?code=c&state=good", "//", ""])
def test_there_is_nothing_below_the_root(method, target) -> None:
    assert shown(asked(method, target, "query")).status == 404


@pytest.mark.parametrize("name", ["Purpose", "X-Purpose", "Sec-Purpose", "X-Moz"])
@pytest.mark.parametrize("value", ["prefetch", "Prefetch;prerender", "prerender", "preview"])
def test_a_page_that_is_prepared_in_advance_takes_no_answer(name, value) -> None:
    assert shown(asked(target="/?code=c&state=good", mode="query", **{name: value})).status == 503


def test_another_purpose_than_preparing_is_let_through() -> None:
    found = asked(target="/?code=c&state=good", mode="query", Purpose="navigate")
    assert found == InAddress("code=c&state=good")


@pytest.mark.parametrize("target", ["/?code=c&state=good", "/favicon.ico"])
def test_a_head_request_takes_nothing(target) -> None:
    assert asked("HEAD", target, "query") == NoAnswer()


@pytest.mark.parametrize(
    "host", [f"localhost:{PORT}", f"127.0.0.1:{PORT}", f"[::1]:{PORT}", f"LOCALHOST:{PORT}"]
)
def test_every_name_of_this_machine_is_let_through(host) -> None:
    assert asked(target="/?code=c", mode="query", Host=host) == InAddress("code=c")


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize(
    "host", [f"evil.example:{PORT}", "localhost", "localhost:1", f"evil.localhost:{PORT}", ""]
)
def test_a_request_to_another_name_is_refused(method, host) -> None:
    assert shown(asked(method, "/?code=c", "query", Host=host)).status == 421


def test_a_request_to_no_name_is_refused() -> None:
    assert shown(find_answer(BrowserRequest("GET", "/", Message()), "query", PORT)).status == 421
