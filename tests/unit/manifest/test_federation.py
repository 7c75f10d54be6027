"""Federated credentials in a manifest: shorthands, and what is wrong with them, line by line."""

import pytest

from provision.errors import Problem
from provision.manifest.advice import warnings
from provision.manifest.load import read_manifest
from provision.tenant.federated_credential import FederatedTrust
from tests.unit.manifest.reading import problems_of

GUID = "11111111-2222-4333-8444-555555555555"
AZURE_DEVOPS = (
    f"azureDevOps: {{organizationId: {GUID}, organization: contoso, project: Mail app, "
    "serviceConnection: deploy}"
)
GITHUB = "https://token.actions.githubusercontent.com"


def manifest(*credentials: str, cloud: str = "global") -> str:
    items = "".join(f"    - {credential}\n" for credential in credentials)
    listed = f"\n{items}" if items else " []\n"
    head = f"tenant: contoso.com\ncloud: {cloud}\napplication:\n  uniqueName: x\n"
    return f"{head}  federatedCredentials:{listed}"


def trusts(*credentials: str, cloud: str = "global") -> tuple[FederatedTrust, ...] | None:
    return read_manifest(manifest(*credentials, cloud=cloud), "m").trusts


def only(*credentials: str) -> Problem:
    (problem,) = problems_of(manifest(*credentials))
    return problem


@pytest.mark.parametrize(
    ("written", "issuer", "subject"),
    [
        ("github: contoso/mail, branch: main", GITHUB, "repo:contoso/mail:ref:refs/heads/main"),
        ("github: contoso/mail, tag: v1", GITHUB, "repo:contoso/mail:ref:refs/tags/v1"),
        ("github: contoso/mail, pullRequest: true", GITHUB, "repo:contoso/mail:pull_request"),
        (
            "github: Contoso/Mail, environment: 'a:b'",
            GITHUB,
            "repo:Contoso/Mail:environment:a%3Ab",
        ),
        (
            "github: contoso/mail, ownerId: 7, repositoryId: 8, branch: main",
            GITHUB,
            "repo:contoso@7/mail@8:ref:refs/heads/main",
        ),
        (
            AZURE_DEVOPS,
            f"https://vstoken.dev.azure.com/{GUID}",
            "sc://contoso/Mail app/deploy",
        ),
        (
            "kubernetes: {issuer: 'https://oidc.example/1/', namespace: n, serviceAccount: s}",
            "https://oidc.example/1/",
            "system:serviceaccount:n:s",
        ),
        ("issuer: 'https://a.example', subject: whoever", "https://a.example", "whoever"),
    ],
)
def test_every_way_of_writing_one_is_an_issuer_and_a_subject(written, issuer, subject):
    assert trusts(f"{{name: one, {written}}}") == (
        FederatedTrust("one", issuer, subject, "api://AzureADTokenExchange"),
    )


@pytest.mark.parametrize(
    ("cloud", "audience"),
    [
        ("usgov", "api://AzureADTokenExchangeUSGov"),
        ("china", "api://AzureADTokenExchangeChina"),
    ],
)
def test_the_audience_is_that_of_the_cloud(cloud, audience):
    found = trusts("{name: one, issuer: 'https://a.example', subject: s}", cloud=cloud)

    assert found is not None
    assert found[0].audience == audience


def test_an_audience_may_be_given():
    found = trusts("{name: a, issuer: 'https://a.example', subject: s, audiences: [other]}")

    assert found is not None
    assert found[0].audience == "other"


def test_an_empty_list_is_not_the_same_as_none():
    assert (trusts(), read_manifest("tenant: a.b\napplication: {uniqueName: x}", "m").trusts) == (
        (),
        None,
    )


@pytest.mark.parametrize(
    ("written", "key", "message"),
    [
        ("name: a", "name", "needs one of issuer"),
        ("name: a, issuer: 'https://a.example'", "subject", "is required"),
        ("name: a, github: c/m", "github", "needs one of branch"),
        ("name: a, github: c/m, branch: x, tag: y", "github", "needs one of branch"),
        ("name: a, github: c/m, branch: x, ownerId: 1", "github", "go together"),
        ("name: a, github: mail, branch: x", "github", "'mail': a repository is named"),
        ("name: a, issuer: 'http://a.example', subject: s", "issuer", "'http://a.example': an"),
        ("name: a b, issuer: 'https://a.example', subject: s", "name", "1 to 120 characters"),
        (
            "name: a, issuer: 'https://a.example', subject: s, branch: x",
            "name",
            "branch, environment, tag",
        ),
        (
            f"name: a, issuer: 'https://a.example', subject: {'s' * 601}",
            "subject",
            "at most 600 characters",
        ),
        ("name: a, isuer: 'https://a.example', subject: s", "isuer", "there is no key 'isuer'"),
        (
            "name: a, issuer: 'https://a.example', subject: s, audiences: [a, b]",
            "audiences",
            "Entra takes exactly one audience",
        ),
    ],
)
def test_a_mistake_is_told_once_at_its_line(written, key, message):
    problem = only("{name: fine, issuer: 'https://fine.example', subject: s}", f"{{{written}}}")

    assert (problem.line, problem.path) == (7, f"application.federatedCredentials[1].{key}")
    assert message in problem.message


def test_names_differ_in_more_than_case():
    first, second = (f"{{name: {n}, issuer: 'https://a.example', subject: {n}}}" for n in "aA")

    assert only(first, second).message == "'A' stands there twice"


def test_an_issuer_and_a_subject_stand_there_once():
    first, second = (f"{{name: {n}, issuer: 'https://a.example', subject: s}}" for n in "ab")

    assert only(first, second).message.startswith("issuer and subject are those of 'a'")


def test_an_application_has_twenty_at_most():
    many = [f"{{name: n{i}, issuer: 'https://a.example', subject: s{i}}}" for i in range(21)]

    assert only(*many).message == "at most 20 federated credentials, not 21"


def test_a_misspelt_section_is_no_credential_that_leaked():
    text = manifest("{name: a, github: c/m, branch: x}").replace("Credentials:", "Credential:")

    assert [p.suggestion for p in problems_of(text)] == ["federatedCredentials"]


def test_a_github_subject_without_numbers_is_remarked():
    text = manifest("{name: a, github: c/m, branch: x}")

    paths = [remark.path for remark in warnings(read_manifest(text, "m"))]
    assert "application.federatedCredentials[0].github" in paths
