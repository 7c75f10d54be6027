"""`provision vault rotate-key`: every secret under another key, or under another kind of key."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from provision import wiring
from provision.cli import ask, console, exits
from provision.cli.options import Output, OutputOption, Yes

if TYPE_CHECKING:
    from provision.vault.upkeep import Rotated


def rotate_key(
    to: Annotated[
        Literal["environment", "keyring", "file"] | None,
        typer.Option(
            "--to",
            help="Where the new key will be; where the old one is by default.",
            metavar="environment|keyring|file",
        ),
    ] = None,
    yes: Yes = False,
    output: OutputOption = Output.TEXT,
) -> int:
    """Seal everything in the vault under a new key, in one step that a crash cannot halve.

    A key for the environment is taken from PROVISION_VAULT_NEW_KEY.
    """
    question = "Change the vault's key? Copies made before will need the old one."
    if not ask.confirmed(question, yes=yes, what_for="changing the vault's key"):
        console.err("nothing was changed", "warn")
        return exits.FAILED
    done = wiring.vault_work().rotate_key(to)
    if output is Output.JSON:
        console.out_json(_as_json(done))
    else:
        console.out(_in_words(done))
    for line in _next(done):
        console.err(f"  → {line}", "warn")
    for name in done.unreadable:
        console.err(f"vault {done.vault}: the {name} was damaged before, and still is", "bad")
    return exits.FAILED if done.unreadable else exits.DONE


def _in_words(done: "Rotated") -> str:
    key = f"key {done.fingerprint} from {done.origin}"
    if done.was_done_before:
        return f"vault {done.vault}: has {key} already"
    noun = "secret" if done.values == 1 else "secrets"
    return f"vault {done.vault}: {done.values} {noun} sealed under {key}"


def _next(done: "Rotated") -> list[str]:
    lines = []
    if done.kind == "environment":
        lines.append(
            "set PROVISION_VAULT_KEY to the new key wherever the vault is used, and unset "
            "PROVISION_VAULT_NEW_KEY"
        )
    elif done.old_key_in == "PROVISION_VAULT_KEY":
        lines.append("unset PROVISION_VAULT_KEY wherever the vault is used")
    if done.old_key_in and done.old_key_in != "PROVISION_VAULT_KEY":
        lines.append(f"the old key is still in {done.old_key_in}: remove it if no vault needs it")
    return lines


def _as_json(done: "Rotated") -> dict[str, object]:
    return {
        "vault": done.vault,
        "kind": done.kind,
        "fingerprint": done.fingerprint,
        "secrets": done.values,
        "unreadable": list(done.unreadable),
        "oldKeyIn": done.old_key_in or None,
        "wasDoneBefore": done.was_done_before,
    }
