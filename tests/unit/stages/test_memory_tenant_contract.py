"""The tenant in memory keeps the contract of the port, or the tests beside it prove nothing."""

import pytest

from tests.contract.graph.backend import Backend, name_of
from tests.contract.graph.certificate_contract import CertificateContract
from tests.contract.graph.deletion_contract import DeletionContract
from tests.contract.graph.federated_contract import FederatedContract
from tests.contract.graph.stranger_contract import StrangerContract
from tests.contract.graph.tenant_contract import TenantContract
from tests.fakes.tenant import MemoryTenant


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> Backend:
    tenant = MemoryTenant()
    tenant.users["forms@contoso.com"] = "user-1"
    name = name_of(request.node.originalname)
    return Backend(tenant, name, tenant.remove, tenant.make_nameless)


class TestMemoryTenant(
    TenantContract, DeletionContract, StrangerContract, FederatedContract, CertificateContract
):
    pass
