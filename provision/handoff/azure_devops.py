"""Hand-off to Azure Pipelines: output variables by logging commands, secret ones masked."""

from collections.abc import Callable, Iterator
from typing import Final

from provision.errors import SinkFailed
from provision.handoff.port import Handover
from provision.handoff.stored_values import combined
from provision.handoff.variables import SECRETS, variables

# https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
# https://github.com/microsoft/azure-pipelines-agent: CommandStringConvertor, percent first.
_ESCAPES: Final = (
    ("%", "%AZP25"),
    (";", "%3B"),
    ("\r", "%0D"),
    ("\n", "%0A"),
    ("]", "%5D"),
)


class AzureDevOpsSink:
    """Logging commands that the agent reads from standard output, where nothing stays."""

    name = "azure-devops"
    holds_secrets = False

    def __init__(self, writer: Callable[[str], object], *, is_agent: bool) -> None:
        """Take the agent's log.

        Args:
            writer: Writes a text to standard output.
            is_agent: Whether an agent reads it.
        """
        self._writer = writer
        self._is_agent = is_agent

    @property
    def holder(self) -> str:
        """Return `azure-devops` and where its commands go."""
        return f"{self.name} standard output"

    def prepare(self) -> None:
        """Prove that an agent reads what is written: without one, nothing would be masked.

        Raises:
            SinkFailed: None does.
        """
        if not self._is_agent:
            raise SinkFailed(
                "azure-devops: TF_BUILD is not set, so no agent of Azure Pipelines would mask the "
                "secrets",
                hint="keep this hand-off in a manifest that only pipelines use",
            )

    def keep(self, handover: Handover) -> None:
        """Mask every secret, then set the variables.

        Raises:
            SinkFailed: There is no agent, or standard output must not be written.
        """
        self.prepare()
        values = variables(combined(handover, None))
        self._writer("".join(_commands(values)))

    def clear(self, client_id: str) -> bool:  # noqa: ARG002  (a Sink)
        """Return False: nothing of it outlives the job."""
        return False

    def held_key_id(self) -> str | None:
        """Return None: the agent keeps the variables to itself."""
        return None


def _commands(values: dict[str, str]) -> Iterator[str]:
    for name in SECRETS:
        if name in values:
            yield f"##vso[task.setsecret]{_escaped(values[name])}\n"
    for name, value in values.items():
        secret = "issecret=true;" if name in SECRETS else ""
        properties = f"variable={name};{secret}isoutput=true"
        yield f"##vso[task.setvariable {properties}]{_escaped(value)}\n"


def _escaped(text: str) -> str:
    for character, written in _ESCAPES:
        text = text.replace(character, written)
    return text
