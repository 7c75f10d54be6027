"""How every section of a manifest is written."""

from typing import Final

from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

SECTION = ConfigDict(alias_generator=to_camel, validate_by_name=True, extra="forbid")
"""Graph's camelCase, no other keys.

pydantic would read every section's source again for its docstrings, in every command: a fifth of
the time that reading a manifest takes. Only the JSON Schema shows them; `schema.py` reads them.
"""

WRITTEN: Final[dict[str, str]] = {"written in": "YAML"}
"""The validation context of what a person wrote: there null is a key without a value."""
