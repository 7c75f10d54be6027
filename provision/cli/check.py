"""`provision check`: validate the manifest offline, every problem at once."""

from provision.cli import console, exits
from provision.cli.options import MANIFEST, File, Output, OutputOption
from provision.errors import ManifestInvalid


def check(file: File = MANIFEST, output: OutputOption = Output.TEXT) -> int:
    """Validate the manifest without talking to anybody."""
    from dataclasses import asdict

    from provision.manifest.advice import warnings
    from provision.manifest.load import load_manifest
    from provision.stages.sink_making import refuse_strange_keys

    try:
        manifest = load_manifest(file)
        refuse_strange_keys(manifest, file)
    except ManifestInvalid as error:
        if output is Output.JSON:
            console.out_json({"valid": False, "problems": [asdict(p) for p in error.problems]})
            return exits.USAGE
        raise
    remarks = warnings(manifest)
    if output is Output.JSON:
        console.out_json({"valid": True, "problems": [], "remarks": [asdict(r) for r in remarks]})
        return exits.DONE
    for remark in remarks:
        console.err(f"remark: {remark.path}: {remark.text}", "warn")
    console.out(f"{file}: valid")
    return exits.DONE
