"""Small values of the sandbox: options, paths, ids, the ready file."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from provision.sandbox.graph.call import Key, split_path
from provision.sandbox.graph.credential_shape import instant_text
from provision.sandbox.graph.grants import grant_id
from provision.sandbox.graph.refusals import GraphRefusal
from provision.sandbox.options import SandboxOptions
from provision.sandbox.ready import Ready, ReadyMail, ReadyUser, read_ready, write_ready
from provision.sandbox.requests_log import shown_path
from provision.sandbox.seed import administrator_secret, make_directory
from provision.secret import Secret

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_options_become_the_arguments_that_mean_them() -> None:
    options = SandboxOptions(
        ready_file=Path("/r"), port=1, faults="none", seed=0, state=Path("/s"), microsoft_names=True
    )

    assert options.arguments() == [
        "--ready-file=/r",
        "--state=/s",
        "--port=1",
        "--faults=none",
        "--domain=contoso.onmicrosoft.com",
        "--seed=0",
        "--microsoft-names",
    ]


@pytest.mark.parametrize(
    ("path", "pieces"),
    [
        ("applications", ("applications",)),
        ("applications/1/addPassword", ("applications", "1", "addPassword")),
        ("applications('1')", ("applications", Key("id", "1"))),
        (
            "Applications(UniqueName='a/b')/addPassword",
            ("Applications", Key("uniquename", "a/b"), "addPassword"),
        ),
        ("users('o''brien@contoso.com')", ("users", Key("id", "o'brien@contoso.com"))),
        ("$batch", ("$batch",)),
        ("myorganization/applications", ("applications",)),
    ],
)
def test_a_path_falls_into_pieces(path: str, pieces: tuple[object, ...]) -> None:
    assert split_path(path) == pieces


def test_a_malformed_key_is_refused() -> None:
    with pytest.raises(GraphRefusal, match="Invalid segment"):
        split_path("applications(uniqueName=a)")


def test_a_grant_id_is_the_recorded_one() -> None:
    # Observed 2022-05, Azure/azure-cli recording test_app_permission_grant.
    found = grant_id(
        "043293df-9b19-46aa-962f-65f957d7bcc8", "a3efc889-f1b7-4532-9e01-91e32d1039f4", None
    )
    assert found == "35MyBBmbqkaWL2X5V9e8yInI76O38TJFngGR4y0QOfQ"


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        ("2022-05-07T06:52:43+00:00", "2022-05-07T06:52:43Z"),
        ("2022-05-07T08:52:43+02:00", "2022-05-07T06:52:43Z"),
        ("2022-05-07T06:52:43.450Z", "2022-05-07T06:52:43.45Z"),
    ],
)
def test_instants_are_normalised(instant: str, text: str) -> None:
    assert instant_text(instant) == text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", "/p"),
        ("$filter=appId%20eq%20'1'", "/p?$filter=appId eq '1'"),
        ("code=abc&scope=openid", "/p?code=…&scope=openid"),
        ("client_secret=", "/p?client_secret=…"),
    ],
)
def test_a_logged_path_shows_harmless_values_only(query: str, shown: str) -> None:
    assert shown_path("/p", query) == shown


def test_the_ready_file_reads_back(tmp_path: Path) -> None:
    mail = ReadyMail("localhost", 1, "implicit")
    ready = Ready(
        authority="https://localhost:1",
        graph="https://localhost:1",
        tenant_id="t",
        ca_bundle=tmp_path / "ca.pem",
        imap=mail,
        pop=mail,
        smtp=mail,
        admin_client_id="c",
        admin_client_secret=Secret("s"),
        users=(ReadyUser("forms@contoso.com", Secret("p")),),
        control="https://localhost:1/control/0",
    )
    write_ready(tmp_path / "ready.json", ready)

    assert read_ready(tmp_path / "ready.json") == ready
    assert ready.password_of("forms@contoso.com") == Secret("p")
    assert [path.name for path in tmp_path.iterdir()] == ["ready.json"]


def test_a_new_tenant_has_people_resources_and_an_administrator() -> None:
    directory = make_directory("contoso.onmicrosoft.com", NOW, Random(1))

    secret = administrator_secret(directory)
    assert sorted(directory.accounts) == [
        "admin@contoso.com",
        "alex@contoso.com",
        "forms.person@outlook.com",
        "forms@contoso.com",
        "shared@contoso.com",
    ]
    assert {p["displayName"] for p in directory.service_principals.values()} == {
        "Azure Key Vault",
        "Microsoft Graph",
        "Office 365 Exchange Online",
        "Tenant administrator",
    }
    assert secret.client_id in {a["appId"] for a in directory.applications.values()}


def test_the_same_dice_make_the_same_tenant() -> None:
    first, second = (make_directory("x.onmicrosoft.com", NOW, Random(1)) for _ in range(2))

    assert first == second
