"""A key rotation that is killed anywhere, or meets others, leaves a vault that opens."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from provision.secret import Secret
from tests.contract.vault.file_keyring import FileKeyring
from tests.unit.vault.samples import CLIENT, MAILBOX, held, signed_in, sqlite_upkeep, sqlite_vault

ROOT = Path(__file__).parents[3]
HEAD = """
    import os, shutil, sys
    from pathlib import Path
    from provision.clock import SystemClock
    from provision.secret import Secret
    from tests.contract.vault.file_keyring import FileKeyring
    from tests.contract.vault.killing import killed_at_each_line
    from tests.unit.vault.samples import *
    root = Path(sys.argv[1])
    keyring = FileKeyring(root / "keyring") if sys.argv[2] != "file" else None
    def open_vault():
        return sqlite_vault(root, given=None, keyring=keyring)
    def rotate(kind=None):
        upkeep = sqlite_upkeep(root, given=None, keyring=keyring, at=SystemClock())
        return upkeep.rotate_key(kind, None)
"""


def start(root: Path, script: str, kind: str) -> "subprocess.Popen[str]":
    source = dedent(HEAD) + dedent(script)
    return subprocess.Popen(
        [sys.executable, "-c", source, str(root), kind],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def keep_something(root: Path, keyring: FileKeyring | None) -> None:
    vault = sqlite_vault(root, given=None, keyring=keyring)
    vault.keep_secret(CLIENT, held())
    vault.keep_sign_in(signed_in(), Secret("refresh-1"))


@pytest.mark.parametrize(("old", "new"), [("file", "file"), ("keyring", "file")])
def test_opens_wherever_the_rotation_was_killed(tmp_path: Path, old: str, new: str) -> None:
    script = f"""
        saved = root / "saved"
        def put_back():
            for name in ("data", "config", "keyring"):
                shutil.rmtree(root / name, ignore_errors=True)
                if (saved / name).exists():
                    shutil.copytree(saved / name, root / name)
        def check():
            vault = open_vault()
            assert vault.secret(CLIENT) == held()
            assert vault.refresh_token(MAILBOX).token == Secret("refresh-1")
            # The next rotation finds nothing in its way, and leaves one key.
            done = rotate("{new}")
            assert open_vault().secret(CLIENT) == held()
            files = {{p.name for p in (root / "config").glob("*.key")}} - {{"vault.key"}}
            entries = list((root / "keyring").glob("*"))
            assert len(files) + len(entries) == 1, (files, entries)
        vault = open_vault()
        vault.keep_secret(CLIENT, held())
        vault.keep_sign_in(signed_in(), Secret("refresh-1"))
        for name in ("data", "config", "keyring"):
            if (root / name).exists():
                shutil.copytree(root / name, saved / name)
        steps = ("key_rotation.py", "key_file.py", "file_keyring.py")
        print(killed_at_each_line(steps, put_back, lambda: rotate("{new}"), check))
    """
    sweep = start(tmp_path, script, old)
    said, complaint = sweep.communicate()
    assert sweep.returncode == 0, complaint
    assert int(said) > 50


def test_nobody_loses_a_token_while_the_key_changes_again_and_again(tmp_path: Path) -> None:
    keep_something(tmp_path, FileKeyring(tmp_path / "keyring"))
    writer = """
        vault = open_vault()
        for number in range(15):
            vault.keep_refresh_token(MAILBOX, Secret(f"refresh-{os.getpid()}-{number}"), START)
            assert vault.refresh_token(MAILBOX) is not None
    """
    rotator = """
        for number in range(8):
            rotate("file" if number % 2 else "keyring")
    """
    running = [start(tmp_path, each, "keyring") for each in (writer, writer, rotator, rotator)]
    complaints = [each.communicate()[1] for each in running]
    assert [each.returncode for each in running] == [0, 0, 0, 0], complaints
    vault = sqlite_vault(tmp_path, given=None, keyring=FileKeyring(tmp_path / "keyring"))
    newest = vault.refresh_token(MAILBOX)
    assert newest is not None
    assert newest.generation == 31
    assert vault.refresh_token(MAILBOX, 30) is not None
    assert vault.secret(CLIENT) == held()


def test_a_process_that_dies_during_a_rotation_holds_up_nobody(tmp_path: Path) -> None:
    keep_something(tmp_path, None)
    script = """
        upkeep = sqlite_upkeep(root, given=None)
        with upkeep._alone():
            os._exit(9)
    """
    killed = start(tmp_path, script, "file")
    killed.communicate()
    assert killed.returncode == 9
    assert sqlite_upkeep(tmp_path, given=None).rotate_key(None, None).values == 2
