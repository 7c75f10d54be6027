"""Hostile paths and addresses, as the mail programs themselves take them out of their settings."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from provision.cloud import load_cloud_file
from provision.handoff.mail_account import MailAccount
from provision.handoff.mail_programs import PASSWORD_COMMANDS
from provision.sandbox.process import RunningSandbox
from provision.tenant.mailbox import Protocol
from tests.clients.programs import bare_environment, find_program
from tests.unit.handoff.mail_settings import named
from tests.unit.handoff.values import MemoryPlace, make_handover

pytestmark = pytest.mark.installed
FOLDER = 'it\'s "$HOME" `touch ran` $(touch ran) \\ \\\\ 100% #1; grün'
ADDRESSES = ["o'hara`touch.ran`$HOME&{x}|~!@contoso.com", "-#100%=?*^_@contoso.com"]
RECORDER = """#!/bin/sh
printf '%s\\0' "$@" > "$RECORDED"
exit 1
"""
PROGRAMS: dict[str, tuple[str, Protocol, list[str]]] = {
    "mutt": ("mutt", "smtp", ["-n", "-F", "settings", "-H", "draft"]),
    "msmtp": ("msmtp", "smtp", ["-C", "settings", "-a", "{name}", "x@contoso.com"]),
    "isync": ("mbsync", "imap", ["-c", "settings", "{name}"]),
    "getmail": ("getmail", "imap", ["--getmaildir=.", "--rcfile=settings"]),
}


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("to", PROGRAMS)
def test_the_token_command_is_run_as_it_was_meant(
    to: str, address: str, own_sandbox: RunningSandbox, tmp_path: Path
) -> None:
    program, protocol, arguments = PROGRAMS[to]
    found = find_program(program, f"apt-get install {to}")
    recorder = tmp_path / FOLDER / "provision"
    recorder.parent.mkdir()
    recorder.write_text(RECORDER)
    recorder.chmod(0o700)
    cloud = replace(load_cloud_file(own_sandbox.ready_file), name="usgov")
    handover = make_handover(mailbox=named(address), cloud=cloud)
    place = MemoryPlace()
    PASSWORD_COMMANDS[to](place, (str(recorder),)).keep(handover)
    (tmp_path / "settings").write_text(str(place.text))
    (tmp_path / "settings").chmod(0o600)
    (tmp_path / "draft").write_text("From: x@contoso.com\nTo: x@contoso.com\nSubject: x\n\nx\n")
    account = MailAccount.of(to, handover, (str(recorder),))
    for folder in ("cur", "new", "tmp"):
        (tmp_path / "Mail" / account.name / folder).mkdir(parents=True)

    # The recorder gives no token, so none of them succeeds.
    subprocess.run(
        [found, *(a.format(name=account.name) for a in arguments)],
        stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=60, cwd=tmp_path,
        env=bare_environment(tmp_path, RECORDED=str(tmp_path / "recorded")),
    )  # fmt: skip

    recorded = (tmp_path / "recorded").read_text().removesuffix("\0").split("\0")
    assert recorded == list(account.token_command(protocol)[1:])
    assert not (tmp_path / "ran").exists()
