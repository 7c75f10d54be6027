"""When what is held and what was given away dies, and what to type before that; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from shlex import quote
from typing import Final, Literal

from provision.vault.ledger import Holder, MailboxEntry, SecretEntry, TokenEntry

ALARMS: Final = (30, 14, 7, 1)
"""Days before the end at which an alarm is raised, each louder than the one before."""
TOKEN_LIFE: Final = timedelta(days=90)
"""Of a refresh token that nobody uses; each use brings a successor with a life of its own.

https://learn.microsoft.com/entra/identity-platform/refresh-tokens#token-lifetime
"""
DUE_BEFORE: Final = timedelta(days=ALARMS[0])
"""How long before its end a token, a copy or a certificate is due."""

Kind = Literal[
    "application", "refreshToken", "refreshTokenCopy", "clientSecret", "clientSecretCopy",
    "certificate",
]  # fmt: skip
State = Literal["good", "due", "dead", "refused", "missing", "outdated", "spare"]

STATES_IN_WORDS: Final = {
    "dead": "is dead", "refused": "was refused by Entra", "missing": "is missing",
    "outdated": "is not the one that serves", "due": "is due",
}  # fmt: skip
"""What is the matter with a thing, after its name."""


@dataclass(frozen=True, slots=True)
class Due:
    """How one thing stands: when it dies, and what is to be done about it."""

    kind: Kind
    what: str
    """In words, with the name of the mailbox, the holder or the key."""
    state: State
    """`due` before its end and `dead` from then on; a token that Entra `refused`; `missing` where
    it ought to be; `outdated` where its successor ought to be; a `spare` needs nobody's attention.
    """
    dies_at: datetime | None = None
    """None where there is nothing that could die, or nobody knows when."""
    days_left: int | None = None
    """Whole days, rounded down; negative after the end."""
    alarm: int | None = None
    """The smallest of `ALARMS` that was reached, 0 from the end on, None before the first."""
    then: str = ""
    """What to type; empty where there is nothing to do."""

    @property
    def needs_sign_in(self) -> bool:
        """Tell whether only a mailbox's owner can mend it."""
        return self.kind == "refreshToken" and self.state in {"dead", "refused", "missing"}

    @property
    def in_words(self) -> str:
        """Say what has to be looked after."""
        if self.state != "due" or self.days_left is None:
            return f"{self.what} {STATES_IN_WORDS.get(self.state, 'is good')}"
        return f"{self.what} dies in {days(self.days_left)}"

    @property
    def is_due(self) -> bool:
        """Tell whether somebody has to do something."""
        return self.state not in {"good", "spare"}


def token_due(entry: MailboxEntry, now: datetime) -> Due:
    """Return how a mailbox's own refresh token stands."""
    address, token = entry.key.address, entry.token
    if token is None:
        return missing_sign_in(address)
    dies_at = _dies_at(token)
    state = _state(dies_at, now, DUE_BEFORE)
    then = {"dead": _authorize(address), "due": "provision refresh --all"}.get(state, "")
    if token.suspect_reason is not None:
        state, then = "refused", _authorize(address)
    alarm = 0 if state == "refused" else alarm_at(dies_at, now)
    what = f"refresh token of {address}"
    return Due("refreshToken", what, state, dies_at, days_between(now, dies_at), alarm, then)


def missing_sign_in(address: str) -> Due:
    """Return what a mailbox needs whose owner has not signed in here."""
    what = f"refresh token of {address}"
    return Due("refreshToken", what, "missing", then=_authorize(address))


def copy_due(holder: Holder, now: datetime) -> Due | None:
    """Return how a holder's copy of a refresh token stands; None where it has none.

    Nobody here knows when the holder uses it: without successors it dies by its issue alone.
    """
    token = holder.token
    if token is None:
        return None
    what = _copy(holder)
    if holder.keeps_successors:
        return Due("refreshTokenCopy", what, "good")
    dies_at = token.issued_at + TOKEN_LIFE
    state = _state(dies_at, now, DUE_BEFORE)
    then = "" if state == "good" else "provision handoff"
    return Due(
        "refreshTokenCopy",
        what,
        state,
        dies_at,
        days_between(now, dies_at),
        alarm_at(dies_at, now),
        then,
    )


def secret_due(
    secret: SecretEntry, now: datetime, rotate_before: timedelta, *, is_serving: bool
) -> Due:
    """Return how a client secret stands.

    Args:
        secret: The secret.
        now: The present.
        rotate_before: How long before its end it is due; `plan` and `rotate` judge alike.
        is_serving: Whether it is the one that is used; an older one raises no alarm.
    """
    what, left = f"client secret {secret.key_id}", days_between(now, secret.end_at)
    if not is_serving:
        return Due("clientSecret", what, "spare", secret.end_at, left)
    state = _state(secret.end_at, now, rotate_before)
    then = "" if state == "good" else "provision rotate"
    alarm = alarm_at(secret.end_at, now)
    return Due("clientSecret", what, state, secret.end_at, left, alarm, then)


def secret_copy_due(holder: Holder, serving: SecretEntry | None, now: datetime) -> Due | None:
    """Return what a holder needs that was given another client secret than the one that serves.

    Returns:
        None where it has the one that serves, none at all, or one that nobody here can tell.
    """
    given = holder.secret
    if given is None or serving is None or given.key_id in {"", serving.key_id}:
        return None
    what = f"client secret {given.key_id} in {holder.key.name}"
    then = "provision handoff"
    if given.end_at is None:
        return Due("clientSecretCopy", what, "outdated", then=then)
    left, alarm = days_between(now, given.end_at), alarm_at(given.end_at, now)
    state: State = "dead" if given.end_at <= now else "outdated"
    return Due("clientSecretCopy", what, state, given.end_at, left, alarm, then)


def certificate_due(name: str, end_at: datetime, now: datetime) -> Due:
    """Return how a certificate stands."""
    state = _state(end_at, now, DUE_BEFORE)
    then = "" if state == "good" else "provision apply"
    left, alarm = days_between(now, end_at), alarm_at(end_at, now)
    return Due("certificate", f"certificate {name}", state, end_at, left, alarm, then)


def missing_copy(holder: Holder) -> Due:
    """Return what a holder needs that ought to have a refresh token, and was given none."""
    return Due("refreshTokenCopy", _copy(holder), "missing", then="provision handoff")


def missing_secret(holder: Holder) -> Due:
    """Return what a holder needs that ought to have the client secret, and was given none."""
    what = f"client secret in {holder.key.name}"
    return Due("clientSecretCopy", what, "missing", then="provision handoff")


def days(count: int) -> str:
    """Return whole days in words."""
    match count:
        case 0:
            return "less than a day"
        case 1:
            return "1 day"
        case _:
            return f"{count} days"


def days_between(now: datetime, dies_at: datetime) -> int:
    """Return the whole days of 24 hours that are left, rounded down: -1 just after the end."""
    return (dies_at - now) // timedelta(days=1)


def alarm_at(dies_at: datetime, now: datetime) -> int | None:
    """Return the smallest of `ALARMS` that was reached, 0 from the end on, None before all."""
    left = dies_at - now
    if left <= timedelta(0):
        return 0
    return min((level for level in ALARMS if left <= timedelta(days=level)), default=None)


def used_at(entry: MailboxEntry) -> datetime | None:
    """Return when a refresh last succeeded; None when none has since the owner signed in.

    Entra mostly answers with another token: then it is the issue of the newest that tells.
    """
    token = entry.token
    if token is None:
        return None
    if token.last_used_at is not None:
        return token.last_used_at
    return token.issued_at if token.issued_at > entry.signed_in.signed_in_at else None


def _dies_at(token: TokenEntry) -> datetime:
    return max(token.issued_at, token.last_used_at or token.issued_at) + TOKEN_LIFE


def _state(dies_at: datetime, now: datetime, due_before: timedelta) -> State:
    if dies_at <= now:
        return "dead"
    return "due" if dies_at - now <= due_before else "good"


def _copy(holder: Holder) -> str:
    return f"copy of the refresh token of {holder.key.address} in {holder.key.name}"


def _authorize(address: str) -> str:
    return f"provision authorize --mailbox {quote(address)}"
