"""Where the listener listens: on both families, on one, on another port."""

import socket

import pytest

from provision.errors import RefusedError
from provision.oauth.loopback_server import open_servers
from provision.oauth.redirect_receiver import sign_in_inbox


def test_a_machine_without_ipv6_listens_on_ipv4_alone() -> None:
    # Of the range for documentation: an address this machine does not have.
    servers = open_servers(sign_in_inbox(), "form_post", ("127.0.0.1", "2001:db8::1"))
    for server in servers:
        server.server_close()
    assert len(servers) == 1


def test_a_machine_without_ipv4_listens_on_ipv6_alone() -> None:
    servers = open_servers(sign_in_inbox(), "form_post", ("192.0.2.1", "::1"))
    for server in servers:
        server.server_close()
    assert [server.server_address[0] for server in servers] == ["::1"]


@pytest.mark.parametrize("taken_on", ["127.0.0.1", "::1"])
def test_a_port_that_is_taken_on_one_address_is_left_for_another(taken_on) -> None:
    family = socket.AF_INET6 if ":" in taken_on else socket.AF_INET
    with socket.socket(family) as taken:
        taken.bind((taken_on, 0))
        taken.listen()
        port = taken.getsockname()[1]
        servers = open_servers(sign_in_inbox(), "form_post", ports=(port, 0))
        for server in servers:
            server.server_close()
    assert len(servers) == 2
    assert {server.port for server in servers} == {servers[0].port}
    assert servers[0].port != port


def test_gives_up_when_the_same_port_is_never_free_on_both_addresses() -> None:
    with pytest.raises(RefusedError, match="no port is free"):
        open_servers(sign_in_inbox(), "form_post", ("127.0.0.1", "127.0.0.1"))


def test_says_when_the_machine_gives_no_port() -> None:
    with pytest.raises(RefusedError, match="listening on this machine") as caught:
        open_servers(sign_in_inbox(), "form_post", ("192.0.2.1", "2001:db8::1"))
    assert "--paste" in caught.value.hint
