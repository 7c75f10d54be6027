"""Hand-off to AEM's Cloud Manager: both secrets for the standard input of Adobe's own program."""

import json
from collections.abc import Callable
from typing import Final

from provision.errors import SinkFailed
from provision.handoff.osgi_settings import CLIENT_SECRET, REFRESH_TOKEN
from provision.handoff.port import Handover

# https://experienceleague.adobe.com/docs/experience-manager-cloud-service/content/implementing/deploying/configuring-osgi.html
_LONGEST: Final = 2048


class CloudManagerSink:
    """An array of variables on standard output, for a pipe. Nothing can be got back from it.

    Source:
        https://github.com/adobe/aio-cli-plugin-cloudmanager: `set-environment-variables
        --jsonStdin` reads objects with name, value and type; an empty value removes a variable.
    """

    name = "aem-cloud-secrets"
    holder = "aem-cloud-secrets on standard output"
    holds_secrets = False
    gives_secrets = True

    def __init__(self, environment: str | None, writer: Callable[[str], object]) -> None:
        """Take the environment's id, for the ledger, and what writes to standard output."""
        self._environment = environment
        self._writer = writer

    @property
    def copies(self) -> tuple[str, ...]:
        """Return the environment into which the program is to put them."""
        which = "environment" if self._environment is None else f"environment {self._environment}"
        return (f"AEM Cloud Service {which}, by pipe to aio",)

    def prepare(self) -> None:
        """Do nothing: the caller opened the stream, and refuses a terminal."""

    def keep(self, handover: Handover) -> None:
        """Write the variables; what nobody holds is left out, so that it stays as it is.

        Raises:
            SinkFailed: There is nothing to give, or a value is longer than Cloud Manager takes.
        """
        secret = None if handover.client_secret is None else handover.client_secret.secret
        values = {CLIENT_SECRET: secret, REFRESH_TOKEN: handover.refresh_token}
        variables = [
            {"name": name, "value": value.reveal(), "type": "secretString"}
            for name, value in values.items()
            if value is not None
        ]
        if not variables:
            raise SinkFailed(
                f"{self.name}: neither a client secret nor a refresh token is held here",
                hint="provision apply, then provision authorize",
            )
        for variable in variables:
            if len(variable["value"]) > _LONGEST:
                raise SinkFailed(
                    f"{self.name}: {variable['name']} has {len(variable['value'])} characters, and "
                    f"Cloud Manager takes {_LONGEST}: AEM would get none of it, or a piece",
                    hint="ask Adobe's support for a longer variable; nothing was written",
                )
        self._writer(json.dumps(variables, indent=2) + "\n")

    def clear(self, client_id: str) -> bool:  # noqa: ARG002  (a Sink)
        """Return False: what Cloud Manager holds, only Adobe's program can remove."""
        return False

    def held_key_id(self) -> str | None:
        """Return None: nobody can read them back."""
        return None
