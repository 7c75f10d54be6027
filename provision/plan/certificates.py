"""Certificates: those that are given are added, those that exist are kept, all are watched."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from provision.errors import RefusedError
from provision.manifest.model import Manifest
from provision.plan.changes import AddCertificates, Change
from provision.tenant.certificate import KeyCredential
from provision.tenant.port import Snapshot

_SOON = timedelta(days=30)


def certificate_changes(
    manifest: Manifest, snapshot: Snapshot, now: datetime
) -> tuple[Change, ...]:
    """Return the one write that adds what is missing.

    Graph replaces the collection as a whole, so that every credential that is there goes along;
    none is ever removed: its private key may be in use where nobody here knows.

    Raises:
        RefusedError: A certificate that is given has expired.
    """
    existing = _existing(snapshot)
    missing = [c for c in manifest.certificates if not any(e.is_of(c) for e in existing)]
    for certificate in missing:
        if certificate.end_at <= now:
            raise RefusedError(
                f"certificate {certificate.thumbprint} ({certificate.subject}): it expired on "
                f"{certificate.end_at:%Y-%m-%d}",
                hint="give its successor in application.certificates",
            )
    return (AddCertificates(existing, tuple(missing)),) if missing else ()


def certificate_remarks(manifest: Manifest, snapshot: Snapshot, now: datetime) -> Iterator[str]:
    """Yield which certificates end soon, and which ones nobody named."""
    for credential in _existing(snapshot):
        is_named = any(credential.is_of(c) for c in manifest.certificates)
        if credential.end_at <= now:
            yield f"{_told(credential)} has expired: nobody can sign in with it"
        elif credential.end_at - now <= _SOON and is_named:
            yield f"{_told(credential)} ends in {(credential.end_at - now).days} days"
        elif not is_named:
            yield f"{_told(credential)} is not in the manifest and is left alone"


def _existing(snapshot: Snapshot) -> tuple[KeyCredential, ...]:
    found = snapshot.key_credentials or frozenset[KeyCredential]()
    return tuple(sorted(found, key=lambda credential: credential.key_id))


def _told(credential: KeyCredential) -> str:
    name = credential.custom_key_identifier or credential.key_id
    return f"certificate {name} ({credential.display_name}, until {credential.end_at:%Y-%m-%d})"
