"""The visitor, on pages that have nothing to do with Entra."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from provision.errors import RefusedError
from provision.sandbox.visitor import Visitor
from provision.secret import Secret

Pages = dict[str, tuple[int, dict[str, str], str]]
Serve = Callable[[Pages], str]
HTML = {"content-type": "text/html"}


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def serve(asked: list[str]) -> Iterator[Serve]:
    pages: Pages = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            status, headers, text = pages[self.path.partition("?")[0]]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()

    def serving(wanted: Pages) -> str:
        pages.update(wanted)
        return f"http://127.0.0.1:{server.server_port}/"

    yield serving
    server.shutdown()
    thread.join()
    server.server_close()


def visit(url: str) -> tuple[str, int, str]:
    result = Visitor(None).visit(url, "me@contoso.com", Secret("p"))
    return result.final_url, result.status, result.text


def test_a_redirect_to_another_machine_is_reported_unvisited(serve: Serve) -> None:
    url = serve({"/": (302, {"location": "https://app.example/?code=1"}, "")})
    assert visit(url) == ("https://app.example/?code=1", 302, "")


def test_a_form_to_another_machine_is_not_sent(serve: Serve) -> None:
    form = '<form method="post" action="https://app.example/in"><input name="a" value="1"></form>'
    url = serve({"/": (200, HTML, form)})
    assert visit(url) == ("https://app.example/in", 200, "")


def test_a_form_without_method_is_sent_by_query(serve: Serve, asked: list[str]) -> None:
    form = (
        '<form action="/next"><input name="a" value="1"><input type="checkbox" name="b">'
        '<input type="checkbox" name="c" value="2" checked><input type="submit" name="go" '
        'value="Yes"></form>'
    )
    url = serve({"/": (200, HTML, form), "/next": (200, HTML, "done")})
    assert visit(url)[2] == "done"
    assert asked == ["/", "/next?a=1&c=2&go=Yes"]


def test_a_page_that_fails_is_reloaded_a_few_times(serve: Serve, asked: list[str]) -> None:
    url = serve({"/": (503, HTML, "later")})
    assert visit(url) == (url, 503, "later")
    assert len(asked) == 4


def test_pages_that_go_round_in_circles_are_left(serve: Serve) -> None:
    url = serve({"/": (302, {"location": "/"}, "")})
    with pytest.raises(RefusedError, match="never end"):
        visit(url)
