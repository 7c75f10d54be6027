"""Second hits on the listener: a reload, a way back, a look, a page prepared in advance."""

import pytest

from provision.secret import Secret
from tests.contract.oauth.asking import GOOD, ask, post

AGAIN = {
    "a-second-post": lambda listener: post(listener, **GOOD),
    "a-reload-of-the-page": ask,
    "a-way-back-to-it": lambda listener: ask(listener, path="/?"),
    "a-look-over-ipv6": lambda listener: ask(listener, host="::1"),
}


@pytest.mark.parametrize("again", AGAIN.values(), ids=AGAIN)
def test_whoever_comes_back_is_shown_the_result_and_brings_nothing_new(listener, again) -> None:
    first = post(listener, **GOOD)
    answer = listener.wait(5)

    for _ in range(3):
        seen = again(listener)
        assert (seen.status, seen.text) == (200, first.text)

    assert listener.wait(0) is answer


def test_whoever_comes_back_after_a_refusal_is_shown_it_again(listener) -> None:
    first = post(listener, error="access_denied", state="good")

    assert ask(listener).text == first.text
    assert ask(listener, "HEAD").status == first.status


def test_a_second_visit_by_query_is_shown_the_result_and_a_prefetch_is_not(by_query) -> None:
    path = "/?code=the-code&state=good"
    first = ask(by_query, path=path)

    assert ask(by_query, path=path).text == first.text
    assert ask(by_query, path="/?code=another&state=good").text == first.text
    assert ask(by_query, "HEAD", path).status == 200
    assert ask(by_query, path=path, headers={"Sec-Purpose": "prefetch"}).status == 503
    assert by_query.wait(5).code == Secret("the-code")


def test_an_answer_that_was_prefetched_first_is_taken_when_the_page_is_shown(by_query) -> None:
    path = "/?code=the-code&state=good"
    ask(by_query, path=path, headers={"Sec-Purpose": "prefetch;anonymous-client-ip"})

    assert ask(by_query, path=path).status == 200
    assert by_query.wait(5).code == Secret("the-code")
