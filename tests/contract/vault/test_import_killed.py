"""An import that is killed anywhere, or meets refreshes, loses nothing."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

from provision.secret import Secret
from tests.unit.vault.samples import MAILBOX, START, minutes, signed_in, sqlite_upkeep, sqlite_vault

ROOT = Path(__file__).parents[3]
HEAD = """
    import os, shutil, sys
    from pathlib import Path
    from provision.secret import Secret
    from tests.contract.vault.killing import killed_at_each_line
    from tests.unit.vault.full_vault import fill, secrets_of
    from tests.unit.vault.samples import *
    root = Path(sys.argv[1])
"""


def start(root: Path, script: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", dedent(HEAD) + dedent(script), str(root)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_an_import_is_whole_or_not_at_all_wherever_it_was_killed(tmp_path: Path) -> None:
    script = """
        fill(sqlite_vault(root / "old"))
        contents = sqlite_upkeep(root / "old").take_out().contents
        sqlite_vault(root / "new").keep_secret(CLIENT, held("key-9"))
        shutil.copytree(root / "new", root / "saved")
        def put_back():
            shutil.rmtree(root / "new")
            shutil.copytree(root / "saved", root / "new")
        def check():
            found = sqlite_upkeep(root / "new").take_out().contents
            assert found.count() in (1, contents.count() + 1), found.count()
            assert sqlite_vault(root / "new").secret(CLIENT, "key-9") == held("key-9")
        print(killed_at_each_line(
            ("taking_in.py",), put_back,
            lambda: sqlite_upkeep(root / "new").take_in(contents), check,
        ))
    """
    sweep = start(tmp_path, script)
    said, complaint = sweep.communicate()
    assert sweep.returncode == 0, complaint
    assert int(said) > 50


def test_refreshes_that_go_on_during_imports_keep_the_newest_token(tmp_path: Path) -> None:
    vault = sqlite_vault(tmp_path / "new")
    vault.keep_sign_in(signed_in(), Secret("refresh-0"))
    old = sqlite_vault(tmp_path / "old")
    old.keep_sign_in(signed_in(), Secret("older"))
    refresh = """
        vault = sqlite_vault(root / "new")
        for number in range(20):
            vault.keep_refresh_token(MAILBOX, Secret(f"refresh-{number + 1}"), START + minutes(9))
    """
    take = """
        contents = sqlite_upkeep(root / "old").take_out().contents
        for number in range(20):
            sqlite_upkeep(root / "new").take_in(contents)
    """
    running = [start(tmp_path, script) for script in (refresh, take, take)]
    complaints = [each.communicate()[1] for each in running]
    assert [each.returncode for each in running] == [0, 0, 0], complaints
    newest = vault.refresh_token(MAILBOX)
    assert newest is not None
    assert (newest.generation, newest.token) == (21, Secret("refresh-20"))
    assert newest.issued_at == START + minutes(9)
    assert sqlite_upkeep(tmp_path / "new").take_out().contents.count() == 3
