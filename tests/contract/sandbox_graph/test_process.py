"""The sandbox as a child process: its beginning, its end, its second life."""

import os
import signal
import socket
import ssl
import stat
from pathlib import Path

import pytest

from provision.clock import SystemClock
from provision.errors import UsageError
from provision.sandbox.options import SandboxOptions
from provision.sandbox.process import running_sandbox, start_sandbox
from tests.contract.sandbox_graph.client import SandboxClient


def test_nothing_is_left_after_the_end() -> None:
    with running_sandbox() as sandbox:
        left = [sandbox.ready_file, sandbox.ready.ca_bundle, sandbox.ready.ca_bundle.parent]
        assert all(path.exists() for path in left)

    assert not any(path.exists() for path in left)
    assert sandbox.child.returncode == 0


def test_ctrl_c_ends_it_cleanly(tmp_path: Path) -> None:
    with running_sandbox(SandboxOptions(ready_file=tmp_path / "ready.json")) as sandbox:
        os.kill(sandbox.pid, signal.SIGINT)
        assert sandbox.child.wait(20) == 0

    assert not (tmp_path / "ready.json").exists()


def test_stopping_twice_is_harmless() -> None:
    with running_sandbox() as sandbox:
        sandbox.stop()


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with running_sandbox() as first:
        port = int(first.ready.graph.rpartition(":")[2])
        options = SandboxOptions(ready_file=tmp_path / "ready.json", port=port)
        with pytest.raises(UsageError) as refused:
            start_sandbox(options, SystemClock())

    assert f"port {port}" in refused.value.hint


def test_a_taken_mail_port_is_told() -> None:
    with running_sandbox() as first:
        options = SandboxOptions(faults="none", imap_port=first.ready.imap.port)
        with pytest.raises(UsageError) as refused:
            start_sandbox(options, SystemClock())

    assert str(first.ready.imap.port) in refused.value.hint
    assert "Traceback" not in refused.value.hint


def test_a_wrong_fault_file_is_told() -> None:
    with pytest.raises(UsageError) as refused:
        start_sandbox(SandboxOptions(faults="/nowhere/faults.json"), SystemClock())

    assert "fault file /nowhere/faults.json: cannot be read" in refused.value.hint


def test_state_survives_a_restart(tmp_path: Path) -> None:
    options = SandboxOptions(faults="none", state=tmp_path / "state")
    with running_sandbox(options) as sandbox:
        client = SandboxClient(sandbox.ready)
        client.sign_in()
        created = client.create("kept", uniqueName="kept-1")
        token, secret = client.token, sandbox.ready.admin_client_secret
        client.close()
    with running_sandbox(options) as sandbox:
        client = SandboxClient(sandbox.ready)
        client.token = token  # signed by the key of the first life
        reply = client.graph("GET", f"/applications/{created['id']}")
        client.close()

    assert (reply.status, reply.body["uniqueName"]) == (200, "kept-1")
    assert sandbox.ready.admin_client_secret == secret
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "state").glob("*.json")}
    assert modes == {"directory.json": 0o600}


def test_a_state_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "directory.json").write_text("{}", encoding="utf-8")

    with pytest.raises(UsageError) as refused:
        start_sandbox(SandboxOptions(state=tmp_path), SystemClock())
    assert "directory.json" in refused.value.hint


def test_microsoft_names_are_in_the_certificate() -> None:
    with running_sandbox(SandboxOptions(faults="none", microsoft_names=True)) as sandbox:
        context = ssl.create_default_context(cafile=str(sandbox.ready.ca_bundle))
        port = int(sandbox.ready.graph.rpartition(":")[2])
        with (
            socket.create_connection(("127.0.0.1", port)) as plain,
            context.wrap_socket(plain, server_hostname="graph.microsoft.com") as secured,
        ):
            assert secured.version() == "TLSv1.3"
