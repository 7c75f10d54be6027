"""Our client at a login host: on the sandbox, on a cassette, and without a person on a tenant."""

from tests.contract.oauth.endpoint_contract import EndpointContract, OwnerContract


class TestEndpoint(EndpointContract):
    pass


class TestOwner(OwnerContract):
    pass
