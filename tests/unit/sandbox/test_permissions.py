"""The sandbox's access table against Microsoft's own list of permissions, path by path."""

import json
from itertools import chain
from pathlib import Path
from typing import Final

import pytest

from provision.sandbox.graph.dispatch import ROUTES

LIST: Final = (
    Path(__file__).parents[4] / "shared" / "microsoft" / "data"
) / "permissions-by-path-2026-08.json"
SCHEMES: Final = ("DelegatedWork", "DelegatedPersonal", "Application")
Allowed = dict[str, frozenset[str]]

# Routes that the list writes as something else.
WRITTEN_AS: Final = {
    ("POST", "/applications/{id}/owners/$ref"): "/applications/{id}/owners",
    ("POST", "/serviceprincipals/{id}/owners/$ref"): "/serviceprincipals/{id}/owners",
}
# Where the sandbox takes other permissions than the list, and why.
DIFFERENT: Final = {
    ("POST", "/applications/{id}/owners/$ref"): "Directory.Read.All is what is needed besides",
    ("POST", "/serviceprincipals/{id}/owners/$ref"): "Directory.Read.All is needed besides",
    ("POST", "/directory/deleteditems/{id}/restore"): "the list names users and agents alone",
}


def served() -> dict[tuple[str, str], Allowed]:
    """Return what the sandbox takes, by verb and path as the list writes it."""
    return {
        (route.method, "/" + "/".join(route.pattern).replace("*", "{id}")): {
            "DelegatedWork": route.permit.work,
            "DelegatedPersonal": route.permit.personal,
            "Application": route.permit.application or frozenset(),
        }
        for route in ROUTES
    }


def listed() -> dict[tuple[str, str], Allowed]:
    """Return what Microsoft takes, by verb and path in lower case."""
    paths = json.loads(LIST.read_text(encoding="utf-8"))["paths"]
    pairs = chain.from_iterable(((path, verb) for verb in verbs) for path, verbs in paths.items())
    return {
        (verb, path.lower()): {
            scheme: frozenset(e["permission"] for e in paths[path][verb] if scheme in e["schemes"])
            for scheme in SCHEMES
        }
        for path, verb in pairs
    }


@pytest.mark.skipif(not LIST.exists(), reason="the shared list of permissions is not here")
def test_every_route_takes_the_permissions_that_microsoft_lists() -> None:
    theirs, ours = listed(), served()
    compared = {route: (route[0], WRITTEN_AS.get(route, route[1])) for route in ours}
    known = {route: key for route, key in compared.items() if key in theirs}

    different = {route for route, key in known.items() if ours[route] != theirs[key]}
    assert len(known) >= 45
    assert different == set(DIFFERENT), {
        route: {s: ours[route][s] ^ theirs[known[route]][s] for s in SCHEMES}
        for route in different ^ set(DIFFERENT)
    }


def test_no_route_is_open_to_everybody() -> None:
    assert all(route.permit.work for route in ROUTES)
