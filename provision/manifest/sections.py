"""How every section of a manifest is written."""

from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

SECTION = ConfigDict(
    alias_generator=to_camel, validate_by_name=True, extra="forbid", use_attribute_docstrings=True
)
"""Graph's camelCase, no other keys."""
