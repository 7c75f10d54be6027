"""`provision vault import`: an export of another vault, merged into this one."""

from provision import wiring
from provision.cli import console, exits
from provision.cli.options import Output, OutputOption
from provision.cli.passphrase import PassphraseStdin, asker
from provision.cli.vault_export import ExportFile
from provision.cli.vault_view import moved_as_json, show_moved


def import_export(
    file: ExportFile, passphrase_stdin: PassphraseStdin = False, output: OutputOption = Output.TEXT
) -> int:
    """Merge an export into the vault: what is newer stays or comes, and nothing is lost.

    PROVISION_EXPORT_PASSPHRASE or PROVISION_EXPORT_KEY opens it; else the terminal is asked.
    """
    done = wiring.vault_work().take_in(file, asker(from_stdin=passphrase_stdin, is_new=False))
    if output is Output.JSON:
        console.out_json({"vault": done.vault, "file": str(file), **moved_as_json(done.moved)})
        return exits.DONE
    show_moved(done.moved)
    taken = sum(each.fate == "taken" for each in done.moved)
    console.out(
        f"vault {done.vault}: {taken} taken from {file}; what is not named was here already"
    )
    return exits.DONE
