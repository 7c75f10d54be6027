"""An adopted application's unique name: chosen once, never changed, never another's."""

from dataclasses import replace

import pytest

from provision.errors import RefusedError, UsageError
from provision.plan.adoption import choose_unique_name, refuse_holder
from provision.tenant.application import DeletedApplication
from tests.unit.plan.tenants import NOW, snapshot
from tests.unit.plan.test_adoption import one


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("AEM Forms mail", "aem-forms-mail"),
        ("Möbel & Söhne (Test)", "mobel-sohne-test"),
        ("x" * 90, "x" * 64),
        ("..a..", "a"),
    ],
)
def test_a_unique_name_is_made_from_the_display_name(shown: str, name: str) -> None:
    settings = replace(one().application.settings, display_name=shown)

    assert choose_unique_name(one(settings=settings), None) == name


def test_a_display_name_without_letters_suggests_no_unique_name() -> None:
    settings = replace(one().application.settings, display_name="日本語")

    with pytest.raises(UsageError, match="suggests no uniqueName"):
        choose_unique_name(one(settings=settings), None)


def test_a_unique_name_that_it_has_is_kept_and_never_another() -> None:
    named = one(unique_name="has-one")

    assert choose_unique_name(named, None) == "has-one"
    with pytest.raises(RefusedError, match="never changes one"):
        choose_unique_name(named, "another")


def test_its_own_unique_name_is_no_collision() -> None:
    own = replace(snapshot({}), application=one(unique_name="mine").application)

    refuse_holder("mine", "c1", own)


def test_a_unique_name_of_another_application_is_refused_with_its_client_id() -> None:
    others = snapshot({"application": {}})

    with pytest.raises(RefusedError, match=r"application c1: .*'aem-mail'.* client-1$"):
        refuse_holder("aem-mail", "c1", others)


def test_a_unique_name_that_nobody_has_is_free() -> None:
    refuse_holder("aem-mail", "c1", snapshot({}))


def test_a_unique_name_stays_taken_in_the_bin() -> None:
    found = snapshot({"application": {}}).application
    assert found
    deleted = replace(snapshot({}), deleted=DeletedApplication(found, NOW))

    with pytest.raises(RefusedError, match=r"client-1 in the bin$"):
        refuse_holder("aem-mail", "c1", deleted)


@pytest.mark.parametrize("name", ["mine", "x" * 64])
def test_a_unique_name_that_a_person_names_is_taken(name: str) -> None:
    assert choose_unique_name(one(), name) == name


def test_naming_the_unique_name_that_it_has_changes_nothing() -> None:
    assert choose_unique_name(one(unique_name="has-one"), "has-one") == "has-one"


@pytest.mark.parametrize("name", ["", "with space", "x" * 65])
def test_what_is_no_unique_name_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=f"application c1: {name!r}: a uniqueName"):
        choose_unique_name(one(), name)
