"""The control URL and what the sandbox says of itself."""

import json
import socket
import ssl
from pathlib import Path
from urllib.parse import quote

from provision.cloud import load_cloud_file
from provision.sandbox.process import RunningSandbox
from tests.contract.sandbox_graph.client import SandboxClient


def test_a_wrong_capability_opens_nothing(client: SandboxClient) -> None:
    assert client.raw("GET", f"/control/{'0' * 32}/requests", None, {}).status == 404


def test_the_log_keeps_no_secret_of_a_query(client: SandboxClient) -> None:
    client.control("DELETE", "/requests")
    query = f"client_id=known&state=hidden-1&code={quote('hidden-2')}"
    client.raw("GET", f"/common/nowhere?{query}", None, {})

    (entry,) = client.control("GET", "/requests").body["requests"]
    assert entry["path"] == "/common/nowhere?client_id=known&state=…&code=…"


def test_the_log_leaves_the_control_url_out(client: SandboxClient) -> None:
    client.control("DELETE", "/requests")
    client.control("GET", "/mailboxes")

    assert client.control("GET", "/requests").body["requests"] == []


def test_mailboxes_show_no_password(client: SandboxClient) -> None:
    mailboxes = client.control("GET", "/mailboxes").body["mailboxes"]

    assert {box["userPrincipalName"] for box in mailboxes} >= {
        "admin@contoso.com",
        "forms@contoso.com",
        "shared@contoso.com",
        "forms.person@outlook.com",
    }
    assert not any("password" in box for box in mailboxes)


def test_a_mailbox_can_be_changed(client: SandboxClient) -> None:
    path = "/mailboxes/forms@contoso.com"

    off = client.control("PATCH", path, {"imapEnabled": False})
    on = client.control("PATCH", path, {"imapEnabled": True})
    assert (off.body["imapEnabled"], on.body["imapEnabled"]) == (False, True)


def test_a_mailbox_takes_no_unknown_member(client: SandboxClient) -> None:
    reply = client.control("PATCH", "/mailboxes/forms@contoso.com", {"imap": False})
    assert reply.status == 400


def test_nobody_has_no_mailbox(client: SandboxClient) -> None:
    assert client.control("GET", "/mailboxes/nobody@contoso.com/messages").status == 404


def test_a_fresh_mailbox_is_empty(client: SandboxClient) -> None:
    reply = client.control("GET", "/mailboxes/alex@contoso.com/messages")
    assert reply.body == {"messages": []}


def test_a_switch_has_a_type(client: SandboxClient) -> None:
    assert client.control("PATCH", "/switches", {"userConsentAllowed": "no"}).status == 400


def test_the_clock_runs_forward_only(client: SandboxClient) -> None:
    assert client.control("POST", "/clock", {"advance": -1}).status == 400


def test_revoking_marks_the_user(client: SandboxClient) -> None:
    reply = client.control("POST", "/revoke", {"user": "alex@contoso.com"})
    assert reply.body["revokedBefore"] > 0


def test_the_ready_file_is_private_and_a_cloud_file(sandbox: RunningSandbox) -> None:
    cloud = load_cloud_file(sandbox.ready_file)

    assert sandbox.ready_file.stat().st_mode & 0o777 == 0o600
    assert (cloud.authority, cloud.graph) == (sandbox.ready.authority, sandbox.ready.graph)
    assert cloud.ca_bundle is not None
    assert cloud.ca_bundle.is_absolute()


def test_the_certificate_passes_a_strict_check_under_every_loopback_name(
    sandbox: RunningSandbox,
) -> None:
    names = {name: _subject(sandbox, name) for name in ("localhost", "127.0.0.1", "::1")}

    assert set(names.values()) == {'[[["commonName", "provision sandbox"]]]'}


def _subject(sandbox: RunningSandbox, name: str) -> str:
    context = ssl.create_default_context(cafile=str(Path(sandbox.ready.ca_bundle)))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    port = int(sandbox.ready.graph.rpartition(":")[2])
    with (
        socket.create_connection((name, port)) as plain,
        context.wrap_socket(plain, server_hostname=name) as secured,
    ):
        certificate = secured.getpeercert()
    assert certificate is not None
    return json.dumps(certificate["subject"])
