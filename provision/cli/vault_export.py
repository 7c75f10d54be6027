"""`provision vault export`: all that can be moved, in one sealed file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from provision import wiring
from provision.cli import console, exits
from provision.cli.options import Output, OutputOption
from provision.cli.passphrase import PassphraseStdin, asker
from provision.cli.vault_view import moved_as_json, show_moved

if TYPE_CHECKING:
    from provision.vault.upkeep import TakenOut

ExportFile = Annotated[Path, typer.Argument(metavar="FILE", help="The export.")]


def export(
    file: ExportFile, passphrase_stdin: PassphraseStdin = False, output: OutputOption = Output.TEXT
) -> int:
    """Write the vault into one file for another machine, sealed under a passphrase or a key.

    PROVISION_EXPORT_PASSPHRASE or PROVISION_EXPORT_KEY gives it; else the terminal is asked.
    """
    done = wiring.vault_work().export(file, asker(from_stdin=passphrase_stdin, is_new=True))
    if output is Output.JSON:
        console.out_json(_as_json(done, file))
    else:
        console.out(f"{file}: {done.contents.count()} entries of vault {done.vault}")
        show_moved(done.left)
    console.err("  → `provision vault import` takes it in; then remove the file", "warn")
    damaged = [each for each in done.left if each.is_loss]
    return exits.FAILED if damaged else exits.DONE


def _as_json(done: "TakenOut", file: Path) -> dict[str, object]:
    entries = {table: len(rows) for table, rows in done.contents.tables.items()}
    return {"vault": done.vault, "file": str(file), "entries": entries, **moved_as_json(done.left)}
