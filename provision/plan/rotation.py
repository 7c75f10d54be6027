"""Rotation: when a client secret is due, what has to make room, and which old ones may go."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from provision.errors import NotFound, RefusedError
from provision.manifest.model import Manifest, SecretSection
from provision.plan.changes import AddPassword, RemovePassword
from provision.plan.custody import Custody
from provision.plan.password import password_request, plan_passwords, satisfying
from provision.tenant.application import Application, Password

MOST_PERSONAL = 2
"""Client secrets that an application with a personal audience may have, expired ones included.

https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation
"""
_PERSONAL_AUDIENCE = "AzureADandPersonalMicrosoftAccount"


@dataclass(frozen=True, slots=True)
class Superseded:
    """An old client secret beside the one that serves."""

    password: Password
    retires_at: datetime
    """The end of the overlap; from then on it may be revoked."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """What has to be done about client secrets now, and what will have to be done later."""

    unique_name: str
    first: tuple[RemovePassword, ...]
    """Secrets that nobody can use, and what has to make room; before anything is minted."""
    mint: AddPassword | None
    """None when the secret that serves is good for a while."""
    retired: tuple[RemovePassword, ...]
    """Old secrets whose overlap is over, or that a person named; after the one that serves was
    proved to work.
    """
    later: tuple[Superseded, ...]
    """Old secrets whose overlap goes on."""
    serving: Password | None
    """The live secret that satisfies the manifest now; None when there is none."""

    @property
    def has_changes(self) -> bool:
        """Tell whether anything is to be written."""
        return bool(self.first or self.mint or self.retired)


def plan_rotation(
    manifest: Manifest,
    application: Application,
    custody: Custody,
    now: datetime,
    *,
    is_forced: bool = False,
    named: Collection[str] = (),
) -> Rotation:
    """Decide about an existing application's client secrets; pure.

    Only secrets that are held here, or that an unfinished mint explains, are ever removed:
    a live one that nobody here holds may be in use elsewhere, and only a person retires it.

    Args:
        manifest: Names the secret, its lifetime, when it is due and how long the overlap is.
        application: As it was read.
        custody: What is held here.
        now: The present.
        is_forced: Whether a new secret is wanted although none is due.
        named: Key ids that a person retires, whoever holds them; they are the first to make room.

    Raises:
        NotFound: The application has no secret that was named.
        RefusedError: The manifest wants no secret; a new one is due, the audience allows no third
            one, and none of the two may be removed yet; or the one that serves was named.
    """
    wanted = _wanted(manifest)
    passwords = plan_passwords(manifest, application, custody, now)
    lost = tuple(c for c in passwords.changes if isinstance(c, RemovePassword))
    serving = passwords.serving
    mint = _mint(wanted, application, serving, now, is_forced=is_forced)
    gone = frozenset(change.key_id for change in lost)
    superseded = _superseded(manifest, application, custody, serving, now)
    over = [s.password for s in superseded if s.retires_at <= now]
    expired = _expired(application, custody, gone, now)
    retired = (
        *(retirement(application, key_id, serving) for key_id in named),
        *(
            _removal(application, p, "the secret that replaced it has served through the overlap")
            for p in over
            if p.key_id not in named
        ),
    )
    useless = tuple(_removal(application, p, "it has expired") for p in expired)
    first = (*lost, *useless)
    if mint is not None:
        first = (*first, *_room(application, first, retired, superseded))
    taken = {change.key_id for change in first}
    return Rotation(
        unique_name=manifest.application.unique_name,
        first=first,
        mint=mint,
        retired=tuple(change for change in retired if change.key_id not in taken),
        later=tuple(s for s in superseded if s.retires_at > now),
        serving=serving,
    )


def retirement(application: Application, key_id: str, serving: Password | None) -> RemovePassword:
    """Return the removal of a client secret that a person names, whoever holds it.

    Raises:
        NotFound: The application has no such secret.
        RefusedError: It is the one that serves.
    """
    found = next((p for p in application.passwords if p.key_id == key_id), None)
    if found is None:
        present = ", ".join(_named(p) for p in _by_age(application.passwords)) or "none"
        raise NotFound(
            f"application {application.unique_name}: it has no client secret with key id {key_id}",
            hint=f"it has: {present}",
        )
    if serving is not None and serving.key_id == key_id:
        raise RefusedError(
            f"client secret {key_id}: it is the one that serves application "
            f"{application.unique_name}",
            hint="make a new one first: provision rotate --now",
        )
    return _removal(application, found, "a person asked for it")


def _wanted(manifest: Manifest) -> SecretSection:
    wanted = manifest.application.secret
    if wanted is None:
        raise RefusedError(
            f"application {manifest.application.unique_name}: the manifest says secret: none",
            hint="describe the client secret in application.secret first, if there is to be one",
        )
    return wanted


def _mint(
    wanted: SecretSection,
    application: Application,
    serving: Password | None,
    now: datetime,
    *,
    is_forced: bool,
) -> AddPassword | None:
    if serving is None:
        reason = f"there is no live one named {wanted.display_name!r}"
    elif serving.end_at - now <= wanted.rotate_before:
        reason = f"client secret {serving.key_id} ends on {serving.end_at:%Y-%m-%d}"
    elif is_forced:
        reason = "a person asked for it"
    else:
        return None
    return AddPassword(application.object_id, password_request(wanted, now), reason)


def _superseded(
    manifest: Manifest,
    application: Application,
    custody: Custody,
    serving: Password | None,
    now: datetime,
) -> tuple[Superseded, ...]:
    if serving is None:
        return ()
    held = [
        p
        for p in satisfying(manifest, application, now)
        if p.key_id in custody.held_key_ids and p.start_at < serving.start_at
    ]
    line = [*_by_age(held), serving]
    overlap = _wanted(manifest).overlap
    return tuple(Superseded(old, new.start_at + overlap) for old, new in pairwise(line))


def _expired(
    application: Application, custody: Custody, gone: frozenset[str], now: datetime
) -> list[Password]:
    held = [p for p in application.passwords if p.key_id in custody.held_key_ids - gone]
    return _by_age(p for p in held if p.end_at <= now)


def _room(
    application: Application,
    first: tuple[RemovePassword, ...],
    retired: tuple[RemovePassword, ...],
    superseded: tuple[Superseded, ...],
) -> tuple[RemovePassword, ...]:
    """Return what else has to go before a new secret fits.

    Raises:
        RefusedError: Nothing may.
    """
    if application.settings.sign_in_audience != _PERSONAL_AUDIENCE:
        return ()
    left = len(application.passwords) - len(first)
    needed = left + 1 - MOST_PERSONAL
    if needed <= 0:
        return ()
    if needed <= len(retired):
        return retired[:needed]
    waiting = {s.password.key_id: s.retires_at for s in superseded}
    taken = {change.key_id for change in first}
    present = [p for p in _by_age(application.passwords) if p.key_id not in taken]
    told = ", ".join(
        _named(p) + (f", free on {waiting[p.key_id]:%Y-%m-%d}" if p.key_id in waiting else "")
        for p in present
    )
    raise RefusedError(
        f"application {application.unique_name}: a personal audience allows {MOST_PERSONAL} client "
        f"secrets, and it has {told}",
        hint="find out which of them nobody uses, then: provision rotate --retire KEYID",
    )


def _removal(application: Application, password: Password, reason: str) -> RemovePassword:
    return RemovePassword(application.object_id, password.key_id, reason)


def _named(password: Password) -> str:
    return f"{password.key_id} ({password.display_name!r}, until {password.end_at:%Y-%m-%d})"


def _by_age(passwords: Iterable[Password]) -> list[Password]:
    return sorted(passwords, key=lambda p: (p.start_at, p.key_id))
