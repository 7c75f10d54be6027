"""What federated credentials demand of each other, and Entra's limits for them."""

from collections.abc import Iterator
from typing import Final

from pydantic.alias_generators import to_camel

from provision.manifest.federation import MAX_CREDENTIALS, FederatedCredentialSection
from provision.manifest.model import Manifest
from provision.manifest.unknown_keys import Finding

_PATH: Final = ("application", "federatedCredentials")
_KEYS: Final = tuple(
    to_camel(field) for field in FederatedCredentialSection.__dataclass_fields__ if field != "name"
)
"""Where one of them is wrong in itself, what they demand of each other says nothing."""


def federation_findings(manifest: Manifest) -> Iterator[Finding]:
    """Yield what is wrong although each value by itself is right."""
    sections = manifest.application.federated_credentials or ()
    if len(sections) > MAX_CREDENTIALS:
        message = f"at most {MAX_CREDENTIALS} federated credentials, not {len(sections)}"
        yield Finding(_PATH, message)
    names: set[str] = set()
    pairs: dict[tuple[str, str], str] = {}
    for index, section in enumerate(sections):
        objections = list(section.objections())
        rests_on = tuple((*_PATH, index, key) for key in _KEYS)
        for key, message in objections:
            yield Finding((*_PATH, index, key), message, "", rests_on)
        if section.name.casefold() in names:
            yield Finding((*_PATH, index, "name"), f"{section.name!r} stands there twice")
        names.add(section.name.casefold())
        twin = pairs.setdefault(section.trusted, section.name)
        if not objections and twin != section.name:
            message = f"issuer and subject are those of {twin!r}: Entra takes a pair once"
            yield Finding((*_PATH, index, "name"), message, "", rests_on)
