"""`provision schema`: print the manifest's JSON Schema."""

from provision.cli import console, exits


def schema() -> int:
    """Print the JSON Schema of provision.yaml."""
    from provision.manifest.schema import json_schema

    console.out_json(json_schema())
    return exits.DONE
