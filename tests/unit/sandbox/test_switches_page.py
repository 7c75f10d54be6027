"""The page that lists switches leaves none out."""

from dataclasses import fields
from pathlib import Path

import pytest

from provision.sandbox.directory import Account, Switches

PAGE = Path(__file__).parents[3] / "docs" / "sandbox" / "switches.md"
MEMBERS = [field.name for field in fields(Switches)]
FIXED = {"object_id", "user_principal_name"}
PROPERTIES = [field.name for field in fields(Account) if field.name not in FIXED]


def camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


@pytest.mark.parametrize("name", MEMBERS)
def test_names_every_switch(name: str) -> None:
    assert f"`{camel(name)}`" in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PROPERTIES)
def test_names_every_property_of_a_mailbox(name: str) -> None:
    assert f"`{camel(name)}`" in PAGE.read_text(encoding="utf-8")
