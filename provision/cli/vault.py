"""`provision vault`: what is done to the vault as a whole; see docs/decisions/0011."""

import typer

from provision.cli.vault_rotate_key import rotate_key

vault = typer.Typer(
    name="vault",
    help="Change the vault's key.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for command in (rotate_key,):
    vault.command()(command)
