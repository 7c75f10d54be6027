"""What every `Tenant` does about federated credentials, whatever it is made of.

Subclass it and provide the fixture `backend`.
"""

from dataclasses import replace

import pytest

from provision.errors import AlreadyExists, RefusedError
from provision.tenant.federated_credential import FederatedCredential, FederatedTrust
from tests.contract.graph.backend import Backend
from tests.contract.graph.tenant_contract import created, read

TRUST = FederatedTrust(
    name="main",
    issuer="https://token.actions.githubusercontent.com",
    subject="repo:contoso/mail:ref:refs/heads/main",
    audience="api://AzureADTokenExchange",
)


def held(backend: Backend) -> frozenset[FederatedCredential] | None:
    return read(backend, wants_federated=True).federated_credentials


class FederatedContract:
    def test_shows_federated_credentials_only_when_asked(self, backend: Backend):
        created(backend)

        assert read(backend).federated_credentials is None
        assert held(backend) == frozenset()

    def test_shows_none_where_there_is_no_application(self, backend: Backend):
        assert held(backend) == frozenset()

    def test_adds_a_federated_credential(self, backend: Backend):
        application = created(backend)

        made = backend.tenant.add_federated_credential(application.object_id, TRUST)

        assert made.trust == TRUST
        assert held(backend) == frozenset({made})

    def test_a_federated_credential_may_be_read_by_client_id(self, backend: Backend):
        application = created(backend)
        made = backend.tenant.add_federated_credential(application.object_id, TRUST)
        asked = {"wants_federated": True, "adoptee_client_id": application.client_id}

        found = read(backend, unique_name=f"{backend.unique_name[:60]}-two", **asked)

        assert found.federated_credentials == frozenset({made})

    def test_a_name_of_a_federated_credential_is_given_once(self, backend: Backend):
        application = created(backend)
        backend.tenant.add_federated_credential(application.object_id, TRUST)
        other = replace(TRUST, name="MAIN", subject="another")

        with pytest.raises(AlreadyExists):
            backend.tenant.add_federated_credential(application.object_id, other)

    def test_issuer_and_subject_are_trusted_once(self, backend: Backend):
        application = created(backend)
        backend.tenant.add_federated_credential(application.object_id, TRUST)

        with pytest.raises(RefusedError):
            backend.tenant.add_federated_credential(
                application.object_id, replace(TRUST, name="other")
            )

    def test_changes_what_differs_about_a_federated_credential(self, backend: Backend):
        application = created(backend)
        made = backend.tenant.add_federated_credential(application.object_id, TRUST)
        after = replace(TRUST, subject="repo:contoso/mail:pull_request")

        backend.tenant.update_federated_credential(
            application.object_id, made.credential_id, TRUST, after
        )

        assert held(backend) == frozenset({replace(made, trust=after)})

    def test_removing_a_federated_credential_twice_is_no_error(self, backend: Backend):
        application = created(backend)
        made = backend.tenant.add_federated_credential(application.object_id, TRUST)

        backend.tenant.remove_federated_credential(application.object_id, made.credential_id)
        backend.tenant.remove_federated_credential(application.object_id, made.credential_id)

        assert held(backend) == frozenset()
