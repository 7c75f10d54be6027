"""Vaults as older versions of provision wrote them."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

_DATA: Final = Path(__file__).parents[2] / "data" / "vaults"
VERSIONS: Final = sorted(int(path.stem.rpartition("-")[2]) for path in _DATA.glob("schema-*.sql"))


def lay_down(version: int, root: Path) -> Path:
    """Put a vault of that version where `sqlite_vault` looks for it."""
    folder = root / "data"
    folder.mkdir(mode=0o700)
    path = folder / "vault.db"
    path.touch(mode=0o600)
    text = (_DATA / f"schema-{version}.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(text)
    return path


def shape_of(path: Path) -> tuple[int, set[str]]:
    """Return a vault's version, and the statements that made its tables."""
    with closing(sqlite3.connect(path)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        query = "SELECT sql FROM sqlite_master WHERE type = 'table'"
        return version, {" ".join(sql.split()) for (sql,) in connection.execute(query)}
