"""GraphTenant keeps the contract of the port: on the sandbox, on a cassette, on a tenant."""

from tests.contract.graph.certificate_contract import CertificateContract
from tests.contract.graph.deletion_contract import DeletionContract
from tests.contract.graph.federated_contract import FederatedContract
from tests.contract.graph.stranger_contract import StrangerContract
from tests.contract.graph.tenant_contract import TenantContract


class TestGraphTenant(
    TenantContract, DeletionContract, StrangerContract, FederatedContract, CertificateContract
):
    pass
