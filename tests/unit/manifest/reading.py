"""How the manifest tests read a text: a minimal manifest, changed in one place."""

from provision.errors import ManifestInvalid, Problem
from provision.manifest.load import read_manifest

MINIMAL = "tenant: contoso.onmicrosoft.com\napplication:\n  uniqueName: aem-forms-mail\n"


def problems_of(text: str) -> tuple[Problem, ...]:
    """Return what is wrong with a text; empty when it is a manifest."""
    try:
        read_manifest(text, "provision.yaml")
    except ManifestInvalid as invalid:
        return invalid.problems
    return ()


def only_problem(text: str) -> Problem:
    """Return the one problem of a text."""
    (problem,) = problems_of(text)
    return problem


def application(*lines: str) -> str:
    """Return the minimal manifest with further lines in its application section (from line 4)."""
    return MINIMAL + "".join(f"  {line}\n" for line in lines)


def mailboxes(*lines: str) -> str:
    """Return the minimal manifest with mailboxes in flow style (from line 5)."""
    return MINIMAL + "mailboxes:\n" + "".join(f"  - {line}\n" for line in lines)
