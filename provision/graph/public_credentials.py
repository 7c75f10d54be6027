"""What an application proves itself with besides a secret: certificates, others' tokens."""

from typing import Protocol

from provision.graph.deleted_items import DeletedItems
from provision.graph.federated_credentials import FederatedRequests, parse_federated
from provision.graph.wire import Answer, GraphRequest
from provision.graph.write_requests import WriteRequests
from provision.tenant.certificate import Certificate, KeyCredential
from provision.tenant.federated_credential import FederatedCredential, FederatedTrust


class Send(Protocol):
    """Sends a write, and waits where what it names may only be late."""

    def __call__(self, request: GraphRequest, *ids: str) -> Answer:
        """Return a success; `ids` are those whose absence may only be a delay."""
        ...


class PublicCredentials:
    """Writes them; the port `Tenant` says what each of these does."""

    def __init__(
        self, send: Send, writes: WriteRequests, federated: FederatedRequests, bin_: DeletedItems
    ) -> None:
        self._send = send
        self._writes = writes
        self._federated = federated
        self._bin = bin_

    def add(self, object_id: str, trust: FederatedTrust) -> FederatedCredential:
        """Let somebody's tokens stand for an application."""
        answer = self._send(self._federated.add(object_id, trust), object_id)
        return parse_federated(answer.body if isinstance(answer.body, dict) else {})

    def change(
        self, object_id: str, credential_id: str, before: FederatedTrust, after: FederatedTrust
    ) -> None:
        """Write what differs about a trust."""
        self._send(self._federated.change(object_id, credential_id, before, after), object_id)

    def remove(self, object_id: str, credential_id: str) -> None:
        """End a trust."""
        self._bin.delete(self._federated.remove(object_id, credential_id))

    def replace_certificates(
        self, object_id: str, kept: tuple[KeyCredential, ...], added: tuple[Certificate, ...]
    ) -> None:
        """Make the key credentials these."""
        self._send(self._writes.replace_certificates(object_id, kept, added), object_id)
