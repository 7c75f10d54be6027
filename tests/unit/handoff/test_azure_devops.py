"""Logging commands of Azure Pipelines: secrets masked first, and every value escaped."""

import re

import pytest

from provision.errors import SinkFailed
from provision.handoff.azure_devops import AzureDevOpsSink
from tests.unit.handoff.values import make_handover

UNESCAPES = (("%5D", "]"), ("%0A", "\n"), ("%0D", "\r"), ("%3B", ";"), ("%AZP25", "%"))
COMMAND = re.compile(r"##vso\[(?P<name>[a-z.]+)(?: (?P<properties>[^\]]*))?\](?P<data>.*)")


def unescaped(text: str) -> str:
    for written, character in UNESCAPES:
        text = text.replace(written, character)
    return text


def read_as_agent(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Read a log as the agent does: area and action, properties, data."""
    found = [COMMAND.fullmatch(line) for line in text.splitlines()]
    return [
        (
            match["name"],
            dict(p.split("=") for p in (match["properties"] or "").split(";") if p),
            unescaped(match["data"]),
        )
        for match in found
        if match is not None
    ]


def written(**values: str) -> list[tuple[str, dict[str, str], str]]:
    said: list[str] = []
    AzureDevOpsSink(said.append, is_agent=True).keep(make_handover(**values))  # type: ignore[arg-type]  # one of its texts
    return read_as_agent("".join(said))


def test_every_secret_is_masked_before_a_variable_is_set() -> None:
    commands = [(name, data) for name, _, data in written()]

    assert commands[:2] == [("task.setsecret", "s3~cr.et_"), ("task.setsecret", "1.AXrefresh")]
    assert {name for name, _ in commands[2:]} == {"task.setvariable"}


def test_secrets_are_secret_output_variables_and_ids_are_plain_ones() -> None:
    variables = {p["variable"]: (p, data) for name, p, data in written() if "variable" in p}

    secret, value = variables["MAIL_OAUTH_CLIENT_SECRET"]
    plain, _ = variables["MAIL_OAUTH_CLIENT_SECRET_KEY_ID"]
    assert (secret["issecret"], secret["isoutput"], value) == ("true", "true", "s3~cr.et_")
    assert plain == {"variable": "MAIL_OAUTH_CLIENT_SECRET_KEY_ID", "isoutput": "true"}
    assert len(variables) == 7


@pytest.mark.parametrize("value", ["a;b]c%d", "a\r\n##vso[task.complete]x", "%AZP25%3B", "]"])
def test_a_value_arrives_as_it_was_and_commands_nothing(value: str) -> None:
    commands = written(secret=value)

    assert commands[0] == ("task.setsecret", {}, value)
    assert {name for name, _, _ in commands} == {"task.setsecret", "task.setvariable"}


def test_without_an_agent_nothing_is_written() -> None:
    said: list[str] = []
    sink = AzureDevOpsSink(said.append, is_agent=False)

    with pytest.raises(SinkFailed, match="TF_BUILD is not set"):
        sink.prepare()
    with pytest.raises(SinkFailed, match="TF_BUILD is not set"):
        sink.keep(make_handover())

    assert said == []


def test_it_holds_nothing_and_says_so() -> None:
    sink = AzureDevOpsSink(lambda _: None, is_agent=True)
    sink.prepare()

    assert (sink.holds_secrets, sink.held_key_id()) == (False, None)
    assert sink.holder == "azure-devops standard output"
