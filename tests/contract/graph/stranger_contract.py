"""What every `Tenant` does about applications that others made, whatever it is made of.

Subclass it and provide the fixture `backend`.
"""

import pytest

from provision.errors import NameTaken, RefusedError
from tests.contract.graph.backend import Backend
from tests.contract.graph.tenant_contract import NO_SUCH_ID, created, present, read, settings_of


class StrangerContract:
    def test_finds_an_application_by_its_client_id(self, backend: Backend):
        application = created(backend)

        found = backend.tenant.find_by_client_id(application.client_id)

        assert found is not None
        assert found.application == application

    def test_finds_nothing_by_a_client_id_that_nobody_has(self, backend: Backend):
        assert backend.tenant.find_by_client_id(NO_SUCH_ID) is None

    def test_finds_an_application_by_its_display_name(self, backend: Backend):
        application = created(backend)

        found = backend.tenant.find_by_display_name(settings_of(backend).display_name)

        assert [adoptee.application for adoptee in found] == [application]

    def test_shows_what_hangs_on_an_application_under_another_name(self, backend: Backend):
        principal = present(backend)
        other = f"{backend.unique_name[:60]}-two"

        snapshot = read(backend, unique_name=other, adoptee_client_id=principal.client_id)

        assert (snapshot.application, snapshot.service_principal) == (None, principal)

    def test_a_unique_name_that_it_has_may_be_set_again(self, backend: Backend):
        application = created(backend)

        backend.tenant.set_unique_name(application.object_id, backend.unique_name)

        assert read(backend).application == application

    def test_a_unique_name_is_never_changed(self, backend: Backend):
        application = created(backend)

        with pytest.raises(RefusedError):
            backend.tenant.set_unique_name(application.object_id, f"{backend.unique_name[:60]}-two")

    def test_gives_an_application_the_unique_name_that_it_lacks(self, backend: Backend):
        object_id = backend.make_nameless(settings_of(backend).display_name)

        backend.tenant.set_unique_name(object_id, backend.unique_name)

        shown = read(backend).application
        assert shown is not None
        assert shown.object_id == object_id

    def test_gives_nobody_a_unique_name_that_another_has(self, backend: Backend):
        created(backend)
        object_id = backend.make_nameless(settings_of(backend).display_name)

        with pytest.raises(NameTaken):
            backend.tenant.set_unique_name(object_id, backend.unique_name)
