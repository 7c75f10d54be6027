"""What has to hold once a command has run to its end, seen through Graph and the token endpoint."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from provision.clock import SystemClock
from tests.e2e.workplace import OWNER, Workplace

FOREIGN = "Somebody else"
"""What another administrator names a secret of his."""
ADOPTED = "adopted.yaml"
"""Where `adopt` writes, beside a manifest that wants more of the same application."""
Problems = Callable[[Workplace, Sequence[Workplace]], list[str]]
_PREFIX = "MAIL_OAUTH_"
_HELD = ("client_secret", "refresh_token", "mailbox", "remembered_ids", "intent")
_BINS = ("application", "servicePrincipal")


def serves(*, secrets: int, named: str = "", each_host: bool = False) -> Problems:
    """Return the check of a registration that is as wanted, and whose secret works.

    Args:
        secrets: How many live ones of the wanted name there are.
        named: The wanted name; by default the application's.
        each_host: Whether another host may have one of its own besides.
    """

    def problems(work: Workplace, others: Sequence[Workplace]) -> list[str]:
        most = secrets + (len(others) if each_host else 0)
        return list(_unserved(work, others, range(secrets, most + 1), named or work.name))

    return problems


def trusts(work: Workplace, others: Sequence[Workplace]) -> list[str]:
    """Tell what is wrong with a registration that has one certificate and one trust besides."""
    found = serves(secrets=1)(work, others)
    application = work.levers.application(work.name)
    path = f"/applications/{application['id']}/federatedIdentityCredentials"
    found += _count("certificates", 1, application["keyCredentials"])
    found += _count("federated credentials", 1, work.levers.graph("GET", path)["value"])
    return found


def adopted(work: Workplace, others: Sequence[Workplace]) -> list[str]:
    """Tell what keeps what was adopted from being planned, and then from being changed.

    What another administrator wrote after it was read is drift, which the plan has to show.
    """
    found = []
    secrets = work.levers.application(work.name)["passwordCredentials"]
    usual = (0, 2) if any(s["displayName"] == FOREIGN for s in secrets) else (0,)
    for place in (work, *others):
        code = place.run("plan", "--file", ADOPTED, "--detailed-exitcode").code
        found += [f"the adopted manifest's plan ends with {code}"] if code not in usual else []
        found += _count("unfinished intents", 0, _rows(place, "intent"))
    for place in (work, *others):
        place.run("apply", "--yes")
    return found + serves(secrets=1)(work, others)


def renewed(work: Workplace, others: Sequence[Workplace]) -> list[str]:
    """Tell whether a mailbox lost its refresh token, or the newest one does not work."""
    found = []
    for place in (work, *others):
        tokens = _rows(place, "refresh_token")
        generations = [token["generation"] for token in tokens]
        suspect = [token["generation"] for token in tokens if token["suspect_reason"]]
        found += [f"generation {generation} is suspect" for generation in suspect]
        code = place.run("refresh", "--all").code
        if code or max(generations, default=0) == 0:
            found.append(f"refresh ends with {code}, after generations {generations}")
        code = place.run("token", "--mailbox", OWNER, shows_secrets=True).code
        found += [f"token ends with {code}"] if code else []
    return found


def gone(work: Workplace, others: Sequence[Workplace]) -> list[str]:
    """Tell what is left alive of an application, here and in the tenant."""
    return [
        *(f"application {a['id']} is alive" for a in work.levers.applications(work.name)),
        *(f"service principal {p['id']} is alive" for p in _principals(work, "displayName")),
        *(problem for place in (work, *others) for problem in _left_behind(place)),
    ]


def purged(work: Workplace, others: Sequence[Workplace]) -> list[str]:
    """Tell what is left of an application, the bin included."""
    found = [
        f"a deleted {kind} {item['id']} is in the bin"
        for kind in _BINS
        for item in work.levers.graph("GET", f"/directory/deletedItems/microsoft.graph.{kind}")[
            "value"
        ]
        if item["displayName"] == work.name
    ]
    return found + gone(work, others)


def _unserved(
    work: Workplace, others: Sequence[Workplace], secrets: range, named: str
) -> Iterator[str]:
    found = work.levers.applications(work.name)
    if len(found) != 1:
        yield f"{len(found)} applications"
        return
    (application,) = found
    client_id = application["appId"]
    yield from _count("service principals", 1, _principals(work, "appId", client_id))
    yield from _count("grants", 1, work.levers.grants(client_id))
    live = [p for p in application["passwordCredentials"] if _is_live(p)]
    wanted = [p for p in live if p["displayName"] == named]
    if len(wanted) not in secrets:
        yield f"{len(wanted)} live secrets named {named}, not {secrets[0]}"
    held = {place: _key_ids(place) for place in (work, *others)}
    for secret in live:
        is_ours = secret["displayName"] != FOREIGN
        if is_ours and not any(secret["keyId"] in ids for ids in held.values()):
            yield f"nobody holds secret {secret['keyId']}"
    newest = max(wanted, key=_age, default={"keyId": ""})["keyId"]
    if not any(newest in ids for ids in held.values()):
        yield f"nobody holds the newest secret {newest}"
    for place, ids in held.items():
        own = max((p for p in wanted if p["keyId"] in ids), key=_age, default=None)
        if own is not None:
            yield from _unusable(place, client_id, own["keyId"])
        yield from _unsettled(place)


def _count(what: str, wanted: int, found: Sequence[object]) -> Iterator[str]:
    if len(found) != wanted:
        yield f"{len(found)} {what}, not {wanted}"


def _unusable(place: Workplace, client_id: str, key_id: str) -> Iterator[str]:
    """Try the sink's secret, then the vault's: the sink is written from it once more."""
    first = _handed(place)
    if first.get("CLIENT_SECRET_KEY_ID") != key_id:
        yield f"the sink holds secret {first.get('CLIENT_SECRET_KEY_ID')}, not {key_id}"
    place.file("mail.env").unlink(missing_ok=True)
    place.run("apply", "--yes")
    second = _handed(place)
    if "CLIENT_SECRET" not in second:
        yield "the vault could not give the secret to an empty sink"
    for holder, handed in (("sink", first), ("vault", second)):
        refusal = _refusal(place, client_id, handed.get("CLIENT_SECRET", ""))
        if refusal:
            yield f"the {holder}'s secret gets no token: {refusal}"


def _unsettled(place: Workplace) -> Iterator[str]:
    code = place.run("plan", "--detailed-exitcode").code
    if code:
        yield f"plan --detailed-exitcode ends with {code}"
    yield from _count("unfinished intents", 0, _rows(place, "intent"))


def _left_behind(place: Workplace) -> Iterator[str]:
    for table in _HELD:
        yield from _count(f"rows of {table} in the vault", 0, _rows(place, table))
    if _handed(place):
        yield "the sink still holds values"


def _refusal(place: Workplace, client_id: str, secret: str) -> str:
    ready = place.levers.ready
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    try:
        place.levers.access_token(
            f"{ready.authority}/{ready.tenant_id}", scope=f"{ready.graph_resource}/.default", **form
        )
    except HTTPError as error:
        return error.read().decode()[:120]
    return ""


def _principals(work: Workplace, by: str, value: str = "") -> list[dict[str, Any]]:
    found = work.levers.graph("GET", f"/servicePrincipals?$filter={by} eq '{value or work.name}'")
    return list(found["value"])


def _handed(place: Workplace) -> dict[str, str]:
    path = place.file("mail.env")
    lines = path.read_text().splitlines() if path.exists() else []
    pairs = [
        line.removeprefix(_PREFIX).partition("=") for line in lines if line.startswith(_PREFIX)
    ]
    return {name: value.strip("'\"") for name, _, value in pairs}


def _key_ids(place: Workplace) -> set[str]:
    return {str(row["key_id"]) for row in _rows(place, "client_secret")}


def _rows(place: Workplace, table: str) -> list[sqlite3.Row]:
    path = Path(place.environment["PROVISION_VAULT"])
    if not path.exists():
        return []
    with closing(sqlite3.connect(path)) as vault:
        vault.row_factory = sqlite3.Row
        return vault.execute(f"SELECT * FROM {table}").fetchall()


def _age(secret: dict[str, Any]) -> str:
    return str(secret["startDateTime"])


def _is_live(secret: dict[str, Any]) -> bool:
    return datetime.fromisoformat(secret["endDateTime"]) > SystemClock().now()
