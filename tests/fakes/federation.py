"""The part of a tenant in memory that is about federated credentials and certificates."""

from dataclasses import replace
from itertools import count

from provision.errors import AlreadyExists, NotFound, RefusedError
from provision.tenant.application import Application
from provision.tenant.certificate import Certificate, KeyCredential
from provision.tenant.federated_credential import FederatedCredential, FederatedTrust
from tests.fakes.strangers import Strangers


class Federation(Strangers):
    """Trusts of applications, told apart by name."""

    def __init__(self) -> None:
        super().__init__()
        self._credential_numbers = count(1)

    def add_federated_credential(
        self, object_id: str, trust: FederatedTrust
    ) -> FederatedCredential:
        def add() -> FederatedCredential:
            self.found(object_id)
            held = self.content.federated.get(object_id, frozenset())
            if any(f.trust.name.casefold() == trust.name.casefold() for f in held):
                raise AlreadyExists(f"adding federated credential {trust.name}: it exists")
            _require_free_pair(held, trust)
            made = FederatedCredential(f"federated-{next(self._credential_numbers)}", trust)
            self.content.federated[object_id] = held | {made}
            return made

        return self.call("add_federated_credential", add)

    def update_federated_credential(
        self, object_id: str, credential_id: str, before: FederatedTrust, after: FederatedTrust
    ) -> None:
        def update() -> None:
            held = self.content.federated.get(object_id, frozenset())
            found = next((f for f in held if f.credential_id == credential_id), None)
            if found is None:
                raise NotFound(f"changing federated credential {credential_id}: not there")
            rest = held - {found}
            _require_free_pair(rest, after)
            kept = replace(after, name=found.trust.name)
            self.content.federated[object_id] = rest | {replace(found, trust=kept)}

        self.call("update_federated_credential", update)

    def remove_federated_credential(self, object_id: str, credential_id: str) -> None:
        def remove() -> None:
            held = self.content.federated.get(object_id, frozenset())
            left = frozenset(f for f in held if f.credential_id != credential_id)
            self.content.federated[object_id] = left

        self.call("remove_federated_credential", remove)

    def keys_of(self, application: Application | None) -> frozenset[KeyCredential]:
        """Return the key credentials of an application."""
        object_id = "" if application is None else application.object_id
        return self.content.keys.get(object_id, frozenset())

    def replace_certificates(
        self, object_id: str, kept: tuple[KeyCredential, ...], added: tuple[Certificate, ...]
    ) -> None:
        def write() -> None:
            self.found(object_id)
            held = self.content.keys.get(object_id, frozenset())
            if not set(kept) <= held:
                raise RefusedError(f"application {object_id}: a key that is not there has no key")
            self.content.keys[object_id] = frozenset(kept) | frozenset(map(_key, added))

        self.call("replace_certificates", write)


def _key(new: Certificate) -> KeyCredential:
    return KeyCredential(
        key_id=f"key-of-{new.thumbprint}",
        custom_key_identifier=new.thumbprint,
        display_name=new.subject,
        kind="AsymmetricX509Cert",
        usage="Verify",
        start=new.start_at.isoformat(),
        end=new.end_at.isoformat(),
    )


def _require_free_pair(held: frozenset[FederatedCredential], trust: FederatedTrust) -> None:
    if any((f.trust.issuer, f.trust.subject) == (trust.issuer, trust.subject) for f in held):
        raise RefusedError(f"federated credential {trust.name}: issuer and subject are taken")
