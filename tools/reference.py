"""Write the generated parts of docs/reference: every command, and the manifest's JSON Schema."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from typer.main import get_command

from provision.cli.app import app
from provision.cli.token import parser as token_parser
from provision.manifest.schema import json_schema

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
