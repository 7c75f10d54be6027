"""Hand-off format `kubernetes`: a Secret for `kubectl apply`, in a private file."""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any, Final

import yaml

from provision.errors import SinkFailed
from provision.handoff.destinations import Place
from provision.handoff.port import Handover
from provision.handoff.stored_values import Holding, combined, utc_text
from provision.handoff.variables import holding_of, variables
from provision.handoff.whole_file import WholeFileSink

_MANAGER: Final = "app.kubernetes.io/managed-by"
_ANNOTATION: Final = "provision"
"""What the names of our annotations begin with."""


@dataclass(frozen=True, slots=True)
class SecretName:
    """What the Secret is called."""

    name: str
    namespace: str | None
    """None leaves it to whoever applies the file."""


class KubernetesSink(WholeFileSink):
    """A Secret of type Opaque whose keys are the dotenv variables, for `envFrom`."""

    name = "kubernetes"

    def __init__(self, place: Place, called: SecretName) -> None:
        super().__init__(place)
        self._called = called

    def keep(self, handover: Handover) -> None:
        """Replace the file.

        Raises:
            SinkFailed: The file cannot be written, or is something else.
        """
        holding = combined(handover, self._stored())
        unique_name = handover.registration.unique_name
        written = yaml.safe_dump(self._secret(holding, unique_name), sort_keys=False)
        self._place.write(written)

    def _parsed(self, text: str) -> Holding:
        try:
            found: Any = yaml.safe_load(text)
            metadata = found["metadata"]
            if found["kind"] != "Secret" or metadata["labels"][_MANAGER] != "provision":
                raise self._foreign()
            values = {
                str(key): b64decode(value, validate=True).decode()
                for key, value in (found.get("data") or {}).items()
            }
            annotations = metadata.get("annotations") or {}
            return holding_of(values, annotations.get(f"{_ANNOTATION}/mailbox"))
        except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError):
            # Not chained: what these errors say may quote the file.
            raise self._foreign() from None

    def _foreign(self) -> SinkFailed:
        return SinkFailed(
            f"{self._place.label}: holds something else than a Secret by provision, and would be "
            "replaced",
            hint="name another path in the manifest's `handoff`, or move the file away",
        )

    def _secret(self, holding: Holding, unique_name: str) -> dict[str, object]:
        secret = holding.client_secret
        annotations = {
            "unique-name": unique_name,
            "mailbox": holding.mailbox,
            "client-secret-key-id": holding.key_id,
            "client-secret-expires-at": (
                None if secret is None or secret.end_at is None else utc_text(secret.end_at)
            ),
        }
        metadata: dict[str, object] = {"name": self._called.name}
        if self._called.namespace is not None:
            metadata["namespace"] = self._called.namespace
        metadata["labels"] = {_MANAGER: "provision"}
        metadata["annotations"] = {
            f"{_ANNOTATION}/{name}": value for name, value in annotations.items() if value
        }
        # `data`, not `stringData`: a key that is gone from the file is then gone from the cluster.
        data = {
            key: b64encode(value.encode()).decode() for key, value in variables(holding).items()
        }
        return {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": metadata,
            "type": "Opaque",
            "data": data,
        }
