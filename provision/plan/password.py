"""Client secrets: which one satisfies the manifest, which was lost, which must be minted."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from provision.manifest.model import Manifest, SecretSection
from provision.plan.changes import AddPassword, Change, RemovePassword
from provision.plan.custody import Custody, UnfinishedMint
from provision.tenant.application import Application, Password, PasswordRequest

_CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class PasswordPlan:
    """What is to be done about client secrets, and which one will serve."""

    changes: tuple[Change, ...]
    serving: Password | None
    """The live secret that satisfies the manifest; None when one has to be minted."""


def password_request(wanted: SecretSection, now: datetime) -> PasswordRequest:
    """Return the secret that a manifest wants, starting at `now`."""
    start_at = now.replace(microsecond=0)
    return PasswordRequest(wanted.display_name, start_at, start_at + wanted.lifetime)


def dated_anew(request: PasswordRequest, now: datetime) -> PasswordRequest:
    """Return the same request for a secret that lives as long and starts at `now`."""
    start_at = now.replace(microsecond=0)
    life = request.end_at - request.start_at
    return PasswordRequest(request.display_name, start_at, start_at + life)


def plan_passwords(
    manifest: Manifest, application: Application, custody: Custody, now: datetime
) -> PasswordPlan:
    """Decide about the client secrets of an existing application.

    A secret satisfies the manifest by display name and remaining life, held here or not. One
    that an unfinished mint explains and nobody holds is worthless, whatever its name says.
    """
    wanted = manifest.application.secret
    lost = [p for p in application.passwords if is_lost(p, custody)]
    removals = tuple(
        RemovePassword(
            application.object_id,
            password.key_id,
            "its value was lost when an earlier run was interrupted",
        )
        for password in sorted(lost, key=lambda p: p.key_id)
    )
    serving = _best([p for p in satisfying(manifest, application, now) if p not in lost], custody)
    if serving is not None or wanted is None:
        return PasswordPlan(removals, serving)
    reason = _reason(wanted.display_name, application, now)
    request = password_request(wanted, now)
    return PasswordPlan((*removals, AddPassword(application.object_id, request, reason)), None)


def satisfying(manifest: Manifest, application: Application, now: datetime) -> list[Password]:
    """Return the live secrets of the wanted name; none where no secret is wanted."""
    wanted = manifest.application.secret
    if wanted is None:
        return []
    name = wanted.display_name
    return [p for p in application.passwords if p.display_name == name and p.end_at > now]


def is_lost(password: Password, custody: Custody) -> bool:
    """Tell whether an unfinished mint explains a secret that nobody here holds."""
    if password.key_id in custody.held_key_ids:
        return False
    return any(_explains(mint, password) for mint in custody.unfinished)


def _explains(mint: UnfinishedMint, password: Password) -> bool:
    return (
        password.display_name == mint.display_name
        and password.key_id not in mint.key_ids_present
        # Both instants are this host's own: a secret that begins later is somebody else's.
        and abs(password.start_at - mint.begun_at) <= _CLOCK_SKEW
    )


def _best(candidates: list[Password], custody: Custody) -> Password | None:
    """Prefer a secret that is held here, then the one that lives longest."""
    return max(
        candidates,
        key=lambda p: (p.key_id in custody.held_key_ids, p.end_at, p.key_id),
        default=None,
    )


def _reason(name: str, application: Application, now: datetime) -> str:
    ended = [p for p in application.passwords if p.display_name == name and p.end_at <= now]
    if ended:
        newest = max(p.end_at for p in ended)
        return f"the last one named {name!r} expired on {newest:%Y-%m-%d}"
    return f"there is none named {name!r}"
