"""What every `Tenant` does about the bin, whatever it is made of.

Subclass it and provide the fixture `backend`.
"""

import pytest

from provision.errors import NotFound
from tests.contract.graph.backend import Backend
from tests.contract.graph.tenant_contract import NO_SUCH_ID, created, present, read


class DeletionContract:
    def test_an_application_that_is_deleted_lies_in_the_bin_as_it_was(self, backend: Backend):
        principal = present(backend)
        application = read(backend).application
        assert application is not None

        backend.tenant.delete_application(application.object_id)

        found = read(backend)
        assert found.deleted is not None
        assert (found.application, found.deleted.application) == (None, application)
        assert found.deleted_service_principal == principal.object_id

    def test_deleting_twice_is_no_error(self, backend: Backend):
        object_id = created(backend).object_id

        backend.tenant.delete_application(object_id)
        backend.tenant.delete_application(object_id)

        assert read(backend).application is None

    def test_restores_an_application_and_its_service_principal_one_by_one(self, backend: Backend):
        principal = present(backend)
        application = read(backend).application
        assert application is not None
        backend.tenant.delete_application(application.object_id)

        backend.tenant.restore(application.object_id)
        assert read(backend).service_principal is None
        backend.tenant.restore(principal.object_id)

        found = read(backend)
        assert (found.application, found.deleted) == (application, None)
        assert found.service_principal == principal

    def test_restores_nothing_that_is_not_in_the_bin(self, backend: Backend):
        with pytest.raises(NotFound):
            backend.tenant.restore(NO_SUCH_ID)

    def test_what_is_purged_is_no_longer_in_the_bin(self, backend: Backend):
        object_id = created(backend).object_id
        backend.tenant.delete_application(object_id)

        backend.tenant.purge(object_id)
        backend.tenant.purge(object_id)

        assert read(backend).deleted is None
