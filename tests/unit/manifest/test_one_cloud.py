"""One cloud at a time: hosts, audiences and redirects of two are never mixed."""

import json
from pathlib import Path

import pytest

from provision.cloud import BUILT_IN, load_cloud_file
from provision.errors import ManifestInvalid, UsageError
from provision.manifest.load import read_manifest, require_fit

US = {
    "version": 1,
    "authority": "https://login.microsoftonline.us",
    "graph": "https://graph.microsoft.us",
    "graphResource": "https://graph.microsoft.us",
    "outlookResource": "https://outlook.office365.us",
    "imap": {"host": "outlook.office365.us", "port": 993, "tls": "implicit"},
}
US_HOSTS = frozenset({"login.microsoftonline.us", "graph.microsoft.us", "outlook.office365.us"})
HERE = {"authority": "https://localhost:1", "graph": "https://localhost:1"}
MANIFEST = "tenant: contoso.com\napplication:\n  uniqueName: aem-mail\n"


def written(folder: Path, **members: object) -> Path:
    path = folder / "cloud.json"
    path.write_text(json.dumps(US | members))
    return path


@pytest.mark.parametrize("cloud", BUILT_IN.values(), ids=lambda cloud: cloud.name)
def test_no_national_cloud_names_a_host_of_another(cloud) -> None:
    others = [c for c in BUILT_IN.values() if {c.name[:5], cloud.name[:5]} != {"usgov"}]

    assert all(cloud.audiences.isdisjoint(c.audiences) for c in others if c.name != cloud.name)


def test_a_file_of_one_cloud_is_taken_and_has_no_personal_accounts(tmp_path) -> None:
    assert not load_cloud_file(written(tmp_path), US_HOSTS).has_personal_accounts


@pytest.mark.parametrize(
    "members",
    [
        {"graph": "https://graph.microsoft.com"},
        {"authority": "https://login.microsoftonline.com"},
        {"graphResource": "https://graph.microsoft.com"},
        {"outlookResource": "https://partner.outlook.cn"},
        {"smtp": {"host": "smtp.office365.com", "port": 587, "tls": "starttls"}},
    ],
    ids=lambda members: next(iter(members)),
)
def test_a_file_that_mixes_clouds_is_refused_even_when_trusted(tmp_path, members) -> None:
    trusted = US_HOSTS | {"graph.microsoft.com", "login.microsoftonline.com", "smtp.office365.com"}

    with pytest.raises(UsageError, match="belong to different clouds"):
        load_cloud_file(written(tmp_path, **members), trusted)


def test_a_sandbox_that_answers_for_the_global_cloud_has_personal_accounts(tmp_path) -> None:
    global_cloud = {
        "graphResource": "https://graph.microsoft.com",
        "outlookResource": "https://outlook.office.com",
        "imap": None,
    }

    found = load_cloud_file(written(tmp_path, **HERE, **global_cloud))

    assert found.has_personal_accounts


def test_a_cloud_put_in_place_of_the_manifests_own_refuses_a_personal_audience() -> None:
    manifest = read_manifest(MANIFEST, "provision.yaml")

    with pytest.raises(UsageError, match="which cloud usgov does not have") as refused:
        require_fit(manifest, BUILT_IN["usgov"])

    assert "AzureADMultipleOrgs" in refused.value.hint


def test_a_cloud_put_in_place_of_the_manifests_own_takes_organizations() -> None:
    text = MANIFEST + "  signInAudience: AzureADMultipleOrgs\n"

    require_fit(read_manifest(text, "provision.yaml"), BUILT_IN["china"])


def test_microsofts_own_page_of_another_cloud_is_no_redirect() -> None:
    page = "https://login.microsoftonline.com/common/oauth2/nativeclient"
    text = MANIFEST + f"  web: {{redirectUris: [{page}]}}\n" + "cloud: china\n"

    with pytest.raises(ManifestInvalid) as refused:
        read_manifest(text, "provision.yaml")

    (problem,) = refused.value.problems
    assert problem.message.endswith("is of another cloud than 'china'")
    assert problem.suggestion == page.replace("login.", "login.partner.").replace(".com/", ".cn/")
