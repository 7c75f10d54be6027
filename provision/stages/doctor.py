"""Find out why it fails here: whatever can be known without changing anything, section by section.

Another section is another function here that returns findings, and a line in `examine`.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from provision.errors import ProvisionError, TemporaryError, UsageError
from provision.manifest.model import Manifest
from provision.plan.findings import (
    Facts,
    Finding,
    administrator_findings,
    failed,
    policy_findings,
    registration_findings,
)
from provision.plan.machine_findings import machine_findings
from provision.stages.doctor_machine import look_around
from provision.stages.doctor_mailboxes import look_into
from provision.stages.plan import patient_look, read_tenant
from provision.stages.registration import registration_of
from provision.stages.services import AdministratorServices, Services
from provision.stages.standing import Status

_GRAVITY = ("bad", "warning")
_TOLD_ELSEWHERE = {("refreshToken", "missing"), ("application", "missing")}
"""What the sections of the mailboxes and of the registration say by themselves."""


@dataclass(frozen=True, slots=True)
class Section:
    """What was looked at under one heading."""

    name: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Everything that was found."""

    sections: tuple[Section, ...]
    is_temporary: bool
    """Whether something did not answer: then the rest says little."""

    @property
    def findings(self) -> Iterator[Finding]:
        """Every finding, in order."""
        return (finding for section in self.sections for finding in section.findings)

    @property
    def is_fine(self) -> bool:
        """Whether nothing stops anything."""
        return all(finding.mark != "bad" for finding in self.findings)

    @property
    def first(self) -> Finding | None:
        """What to do first; None when there is nothing to do."""
        todo = [f for f in self.findings if f.mark in _GRAVITY and f.then]
        return min(todo, key=_urgency, default=None)


def examine(
    manifest: Manifest,
    services: Services,
    administrator: Callable[[], AdministratorServices],
    status: Callable[[], Status],
) -> Diagnosis:
    """Look at the administrator, the tenant's policies and the registration; never writes.

    Args:
        manifest: What is wanted.
        services: Whom to call.
        administrator: Signs the administrator in.
        status: Tells what is held here.

    Raises:
        UsageError: A setting is wrong, so that nothing can be looked at.
    """
    here = (*_held(status), *_machine(services))
    troubles: list[ProvisionError] = []
    try:
        admin = administrator()
        caller = admin.tenant.caller()
    except UsageError:
        raise
    except ProvisionError as error:
        sections = (Section("administrator", (failed(error),)), *here)
        return Diagnosis(sections, isinstance(error, TemporaryError))
    facts = Facts(manifest, caller, None, None, services.clock.now())
    logins: tuple[Finding, ...] = ()
    try:
        seen = patient_look(manifest, services, admin)
        facts = replace(facts, snapshot=seen.snapshot, plan=seen.plan)
        if seen.snapshot.application is not None and services.peers is not None:
            logins = look_into(manifest, registration_of(manifest, seen, services), services)
    except UsageError:
        raise
    except ProvisionError as error:
        troubles.append(error)
        if not isinstance(error, TemporaryError):
            # Where no plan can be made, what was read says something all the same.
            with suppress(ProvisionError):
                facts = replace(facts, snapshot=read_tenant(manifest, services, admin))
    return Diagnosis(
        (
            Section("administrator", tuple(administrator_findings(facts))),
            Section("policies", tuple(policy_findings(facts))),
            Section("registration", (*map(failed, troubles), *_registration(facts, troubles))),
            *((Section("mailboxes", logins),) if logins else ()),
            *here,
        ),
        any(isinstance(error, TemporaryError) for error in troubles),
    )


def _held(status: Callable[[], Status]) -> tuple[Section, ...]:
    try:
        found = status()
    except ProvisionError as error:
        return (Section("held here", (Finding("unknown", error.message, error.hint),)),)
    todo = tuple(
        Finding("warning", due.in_words, due.then)
        for due in found.to_do
        if (due.kind, due.state) not in _TOLD_ELSEWHERE
    )
    first = next((due.dies_at for due in found.dues if due.dies_at and due.state == "good"), None)
    well = "nothing that is held here is due" + (f" before {first:%Y-%m-%d}" if first else "")
    return (Section("held here", todo or (Finding("good", well),)),)


def _machine(services: Services) -> tuple[Section, ...]:
    if services.peers is None:
        return ()
    found = machine_findings(look_around(services, services.peers))
    return (Section("this machine", tuple(found)),)


def _urgency(finding: Finding) -> tuple[int, bool]:
    is_ours = finding.mark == "bad" or finding.then.startswith("provision ")
    return _GRAVITY.index(finding.mark), not is_ours


def _registration(facts: Facts, troubles: list[ProvisionError]) -> Iterable[Finding]:
    return () if troubles else registration_findings(facts)
