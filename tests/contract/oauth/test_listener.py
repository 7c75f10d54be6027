import http.client
import socket
import threading
from urllib.parse import urlencode, urlsplit

import pytest

from provision.errors import ConsentMissing, SignInRequired
from provision.oauth.admin_consent import ConsentRequest
from provision.oauth.listener import ConsentListener, Listener
from provision.secret import Secret
from tests.contract.oauth.asking import FORM, GOOD, ask, post


def test_the_redirect_uri_is_localhost_with_a_port_and_no_path(listener) -> None:
    parts = urlsplit(listener.redirect_uri)
    assert (parts.scheme, parts.hostname, parts.path) == ("http", "localhost", "")
    assert parts.port


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_takes_a_posted_answer_on_either_address(listener, host) -> None:
    assert post(listener, host, **GOOD).status == 200
    assert listener.wait(5).code == Secret("the-code")


def test_the_result_page_holds_no_secret_and_is_not_kept(listener) -> None:
    seen = post(listener, **GOOD)
    assert "signed in" in seen.text
    assert "the-code" not in seen.text
    assert seen.headers["Cache-Control"] == "no-store"
    assert seen.headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in seen.headers["Content-Security-Policy"]


def test_a_wrong_state_is_refused_and_waiting_continues(listener) -> None:
    assert post(listener, code="evil", state="bad").status == 400
    post(listener, **GOOD)
    assert listener.wait(5).code == Secret("the-code")


def test_a_second_answer_gets_the_same_page(listener) -> None:
    assert post(listener, **GOOD).text == post(listener, **GOOD).text


def test_what_entra_refused_is_shown_and_raised(listener) -> None:
    words = "AADSTS65004: User declined <b>"
    seen = post(listener, error="access_denied", error_description=words, state="good")
    assert "AADSTS65004" in seen.text
    assert "<b>" not in seen.text
    with pytest.raises(ConsentMissing):
        listener.wait(5)


def test_a_code_in_the_address_is_refused_when_it_has_to_be_posted(listener) -> None:
    assert ask(listener, path="/?code=c&state=good").status == 400
    with pytest.raises(SignInRequired):
        listener.wait(0)


def test_query_mode_takes_the_answer_from_the_address(by_query) -> None:
    assert ask(by_query, path="/?code=the-code&state=good").status == 200
    assert by_query.wait(5).code == Secret("the-code")


def test_query_mode_takes_no_form(by_query) -> None:
    assert post(by_query, **GOOD).status == 405


@pytest.mark.parametrize(
    "headers",
    [
        {"Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"X-Moz": "prefetch"},
        {"X-Purpose": "preview"},
    ],
)
def test_a_prefetch_of_the_answer_is_harmless(by_query, headers) -> None:
    assert ask(by_query, path="/?code=the-code&state=good", headers=headers).status == 503
    with pytest.raises(SignInRequired):
        by_query.wait(0)


def test_a_head_request_is_harmless_and_empty(by_query) -> None:
    seen = ask(by_query, "HEAD", "/?code=the-code&state=good")
    assert (seen.status, seen.text) == (200, "")
    with pytest.raises(SignInRequired):
        by_query.wait(0)


@pytest.mark.parametrize("path", ["/favicon.ico", "/callback?code=c&state=good"])
def test_there_is_nothing_below_the_root(by_query, path) -> None:
    assert ask(by_query, path=path).status == 404


def test_a_form_below_the_root_is_not_taken(listener) -> None:
    assert ask(listener, "POST", "/x", urlencode(GOOD), FORM).status == 404


def test_a_visit_without_an_answer_is_told_to_wait(listener) -> None:
    assert "Waiting" in ask(listener).text


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
@pytest.mark.parametrize("host", ["evil.example", "localhost", "localhost:1", ""])
def test_a_request_to_another_name_is_refused(listener, method, host) -> None:
    headers = {**FORM, "Host": host}
    body = urlencode(GOOD) if method == "POST" else None
    assert ask(listener, method, "/", body, headers).status == 421


def test_a_large_body_is_refused(listener) -> None:
    seen = ask(listener, "POST", "/", "state=good&code=" + "x" * 64 * 1024, FORM)
    assert seen.status == 413


@pytest.mark.parametrize("length", ["", "-1", "many", "²"])
def test_a_body_of_unknown_length_is_refused(listener, length) -> None:
    headers = {**FORM, "Content-Length": length.encode("utf-8").decode("latin-1")}
    assert ask(listener, "POST", "/", None, headers).status == 411


def test_a_body_that_is_no_form_is_refused(listener) -> None:
    kind = {"Content-Type": "application/json"}
    assert ask(listener, "POST", "/", urlencode(GOOD), kind).status == 415


def test_other_methods_are_refused(listener) -> None:
    assert ask(listener, "OPTIONS").status == 501


def test_the_answer_counts_even_if_the_browser_does_not_stay(listener) -> None:
    body = urlencode(GOOD)
    port = urlsplit(listener.redirect_uri).port or 0
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(
            f"POST / HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: {len(body)}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}".encode()
        )
    assert listener.wait(5).code == Secret("the-code")


def test_a_connection_that_says_nothing_delays_nobody(listener) -> None:
    port = urlsplit(listener.redirect_uri).port or 0
    with socket.create_connection(("127.0.0.1", port)):
        assert post(listener, **GOOD).status == 200
        assert listener.wait(5).code == Secret("the-code")
        listener.close()


def test_an_administrators_consent_is_taken_from_the_address() -> None:
    with ConsentListener() as listener:
        listener.expect_consent(ConsentRequest("https://l", "customer.example", "t1", "good"))
        seen = ask(listener, path="/?admin_consent=True&tenant=t1&state=good")
        assert listener.wait(5).tenant_id == "t1"
    assert (seen.status, "Consent was given" in seen.text) == (200, True)


def test_an_administrators_consent_with_another_state_is_refused() -> None:
    with ConsentListener() as listener:
        listener.expect_consent(ConsentRequest("https://l", "customer.example", "t1", "good"))
        assert ask(listener, path="/?admin_consent=True&tenant=t1&state=bad").status == 400
        with pytest.raises(SignInRequired):
            listener.wait(0)


def test_a_page_says_how_long_it_is_and_that_the_connection_ends(listener) -> None:
    seen = ask(listener)
    assert seen.headers["Content-Length"] == str(len(seen.text.encode()))
    assert seen.headers["Connection"] == "close"


def test_the_listener_names_neither_python_nor_a_version(listener) -> None:
    assert ask(listener).headers["Server"].split() == ["provision"]


def test_a_form_in_another_encoding_is_no_answer_and_harms_nobody(listener) -> None:
    port = urlsplit(listener.redirect_uri).port
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", "/", b"state=\xff", {"Host": f"localhost:{port}", **FORM})
    assert connection.getresponse().status == 400
    connection.close()
    post(listener, **GOOD)
    assert listener.wait(5).code == Secret("the-code")


def test_the_page_for_a_large_body_arrives_although_the_body_is_not_used(listener) -> None:
    body = "state=good&code=" + "x" * 512 * 1024
    assert ask(listener, "POST", "/", body, {**FORM, "Host": "evil.example"}).status == 421


def test_leaving_closes_the_port_and_ends_every_thread() -> None:
    before = threading.active_count()
    with Listener() as listener:
        port = urlsplit(listener.redirect_uri).port or 0
        idle = socket.create_connection(("127.0.0.1", port))
        ask(listener)
    idle.close()
    assert threading.active_count() == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_closing_twice_is_harmless(listener) -> None:
    listener.close()
    listener.close()


def test_an_interrupt_closes_the_port() -> None:
    with pytest.raises(KeyboardInterrupt), Listener() as listener:
        raise KeyboardInterrupt
    with pytest.raises(ConnectionRefusedError):
        ask(listener)
