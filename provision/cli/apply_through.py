"""What `apply --through` does after the registration: sign in, verify, hand off."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from provision.cli import ask, console, exits
from provision.cli.options import Through
from provision.errors import ProvisionError
from provision.stages.apply import Applied
from provision.stages.session import Session
from provision.stages.sign_in_way import FRESH_PATIENCE, SignInWay, Surface

if TYPE_CHECKING:
    from provision.stages.handoff import HandedOver
    from provision.stages.verify import Verified

_ORDER = (Through.REGISTRATION, Through.AUTHORIZE, Through.VERIFY, Through.HANDOFF)


@dataclass(frozen=True, slots=True)
class Wish:
    """How far to go, and how."""

    through: Through
    yes: bool
    sends: bool
    surface: Surface
    """How the mailbox owner is reached."""
    is_pasted: bool = False


@dataclass(slots=True)
class Results:
    """What the stages brought, for the JSON result."""

    applied: Applied
    authorized: list[str] = field(default_factory=list)
    verified: "list[Verified]" = field(default_factory=list)
    handed: "list[HandedOver]" = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    """What ended a stage, as it was told on standard error."""

    def as_json(self) -> dict[str, object]:
        """Return the results for programs; holds no secret."""
        from provision.cli import handoff_view, plan_view, registration_file, verdict_view

        return {
            "registration": registration_file.as_json(self.applied.registration),
            "plan": plan_view.as_json(self.applied.first),
            "remaining": plan_view.as_json(self.applied.remaining),
            "authorized": self.authorized,
            "verified": [verdict_view.as_json(v) for v in self.verified],
            "handedOver": [handoff_view.as_json(h) for h in self.handed],
            "failures": self.failures,
        }

    def fail(self, error: ProvisionError) -> int:
        """Tell what went wrong, so that the rest is told as well; returns the exit code."""
        console.failure(error)
        self.failures.append(error.message)
        return exits.code_for(error)


def require_work(session: Session, through: Through) -> None:
    """Prove that the manifest names what the stages to come are about.

    Raises:
        UsageError: It does not; nothing was attempted.
    """
    if through is not Through.REGISTRATION:
        session.mailboxes()
    if through is Through.HANDOFF:
        session.require_targets()


def carry_on(session: Session, wish: Wish, results: Results) -> int:
    """Go as far as wished; on a terminal offer each further stage. Returns the exit code."""
    codes = [exits.DONE]
    for stage in _ORDER[1:]:
        is_asked_for = _ORDER.index(stage) <= _ORDER.index(wish.through)
        if not is_asked_for and not _has_work(session, stage):
            continue
        if not is_asked_for and not _is_accepted(stage, wish):
            break
        codes.append(_RUN[stage](session, wish, results))
        if exits.worst(codes) != exits.DONE:
            break
    return exits.worst(codes)


def _is_accepted(stage: Through, wish: Wish) -> bool:
    if wish.yes or not ask.is_interactive():
        return False
    return ask.confirmed(_OFFER[stage], yes=False, what_for=stage.value)


def _has_work(session: Session, stage: Through) -> bool:
    match stage:
        case Through.AUTHORIZE:
            return any(not session.is_signed_in(m) for m in session.manifest.mailboxes)
        case Through.VERIFY:
            return bool(session.manifest.mailboxes)
        case _:
            return bool(session.targets)


_OFFER = {
    Through.AUTHORIZE: "Sign the mailbox owner in now?",
    Through.VERIFY: "Prove with real logins that mail works?",
    Through.HANDOFF: "Write the hand-offs of the manifest?",
}


def _authorize(session: Session, wish: Wish, results: Results) -> int:
    way = SignInWay("paste" if wish.is_pasted else "listener", patience=FRESH_PATIENCE)
    codes = []
    for mailbox in session.mailboxes():
        try:
            if not session.is_signed_in(mailbox):
                session.authorize(mailbox, way, wish.surface)
            results.authorized.append(mailbox.address)
        except ProvisionError as error:
            codes.append(results.fail(error))
    return exits.worst(codes)


def _verify(session: Session, wish: Wish, results: Results) -> int:
    from provision.cli import verdict_view

    codes = []
    for mailbox in session.mailboxes():
        try:
            verified = session.verify(mailbox, send=wish.sends)
        except ProvisionError as error:
            codes.append(results.fail(error))
            continue
        results.verified.append(verified)
        codes.append(verdict_view.code(verified))
        if not verified.is_ok:
            for line in verdict_view.lines(verified):
                console.err(line)
    return exits.worst(codes)


def _hand_off(session: Session, _wish: Wish, results: Results) -> int:
    try:
        handed = session.hand_off()
    except ProvisionError as error:
        return results.fail(error)
    results.handed.extend(handed)
    return exits.worst(results.fail(h.failure) for h in handed if h.failure is not None)


_RUN = {Through.AUTHORIZE: _authorize, Through.VERIFY: _verify, Through.HANDOFF: _hand_off}
