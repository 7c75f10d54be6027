"""The page that lists switches and levers leaves none out."""

from dataclasses import fields
from pathlib import Path

import pytest

from provision.sandbox.directory import Account, Switches

PAGE = Path(__file__).parents[3] / "docs" / "sandbox" / "switches.md"
NAMELESS = {"object_id", "user_principal_name"}
MEMBERS = sorted({f.name for f in (*fields(Switches), *fields(Account))} - NAMELESS)


def camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


@pytest.mark.parametrize("name", MEMBERS)
def test_names_every_switch_and_every_member_of_an_account(name: str) -> None:
    assert f"`{camel(name)}`" in PAGE.read_text(encoding="utf-8")
