"""How every section of a manifest is written."""

from typing import Final

from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

SECTION = ConfigDict(
    alias_generator=to_camel, validate_by_name=True, extra="forbid", use_attribute_docstrings=True
)
"""Graph's camelCase, no other keys."""

WRITTEN: Final[dict[str, str]] = {"written in": "YAML"}
"""The validation context of what a person wrote: there null is a key without a value."""
