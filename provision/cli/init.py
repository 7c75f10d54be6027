"""`provision init`: write a commented manifest."""

from pathlib import Path
from typing import Annotated

import typer

from provision.cli import console, exits
from provision.cli.options import MANIFEST, File
from provision.errors import UsageError


def init(
    file: File = MANIFEST,
    tenant: Annotated[
        str, typer.Option(help="Tenant id or domain.", metavar="T")
    ] = "contoso.onmicrosoft.com",
    unique_name: Annotated[
        str, typer.Option(help="The application's immutable name.", metavar="N")
    ] = "aem-forms-mail",
    mailbox: Annotated[
        str, typer.Option(help="The mailbox to sign in.", metavar="ADDRESS")
    ] = "forms@contoso.com",
) -> int:
    """Write a commented provision.yaml; never over an existing file."""
    from provision.manifest.load import read_manifest
    from provision.manifest.template import make_template

    text = make_template(tenant=tenant, unique_name=unique_name, mailbox=mailbox)
    read_manifest(text, str(file))
    try:
        with Path(file).open("x", encoding="utf-8") as target:
            target.write(text)
    except FileExistsError as error:
        raise UsageError(
            f"{file}: exists already and was left alone",
            hint=f"edit it, then `provision check -f {file}`; or name another with --file",
        ) from error
    except OSError as error:
        raise UsageError(f"{file}: cannot be written ({error.strerror})") from error
    console.out(f"wrote {file}")
    console.err("  → edit it, then `provision check` and `provision plan`", "dim")
    return exits.DONE
