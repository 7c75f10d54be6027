"""The commands that are driven, each from a beginning of its own to what has to hold in the end."""

import secrets
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from provision.clock import SystemClock
from tests.chaos.invariants import (
    ADOPTED,
    Problems,
    adopted,
    gone,
    purged,
    renewed,
    serves,
    trusts,
)
from tests.e2e.workplace import Visit, Workplace
from tests.given_certificate import pem

_HANDOFF = "handoff: [{to: dotenv, path: mail.env}]\n"
_ORGANISATIONS = "  manage: partial\n  signInAudience: AzureADMultipleOrgs\n"
_CHANGED = (
    "  permissions: [IMAP.AccessAsUser.All, POP.AccessAsUser.All, SMTP.Send, User.Read,\n"
    "    Mail.Read, offline_access, Contacts.Read]\n"
    "  web: {redirectUris: [http://localhost, https://mail.example/back]}\n"
    "  secret: {displayName: another}\n"
)
_TRUSTS = (
    "  federatedCredentials:\n"
    "    - {name: main, github: contoso/mail, ownerId: 7, repositoryId: 8, branch: main}\n"
)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One command, what was there before, and what has to hold after the next clean run of it."""

    name: str
    begin: Callable[[Workplace], tuple[str, ...]]
    """Makes what was there before; returns the command as it is typed."""
    problems: Problems
    """What is wrong after the next run, in sentences; also given the other hosts."""
    makes_application: bool = False
    """Whether there is none before."""
    is_repeatable: bool = True
    """Whether it may be typed once more after it succeeded; else it names what is gone by then."""
    gives: Callable[[Workplace, Workplace], object] = lambda work, other: None
    """Brings to another host what it needs of this one before it runs the command, too."""


def _registered(work: Workplace, application: str = "") -> None:
    work.write_manifest(_HANDOFF, application=_ORGANISATIONS + application)
    work.done("apply", "--yes")


def _new(work: Workplace) -> tuple[str, ...]:
    work.write_manifest(_HANDOFF, application="  manage: partial\n")
    return ("apply", "--yes")


def _changed(work: Workplace) -> tuple[str, ...]:
    _registered(work)
    work.write_manifest(_HANDOFF, application=_ORGANISATIONS + _CHANGED)
    return ("apply", "--yes")


def _trusting(work: Workplace) -> tuple[str, ...]:
    _registered(work)
    file = work.file("first.pem")
    file.write_bytes(pem("first"))
    more = f"  certificates: [{file}]\n{_TRUSTS}"
    work.write_manifest(_HANDOFF, application=_ORGANISATIONS + more)
    return ("apply", "--yes")


def _deleted(work: Workplace) -> tuple[str, ...]:
    _registered(work)
    work.levers.graph("DELETE", f"/applications/{work.levers.application(work.name)['id']}")
    return ("apply", "--yes", "--restore")


def _due(work: Workplace) -> tuple[str, ...]:
    _registered(work, "  secret: {lifetime: 10d, rotateBefore: 5d}\n")
    work.write_manifest(_HANDOFF, application=_ORGANISATIONS)
    return ("rotate", "--yes")


def _full(work: Workplace) -> tuple[str, ...]:
    work.write_manifest(_HANDOFF)
    work.done("apply", "--yes")
    (old,) = work.levers.application(work.name)["passwordCredentials"]
    work.done("rotate", "--now", "--yes")
    return ("rotate", "--retire", old["keyId"], "--yes")


def _doomed(work: Workplace) -> tuple[str, ...]:
    _registered(work)
    return ("destroy", "--yes")


def _doomed_for_good(work: Workplace) -> tuple[str, ...]:
    _registered(work)
    return ("destroy", "--purge", "--yes")


def _strangers(work: Workplace) -> tuple[str, ...]:
    work.write_manifest(_HANDOFF, application=_ORGANISATIONS)
    graph = work.levers.graph
    body = {"displayName": work.name, "signInAudience": "AzureADMultipleOrgs"}
    application = graph("POST", "/applications", body)
    graph("POST", "/servicePrincipals", {"appId": application["appId"]})
    end_at = SystemClock().now() + timedelta(days=300)
    wanted = {"displayName": work.name, "endDateTime": end_at.isoformat()}
    path = f"/applications/{application['id']}/addPassword"
    secret = graph("POST", path, {"passwordCredential": wanted})
    work.environment["PROVISION_CLIENT_SECRET"] = str(secret["secretText"])
    which = ("--client-id", str(application["appId"]), "--secret-key-id", str(secret["keyId"]))
    where = ("--tenant", "contoso.com", "--cloud", str(work.levers.ready_file), "--file", ADOPTED)
    return ("adopt", *which, *where, "--unique-name", work.name, "--yes")


def _signed_in(work: Workplace) -> tuple[str, ...]:
    work.write_manifest(_HANDOFF)
    work.done("apply", "--yes", "--through", "authorize", visit=Visit())
    return ("refresh", "--all")


def _moved(work: Workplace, other: Workplace) -> None:
    """Give another host the sign-in: both have the same refresh token from then on."""
    key = b64encode(secrets.token_bytes(32)).decode()
    for place, verb in ((work, "export"), (other, "import")):
        place.environment["PROVISION_EXPORT_KEY"] = key
        place.done("vault", verb, str(work.file("moving.json")))


SCENARIOS = (
    Scenario("apply (new)", _new, serves(secrets=1), makes_application=True),
    Scenario("apply (changed)", _changed, serves(secrets=1, named="another")),
    Scenario("apply (trusting)", _trusting, trusts),
    Scenario("apply (restored)", _deleted, serves(secrets=1)),
    Scenario("adopt", _strangers, adopted, is_repeatable=False),
    Scenario("rotate (due)", _due, serves(secrets=2, each_host=True)),
    Scenario("rotate (retire)", _full, serves(secrets=1), is_repeatable=False),
    Scenario("refresh", _signed_in, renewed, gives=_moved),
    Scenario("destroy", _doomed, gone),
    Scenario("destroy (purge)", _doomed_for_good, purged),
)
