"""What OData has to know of an entity set: its names, its properties and what may be asked."""

from dataclasses import dataclass, field

from provision.sandbox.directory import JsonObject
from provision.sandbox.graph.refusals import GraphRefusal


@dataclass(frozen=True, slots=True)
class EntityKind:
    """One entity set and the type of its members."""

    set_name: str
    """`applications`."""
    type_name: str
    """`application`."""
    model: JsonObject
    """Every property, with a value of its type where null would not tell it."""
    filterable: frozenset[str]
    """Properties that the directory has an index for."""
    units: int = 1
    """Resource units of the plain list."""
    navigations: frozenset[str] = field(default_factory=frozenset)
    """What `$expand` may name."""

    def property_named(self, name: str, prefix: str) -> str:
        """Return a property in Graph's spelling.

        Args:
            name: As the client wrote it, in any case.
            prefix: Of the refusal: which option named it.

        Raises:
            GraphRefusal: The type has no such property.
        """
        found = next((known for known in self.model if known.lower() == name.lower()), None)
        if found is None:
            raise self.unknown(name, prefix)
        return found

    def unknown(self, name: str, prefix: str) -> GraphRefusal:
        """Return the refusal of a name that the type does not have."""
        return GraphRefusal(
            400,
            "BadRequest",
            f"{prefix}Could not find a property named '{name}' on type "
            f"'microsoft.graph.{self.type_name}'.",
        )

    def edm_type(self, name: str) -> str:
        """Return the primitive type that OData compares a property as."""
        value = self.model[name]
        if isinstance(value, bool):
            return "Edm.Boolean"
        return "Edm.DateTimeOffset" if name.endswith("DateTime") else "Edm.String"
