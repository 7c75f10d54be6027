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

_GRAVITY = ("bad", "warning")


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
    manifest: Manifest, services: Services, administrator: Callable[[], AdministratorServices]
) -> Diagnosis:
    """Look at the administrator, the tenant's policies and the registration; never writes.

    Args:
        manifest: What is wanted.
        services: Whom to call.
        administrator: Signs the administrator in.

    Raises:
        UsageError: A setting is wrong, so that nothing can be looked at.
    """
    machine = _machine(services)
    troubles: list[ProvisionError] = []
    try:
        admin = administrator()
        caller = admin.tenant.caller()
    except UsageError:
        raise
    except ProvisionError as error:
        sections = (Section("administrator", (failed(error),)), *machine)
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
            *machine,
        ),
        any(isinstance(error, TemporaryError) for error in troubles),
    )


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
