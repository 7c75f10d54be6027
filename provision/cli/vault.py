"""`provision vault`: what is done to the vault as a whole; see docs/decisions/0011."""

import typer

from provision.cli.vault_export import export
from provision.cli.vault_import import import_export
from provision.cli.vault_rotate_key import rotate_key

vault = typer.Typer(
    name="vault",
    help="Change the vault's key, move the vault to another machine.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

vault.command()(rotate_key)
vault.command()(export)
vault.command("import")(import_export)
