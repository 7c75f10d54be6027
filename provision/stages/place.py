"""Where a manifest lies, and the cloud it is for."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provision.cloud import Cloud
    from provision.manifest.model import Manifest


@dataclass(frozen=True, slots=True)
class Place:
    """Where the manifest is, and what the command line put over it."""

    file: Path
    cloud: str | None = None
    trusted_hosts: tuple[str, ...] = ()


def load(place: Place) -> "tuple[Manifest, Cloud]":
    """Read the manifest and the cloud it is for.

    Raises:
        ManifestInvalid: With every problem.
        UsageError: A cloud that is unknown, unreadable, or not to be trusted.
    """
    from provision.cloud import named_cloud
    from provision.manifest.load import load_manifest, require_fit

    manifest = load_manifest(place.file)
    if place.cloud is None:
        return manifest, named_cloud(manifest.cloud, place.file.parent)
    cloud = named_cloud(place.cloud, Path(), frozenset(place.trusted_hosts))
    require_fit(manifest, cloud)
    return manifest, cloud
