"""Redirect URIs that Entra accepts, and what is wrong with the others."""

import pytest

from provision.manifest.redirect_uri import is_loopback, objection, without_port


@pytest.mark.parametrize(
    "uri",
    [
        "http://localhost",
        "http://localhost/",
        "http://localhost:8400/callback",
        "http://127.0.0.1/x",
        "https://login.microsoftonline.com/common/oauth2/nativeclient",
        "https://a.com:65535/Path?query=1",
        "HTTPS://A.com",
        "https://a.com/" + "x" * 242,
    ],
)
def test_accepts(uri):
    assert objection(uri) is None


@pytest.mark.parametrize(
    ("uri", "word"),
    [
        ("http://example.com", "https"),
        ("http://localhost.example.com", "https"),
        ("ftp://a.com", "scheme https"),
        ("urn:ietf:wg:oauth:2.0:oob", "not a URI"),
        ("localhost", "not a URI"),
        ("https:///path", "names a host"),
        ("https://user:pw@a.com", "neither user nor password"),
        ("https://a.com/#x", "no fragment"),
        ("https://a.com/ x", "may not contain"),
        ("https://a.com/(x)", "may not contain"),
        ("https://ä.com", "ASCII"),
        ("https://a.com:0", "port"),
        ("https://a.com:65536", "port"),
        ("https://a.com/" + "x" * 243, "256"),
        ("", "not a URI"),
    ],
)
def test_objects(uri, word):
    found = objection(uri)
    assert found is not None
    assert word in found[0]


def test_ipv6_is_replaced_by_localhost():
    assert objection("http://[::1]:80/x") == (
        "'http://[::1]:80/x': Entra accepts no IPv6 address",
        "http://localhost:80/x",
    )
    assert (objection("http://[::1]") or ("", ""))[1] == "http://localhost"


def test_a_password_in_a_uri_is_not_repeated():
    assert "hunter2" not in str(objection("https://user:hunter2@a.com"))


def test_the_port_of_localhost_does_not_count():
    assert without_port("http://localhost:80/x") == without_port("http://localhost/x")
    assert without_port("https://a.com:80") != without_port("https://a.com")
    assert without_port("no uri") == "no uri"


@pytest.mark.parametrize(
    ("uri", "answer"),
    [("http://localhost:1/x", True), ("http://127.0.0.1", True), ("https://a.com", False)],
)
def test_knows_loopback(uri, answer):
    assert is_loopback(uri) is answer
