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

_MANAGER: Final = "app.kubernetes.io/managed-by"
_ANNOTATION: Final = "provision"
"""What the names of our annotations begin with."""


@dataclass(frozen=True, slots=True)
class SecretName:
    """What the Secret is called."""

    name: str
    namespace: str | None
    """None leaves it to whoever applies the file."""


class KubernetesSink:
    """A Secret of type Opaque whose keys are the dotenv variables, for `envFrom`."""

    name = "kubernetes"

    def __init__(self, place: Place, called: SecretName) -> None:
        self._place = place
        self._called = called

    @property
    def holder(self) -> str:
        """Return `kubernetes` and the file."""
        return f"{self.name} {self._place.label}"

    @property
    def holds_secrets(self) -> bool:
        """Tell that a file does, and a stream does not."""
        return self._place.is_kept

    def prepare(self) -> None:
        """Prove that the file can be replaced, and that it is a Secret of ours if it exists.

        Raises:
            SinkFailed: It cannot, or it is something else.
        """
        self._place.prepare()
        self._stored()

    def keep(self, handover: Handover) -> None:
        """Replace the file.

        Raises:
            SinkFailed: The file cannot be written, or is something else.
        """
        holding = combined(handover, self._stored())
        unique_name = handover.registration.unique_name
        written = yaml.safe_dump(self._secret(holding, unique_name), sort_keys=False)
        self._place.write(written)

    def clear(self, client_id: str) -> bool:
        """Remove the file if it is this application's; what was applied to a cluster stays."""
        stored = self._stored()
        if stored is None or stored.client_id != client_id:
            return False
        self._place.remove()
        return True

    def held_key_id(self) -> str | None:
        """Return the key id stored beside the client secret."""
        stored = self._stored()
        return None if stored is None else stored.key_id

    def _stored(self) -> Holding | None:
        text = self._place.read()
        if text is None or not text.strip():
            return None
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
