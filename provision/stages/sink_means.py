"""What sinks need of the machine, out of settings that somebody else has read."""

import platform
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from provision.handoff.email_oauth2_proxy import PASSWORD_SETTING
from provision.handoff.github_actions import SETTINGS
from provision.secret import Secret
from provision.stages.services import Services
from provision.stages.settings import secret_setting
from provision.stages.sink_making import MakeSink, Means, Writer, nowhere, sink_maker

ALLOWED_COMMANDS: Final = "PROVISION_ALLOW_COMMANDS"
_OWN_SECRET: Final = re.compile(r"PROVISION_\w*(?:KEY|PASSPHRASE|PASSWORD|SECRET)")
"""Names of the settings that no program of a manifest gets to see."""


def sinks_of_machine(
    settings: Mapping[str, str],
    writer: Writer | None,
    services: Services,
    vault_token: Callable[[], Secret],
    *,
    with_secrets: bool,
) -> MakeSink:
    """Return what makes sinks on this machine.

    Args:
        settings: By name, as in an environment.
        writer: None where there is no standard output.
        services: Whose cloud and clock count.
        vault_token: Signs the administrator in for Key Vault, when a vault is asked.
        with_secrets: Whether a worksheet shows the secrets.
    """
    means = Means(
        writer=writer or nowhere,
        with_secrets=with_secrets,
        environment=without_own_secrets(settings),
        allowed_programs=frozenset(settings.get(ALLOWED_COMMANDS, "").split()),
        runner_files={name: Path(settings[name]) for name in SETTINGS.values() if name in settings},
        is_azure_pipelines=settings.get("TF_BUILD", "").lower() == "true",
        cloud=services.cloud,
        vault_token=vault_token,
        clock=services.clock,
        provision=this_program(),
        host=platform.node() or "localhost",
        proxy_password=secret_setting(settings, PASSWORD_SETTING),
    )
    return sink_maker(means)


def this_program() -> tuple[str, ...]:
    """Return how another program runs this provision, whatever its path and directory are."""
    beside = Path(sys.executable).parent / "provision"
    return (str(beside),) if beside.exists() else (sys.executable, "-m", "provision")


def without_own_secrets(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the settings that programs of other people may see."""
    return {name: value for name, value in settings.items() if not _OWN_SECRET.fullmatch(name)}
