"""Settings out of an environment that is passed: several names for one, and credentials."""

from collections.abc import Mapping

from provision.errors import UsageError
from provision.secret import Secret


def setting(environ: Mapping[str, str], *names: str) -> str | None:
    """Return an environment variable that goes by several names.

    Raises:
        UsageError: Two of them are set and differ.
    """
    found = {name: environ[name] for name in names if environ.get(name)}
    if len(set(found.values())) > 1:
        raise UsageError(
            f"{' and '.join(found)} are both set and differ",
            hint=f"unset one of them: unset {names[-1]}",
        )
    return next(iter(found.values()), None)


def secret_setting(environ: Mapping[str, str], *names: str) -> Secret | None:
    """Return a credential that goes by several names.

    Raises:
        UsageError: Two of them are set and differ.
    """
    value = setting(environ, *names)
    return None if value is None else Secret(value)
