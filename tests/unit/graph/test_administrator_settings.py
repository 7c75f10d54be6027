"""Which way of signing in follows from the settings, and from nothing else."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from provision.errors import UsageError
from provision.graph.administrator_settings import (
    NEEDS,
    WAYS,
    AdministratorSettings,
    needs_nobody,
    read_settings,
    ways_to_try,
)
from provision.secret import Secret

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "administrator.md"
APPLICATION = {"AZURE_CLIENT_ID": "c-1"}
GITHUB = {"ACTIONS_ID_TOKEN_REQUEST_URL": "https://g", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t"}
DEVOPS = {
    "SYSTEM_OIDCREQUESTURI": "https://d",
    "SYSTEM_ACCESSTOKEN": "t",
    "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": "s",
}
FILE = {"AZURE_FEDERATED_TOKEN_FILE": "/var/token"}
CERTIFICATE = {"AZURE_CLIENT_CERTIFICATE_PATH": "a.pem"}
SECRET = {"AZURE_CLIENT_SECRET": "s"}
EVERYTHING = {**APPLICATION, **SECRET, **CERTIFICATE, **FILE, **GITHUB, **DEVOPS}


def settings(environ: Mapping[str, str], *, is_attended: bool = False) -> AdministratorSettings:
    def read(*names: str) -> str | None:
        return next((environ[name] for name in names if name in environ), None)

    return read_settings("contoso.com", read, may_open_browser=is_attended)


def without(*dropped: dict[str, str]) -> dict[str, str]:
    names = {name for group in dropped for name in group}
    return {name: value for name, value in EVERYTHING.items() if name not in names}


@pytest.mark.parametrize(
    ("environ", "ways"),
    [
        (EVERYTHING, ("secret",)),
        (without(SECRET), ("certificate",)),
        (without(SECRET, CERTIFICATE), ("workload-identity",)),
        (without(SECRET, CERTIFICATE, FILE), ("github",)),
        (without(SECRET, CERTIFICATE, FILE, GITHUB), ("azure-devops",)),
        (APPLICATION, ("az",)),
        (without(APPLICATION), ("az",)),
        ({}, ("az",)),
        ({**EVERYTHING, "PROVISION_ADMIN": "github"}, ("github",)),
        ({**EVERYTHING, "PROVISION_ADMIN": "az"}, ("az",)),
        ({"PROVISION_ADMIN": "managed-identity"}, ("managed-identity",)),
        ({"PROVISION_ADMIN": "device"}, ("device",)),
    ],
)
def test_the_first_complete_row_is_the_way(environ: dict[str, str], ways: tuple[str, ...]) -> None:
    assert ways_to_try(settings(environ), is_microsofts=True) == ways


def test_a_person_may_have_az_or_a_browser() -> None:
    assert ways_to_try(settings({}, is_attended=True), is_microsofts=True) == ("az", "browser")
    assert ways_to_try(settings({}, is_attended=True), is_microsofts=False) == ("browser",)


def test_a_person_is_needed_where_a_browser_or_a_code_may_be_shown() -> None:
    alone = [{}, SECRET | APPLICATION, {"PROVISION_ADMIN": "managed-identity"}]
    device = settings({"PROVISION_ADMIN": "device"})

    assert {needs_nobody(settings(given), is_microsofts=True) for given in alone} == {True}
    assert not needs_nobody(device, is_microsofts=True)
    assert not needs_nobody(settings({}, is_attended=True), is_microsofts=True)


@pytest.mark.parametrize("way", ["az", "managed-identity"])
def test_a_token_that_is_microsofts_is_refused_for_another_cloud(way: str) -> None:
    with pytest.raises(UsageError, match="not Microsoft's"):
        ways_to_try(settings({"PROVISION_ADMIN": way}), is_microsofts=False)


def test_a_way_that_is_asked_for_names_what_it_lacks() -> None:
    asked = settings({**APPLICATION, "PROVISION_ADMIN": "github"})
    with pytest.raises(UsageError, match="ACTIONS_ID_TOKEN_REQUEST_TOKEN are not"):
        ways_to_try(asked, is_microsofts=True)


def test_refuses_a_way_that_there_is_not() -> None:
    with pytest.raises(UsageError, match="PROVISION_ADMIN=gitlab") as caught:
        settings({"PROVISION_ADMIN": "gitlab"})
    assert "azure-devops" in caught.value.hint


def test_a_service_connection_says_whose_it_is() -> None:
    assert settings({"AZURESUBSCRIPTION_CLIENT_ID": "c-2"}).client_id == "c-2"
    assert settings({**APPLICATION, "AZURESUBSCRIPTION_CLIENT_ID": "c-2"}).client_id == "c-1"


def test_terraforms_names_do_too() -> None:
    found = settings({"ARM_CLIENT_ID": "c-3", "ARM_CLIENT_SECRET": "s"})
    assert (found.client_id, found.client_secret) == ("c-3", Secret("s"))


def test_the_page_has_every_way_and_its_settings_in_order() -> None:
    rows = re.findall(
        r"^\| `([a-z-]+)` \| (.*?) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    told = {way: tuple(re.findall("`([A-Z_]+)`", cell)) for way, cell in rows}
    by_name = dict.fromkeys(("managed-identity", "device"), ("PROVISION_ADMIN",))
    assert tuple(told) == WAYS
    assert told == {way: NEEDS.get(way, by_name.get(way, ())) for way in WAYS}
