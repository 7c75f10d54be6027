"""The page that lists switches leaves none out."""

from dataclasses import fields
from pathlib import Path

import pytest

from provision.sandbox.directory import Switches

PAGE = Path(__file__).parents[3] / "docs" / "sandbox" / "switches.md"
MEMBERS = [field.name for field in fields(Switches)]


def camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


@pytest.mark.parametrize("name", MEMBERS)
def test_names_every_switch(name: str) -> None:
    assert f"`{camel(name)}`" in PAGE.read_text(encoding="utf-8")
