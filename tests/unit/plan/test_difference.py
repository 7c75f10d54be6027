"""A change as a person reads it, where no plan's table shows it."""

from provision.plan.application import desired_settings
from provision.plan.changes import CreateApplication
from provision.plan.difference import fields
from provision.plan.resource_access import described
from provision.tenant.application import MICROSOFT_GRAPH, ResourceAccess
from tests.unit.plan.test_properties import MANIFEST

READ_ID = "570282fd-fa5c-430d-a7fd-fc8dc98a9dca"


def test_a_permission_is_called_by_its_name() -> None:
    assert described(ResourceAccess(MICROSOFT_GRAPH, READ_ID, "Scope")) == "Mail.Read"


def test_a_permission_of_another_resource_is_called_by_its_ids() -> None:
    assert described(ResourceAccess("exchange", READ_ID, "Scope")) == f"exchange/{READ_ID}=Scope"


def test_an_application_permission_is_called_by_its_ids() -> None:
    access = ResourceAccess(MICROSOFT_GRAPH, READ_ID, "Role")

    assert described(access) == f"{MICROSOFT_GRAPH}/{READ_ID}=Role"


def test_an_application_without_a_secret_shows_none() -> None:
    creation = CreateApplication("aem-mail", desired_settings(MANIFEST, {}, None), None)

    assert not [f for f in fields(creation) if f.path.startswith("passwordCredentials")]
