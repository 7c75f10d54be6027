"""The session: what comes back, who may share it, and how it ends."""

import signal
import socket
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from provision.clock import SystemClock
from provision.graph.opening import open_tenant
from provision.graph.sign_in import AzureSignIn
from provision.graph.token_claims import tenant_of
from provision.graph.wire import GraphRequest
from provision.sandbox.certificates import make_certificates
from provision.tenant.port import TenantQuery
from tests.contract.graph.backend import opened

ORGANIZATION = GraphRequest("reading the organization", "GET", "/organization")
GRAPH_THREAD = "graph"


@pytest.fixture
def session(sandbox_cloud, sandbox_administrator):
    wire, _ = opened(sandbox_cloud, sandbox_administrator, SystemClock())
    yield wire
    wire.close()


@pytest.fixture
def silent_cloud(sandbox_cloud, tmp_path):
    """A cloud whose login is the sandbox's, and whose Graph shakes hands and never answers."""
    own, both = tmp_path / "own.pem", tmp_path / "both.pem"
    files = make_certificates(tmp_path, own, SystemClock().now())
    both.write_bytes(own.read_bytes() + sandbox_cloud.ca_bundle.read_bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate_pem, files.key_pem)
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:
        greeted = threading.Event()
        pool.submit(_greet, server, context, greeted)
        port = server.getsockname()[1]
        cloud = replace(sandbox_cloud, graph=f"https://localhost:{port}", ca_bundle=both)
        yield cloud, greeted


def _greet(server: socket.socket, context: ssl.SSLContext, greeted: threading.Event) -> None:
    connection, _ = server.accept()
    with connection, context.wrap_socket(connection, server_side=True) as secured:
        secured.recv(1)
        greeted.set()
        while secured.recv(65536):
            pass


def graph_threads() -> int:
    return [thread.name for thread in threading.enumerate()].count(GRAPH_THREAD)


def test_a_refusal_comes_back_with_status_headers_and_body(session):
    answer = session.send(GraphRequest("reading", "GET", "/applications/none"))

    assert answer.status == 404
    assert answer.headers["request-id"]
    assert answer.body["error"]["code"] == "Request_ResourceNotFound"


def test_the_tenant_is_that_of_the_token(session, sandbox):
    assert session.tenant_id() == sandbox.ready.tenant_id


def test_threads_share_one_session(session):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: session.send(ORGANIZATION).status, range(40)))

    assert answers == [200] * 40
    assert graph_threads() == 1


def test_closing_leaves_no_thread_behind(session):
    session.send(ORGANIZATION)
    session.close()
    session.close()

    assert graph_threads() == 0


def test_ctrl_c_is_heard_while_an_answer_is_awaited(silent_cloud, sandbox_administrator):
    cloud, greeted = silent_cloud
    session, _ = opened(cloud, sandbox_administrator, SystemClock())
    main = threading.main_thread().ident
    assert main is not None

    def interrupt() -> None:
        greeted.wait(10)
        signal.pthread_kill(main, signal.SIGINT)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(interrupt)
        with pytest.raises(KeyboardInterrupt):
            session.send(ORGANIZATION)
    session.close()
    assert graph_threads() == 0


def test_the_bearer_goes_to_the_host_of_the_cloud_alone(session, sandbox_cloud):
    port = urlsplit(sandbox_cloud.graph).port
    session.graph.request_adapter.base_url = f"https://127.0.0.1:{port}/v1.0"

    answer = session.send(ORGANIZATION)

    assert answer.status == 401


def test_the_door_opens_onto_a_tenant(sandbox_cloud, sandbox_administrator, sandbox):
    waits: list[tuple[str, float]] = []
    tenant = open_tenant(
        sandbox_cloud,
        sandbox_administrator,
        SystemClock(),
        lambda: 0.0,
        lambda what, seconds: waits.append((what, seconds)),
    )

    snapshot = tenant.read(TenantQuery("nobody-has-this-name", "Nobody has this name"))

    assert snapshot.tenant_id == sandbox.ready.tenant_id
    assert (tenant.meter.read().requests, waits) == (1, [])
    tenant.close()


def test_a_token_with_further_claims_comes_from_the_same_credential(
    sandbox_cloud, sandbox_administrator
):
    source = AzureSignIn(sandbox_cloud, sandbox_administrator)

    first, second = source.request(""), source.request('{"access_token":{"nbf":{"value":"1"}}}')

    assert tenant_of(first.secret) == tenant_of(second.secret)
    source.close()
    source.close()


def test_the_caller_is_whom_the_token_describes(session, sandbox_administrator):
    caller = session.caller()

    assert (caller.kind, caller.client_id) == ("application", sandbox_administrator.client_id)
    assert "Application.ReadWrite.All" in caller.rights
    assert caller.credential == f"application {sandbox_administrator.client_id}"
