"""Office 365 mail OAuth as code: from one manifest to a mailbox that lets you in."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from provision.errors import ManifestInvalid, ProvisionError
    from provision.manifest.load import load_manifest
    from provision.manifest.model import Manifest
    from provision.plan.planner import Plan
    from provision.secret import Secret
    from provision.stages.progress import Report
    from provision.stages.session import Session
    from provision.stages.sign_in_way import SignInWay, Surface
    from provision.tenant.registration import Registration

__all__ = [
    "Manifest",
    "ManifestInvalid",
    "Plan",
    "ProvisionError",
    "Registration",
    "Secret",
    "Session",
    "SignInWay",
    "Surface",
    "connect",
    "load_manifest",
]

_HOMES = {
    "Manifest": "provision.manifest.model",
    "ManifestInvalid": "provision.errors",
    "Plan": "provision.plan.planner",
    "ProvisionError": "provision.errors",
    "Registration": "provision.tenant.registration",
    "Secret": "provision.secret",
    "Session": "provision.stages.session",
    "SignInWay": "provision.stages.sign_in_way",
    "Surface": "provision.stages.sign_in_way",
    "load_manifest": "provision.manifest.load",
}


def connect(  # noqa: PLR0913  (one path; everything else is a keyword with a default)
    path: "Path | str" = "provision.yaml",
    *,
    cloud: str | None = None,
    trusted_hosts: "Sequence[str]" = (),
    client_secret: "Secret | None" = None,
    may_open_browser: bool = False,
    with_secrets: bool = False,
    report: "Report | None" = None,
) -> "AbstractContextManager[Session]":
    """Open a manifest's session; nothing talks until one of its stages is called.

    Settings are read where the command line reads them: `AZURE_*` and `ARM_*` say who administers,
    `PROVISION_VAULT` where the vault is.

    Args:
        path: The manifest.
        cloud: A cloud's name or file, in place of the manifest's.
        trusted_hosts: Hosts of a cloud file that may get credentials, besides this machine's.
        client_secret: Wins over the vault's.
        may_open_browser: Whether the administrator may be asked to sign in there.
        with_secrets: Whether an AEM worksheet shows secrets.
        report: Told what happens, event by event.
    """
    from pathlib import Path  # noqa: PLC0415  (`provision token` must not pay for any of these)

    from provision import wiring  # noqa: PLC0415

    return wiring.open_session(
        wiring.Place(Path(path), cloud, tuple(trusted_hosts)),
        report or (lambda _event: None),
        wiring.Choices(
            with_secrets=with_secrets,
            may_open_browser=may_open_browser,
            client_secret=client_secret,
        ),
    )


def __getattr__(name: str) -> object:
    """Import a public name when somebody asks for it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415  (see connect)

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted({*globals(), *__all__})
