"""What an application proves itself with besides a secret: certificates, others' tokens."""

from typing import Protocol

from provision.errors import AlreadyExists
from provision.graph.deleted_items import DeletedItems
from provision.graph.federated_credentials import FederatedRequests, parse_federated
from provision.graph.read_after_write import Expectations
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
        self,
        send: Send,
        writes: WriteRequests,
        federated: FederatedRequests,
        bin_: DeletedItems,
        expectations: Expectations,
    ) -> None:
        self._send = send
        self._writes = writes
        self._federated = federated
        self._bin = bin_
        self._expectations = expectations

    def add(self, object_id: str, trust: FederatedTrust) -> FederatedCredential:
        """Let somebody's tokens stand for an application."""
        try:
            answer = self._send(self._federated.add(object_id, trust), object_id)
        except AlreadyExists:
            self._expectations.expect_trust_named(object_id, trust.name)
            raise
        made = parse_federated(answer.body if isinstance(answer.body, dict) else {})
        self._expectations.note_fresh(made.credential_id)
        self._expectations.expect_trust(object_id, made)
        return made

    def change(
        self, object_id: str, credential_id: str, before: FederatedTrust, after: FederatedTrust
    ) -> None:
        """Write what differs about a trust."""
        write = self._federated.change(object_id, credential_id, before, after)
        self._send(write, object_id, credential_id)
        self._expectations.expect_new_trust(object_id, credential_id, before, after)

    def remove(self, object_id: str, credential_id: str) -> None:
        """End a trust."""
        is_fresh = self._expectations.is_fresh(credential_id)
        self._bin.delete(self._federated.remove(object_id, credential_id), is_fresh=is_fresh)
        self._expectations.expect_no_trust(object_id, credential_id)

    def replace_certificates(
        self, object_id: str, kept: tuple[KeyCredential, ...], added: tuple[Certificate, ...]
    ) -> None:
        """Make the key credentials these."""
        self._send(self._writes.replace_certificates(object_id, kept, added), object_id)
        key_ids = frozenset(key.key_id for key in kept)
        self._expectations.expect_certificates(object_id, key_ids, added)
