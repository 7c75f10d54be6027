"""A vault of every version survives that its migration is killed, or begun twice at once."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from provision.secret import Secret
from provision.vault.schema import MIGRATIONS
from tests.unit.vault.older_vaults import VERSIONS, lay_down, shape_of
from tests.unit.vault.samples import CLIENT, MAILBOX, START, sqlite_vault

ROOT = Path(__file__).parents[3]
HEAD = """
    import shutil, sys
    from pathlib import Path
    from provision.secret import Secret
    from provision.vault.schema import MIGRATIONS
    from tests.contract.vault.killing import killed_at_each_line
    from tests.unit.vault.older_vaults import *
    from tests.unit.vault.samples import *
    root = Path(sys.argv[1])
"""
OLDER = [version for version in VERSIONS if version < len(MIGRATIONS)]


def start(root: Path, script: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", dedent(HEAD) + dedent(script), str(root)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.parametrize("version", OLDER)
def test_a_migration_is_whole_or_not_at_all_wherever_it_was_killed(
    version: int, tmp_path: Path
) -> None:
    script = f"""
        def put_back():
            shutil.rmtree(root / "data", ignore_errors=True)
            lay_down({version}, root)
        def check():
            number, _ = shape_of(root / "data" / "vault.db")
            assert number in ({version}, len(MIGRATIONS)), number
            assert sqlite_vault(root).refresh_token(MAILBOX).token == Secret("refresh-2")
        print(killed_at_each_line(
            ("schema.py",), put_back, lambda: sqlite_vault(root).ledger(), check
        ))
    """
    sweep = start(tmp_path, script)
    said, complaint = sweep.communicate()
    assert sweep.returncode == 0, complaint
    assert int(said) > 10


@pytest.mark.parametrize("version", OLDER)
def test_several_processes_that_open_it_at_once_migrate_it_once(
    version: int, tmp_path: Path
) -> None:
    path = lay_down(version, tmp_path)
    script = """
        vault = sqlite_vault(root)
        for number in range(3):
            vault.keep_refresh_token(MAILBOX, Secret(f"{sys.argv[1]}-{id(vault)}-{number}"), START)
        assert vault.secret(CLIENT, "key-1").secret == Secret("client-secret")
    """
    running = [start(tmp_path, script) for _ in range(3)]
    complaints = [each.communicate()[1] for each in running]
    assert [each.returncode for each in running] == [0, 0, 0], complaints
    vault = sqlite_vault(tmp_path)
    assert shape_of(path)[0] == len(MIGRATIONS)
    assert vault.secret(CLIENT, "key-1") is not None
    newest = vault.refresh_token(MAILBOX)
    assert newest is not None
    assert newest.issued_at == START
    assert newest.token != Secret("refresh-2")
