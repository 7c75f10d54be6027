"""The shapes of a hand-off: what each takes, and every problem with its line at once."""

import jsonschema_rs
import pytest

from provision.errors import Problem
from provision.manifest.handoff import (
    CommandTarget,
    KeyVaultTarget,
    KubernetesTarget,
)
from provision.manifest.handoff_aem import AemFormsTarget, EndpointPlace
from provision.manifest.load import load_manifest, read_manifest
from provision.manifest.schema import json_schema
from tests.unit.manifest.reading import MINIMAL, only_problem, problems_of

VAULT = "https://contoso.vault.azure.net"
EVERY = f"""\
handoff:
  - {{to: dotenv, path: mail.env}}
  - {{to: mutt, path: muttrc}}
  - {{to: msmtp, path: msmtprc}}
  - {{to: isync, path: mbsyncrc}}
  - {{to: getmail, path: getmailrc}}
  - {{to: mutt-oauth2, path: tokens}}
  - {{to: email-oauth2-proxy, path: emailproxy.config}}
  - {{to: sasl-xoauth2, path: sender}}
  - to: command
    command: [vault, kv, put, secret/mail, '-']
    check: [vault, token, lookup]
    read: [vault, kv, get, -field=clientSecretKeyId, secret/mail]
    format: json
    timeoutSeconds: 30
  - {{to: keyring, service: forms mail}}
  - {{to: keyvault, vault: {VAULT}/, prefix: forms-mail}}
  - {{to: kubernetes, path: secret.yaml, name: forms-mail, namespace: aem}}
  - {{to: github-actions}}
  - {{to: github-actions, write: environment}}
  - {{to: azure-devops}}
"""


def handoff(*lines: str) -> str:
    """Return the minimal manifest with hand-offs in flow style (from line 5)."""
    return MINIMAL + "handoff:\n" + "".join(f"  - {line}\n" for line in lines)


def summary(problem: Problem) -> tuple[int, str, str]:
    return problem.line, problem.path, problem.suggestion


def test_every_kind_of_this_package_can_be_written():
    targets = read_manifest(MINIMAL + EVERY, "a").handoff

    assert [t.to for t in targets] == [
        "dotenv",
        "mutt",
        "msmtp",
        "isync",
        "getmail",
        "mutt-oauth2",
        "email-oauth2-proxy",
        "sasl-xoauth2",
        "command",
        "keyring",
        "keyvault",
        "kubernetes",
        "github-actions",
        "github-actions",
        "azure-devops",
    ]
    command, _, vault = targets[8:11]
    assert isinstance(command, CommandTarget)
    assert (command.command[0], command.timeout_seconds) == ("vault", 30)
    assert isinstance(vault, KeyVaultTarget)
    assert vault.vault == VAULT


def test_an_editor_with_the_schema_accepts_them_too():
    import yaml  # noqa: PLC0415  (only this test reads YAML itself)

    jsonschema_rs.validate(json_schema(), yaml.safe_load(MINIMAL + EVERY))


@pytest.mark.parametrize(
    "target",
    [
        {"to": "keyvault", "vault": VAULT},
        {"to": "keyvault", "vault": VAULT, "prefix": "a", "path": "x"},
        {"to": "command", "command": []},
        {"to": "dotenv"},
        {"to": "mutt"},
        {"to": "msmtp", "path": "x", "name": "y"},
        {"path": "x"},
    ],
)
def test_an_editor_with_the_schema_refuses_another_shape(target):
    manifest = {"tenant": "a.com", "application": {"uniqueName": "a"}, "handoff": [target]}

    with pytest.raises(jsonschema_rs.ValidationError):
        jsonschema_rs.validate(json_schema(), manifest)


def test_a_worksheet_has_the_two_places_that_send_unless_others_are_named():
    usual, named = read_manifest(
        handoff(
            "{to: aem-forms, path: a.txt}",
            "{to: aem-forms, path: b, format: html, places: [{endpoint: ' Bills '}]}",
        ),
        "a",
    ).handoff

    assert usual == AemFormsTarget("aem-forms", "a.txt", None, ("email-service", "form-workflow"))
    assert named == AemFormsTarget("aem-forms", "b", "html", (EndpointPlace("Bills"),))


def test_every_problem_is_told_at_once_with_its_line():
    found = problems_of(
        handoff(
            "{to: dotenvv, path: ' '}",
            "{to: command, comand: [a], chek: [b]}",
            "{to: keyvault, vault: https://evil.example, prefix: a_b}",
            "{to: kubernetes, path: x, name: Forms, namespase: aem}",
            "{to: github-actions, write: output}",
        )
    )

    assert [summary(p) for p in found] == [
        (5, "handoff[0].path", ""),
        (5, "handoff[0].to", "dotenv"),
        (6, "handoff[1].chek", "check"),
        (6, "handoff[1].comand", "command"),
        (7, "handoff[2].prefix", "a-b"),
        (7, "handoff[2].vault", ""),
        (8, "handoff[3].name", "forms"),
        (8, "handoff[3].namespase", "namespace"),
        (9, "handoff[4].write", "outputs"),
    ]


@pytest.mark.parametrize(
    ("line", "path", "message"),
    [
        ("{path: x}", "handoff[0].to", "is required"),
        ("{to: 3, path: x}", "handoff[0].to", "wanted text, found 3"),
        ("[dotenv]", "handoff[0]", "wanted a mapping of keys to values, found a list"),
        ("dotenv", "handoff[0]", "wanted a mapping of keys to values, found text"),
        ("{to: command}", "handoff[0].command", "is required"),
        ("{to: command, command: []}", "handoff[0].command", "needs at least one entry"),
        ("{to: command, command: a b}", "handoff[0].command", "wanted a list, found text"),
        ("{to: command, command: [a, 1]}", "handoff[0].command[1]", "wanted text, found 1"),
        ("{to: keyring}", "handoff[0].service", "is required"),
        ("{to: keyring, service: ' '}", "handoff[0].service", "one line of visible text"),
        ("{to: kubernetes, path: x}", "handoff[0].name", "is required"),
        (
            "{to: command, command: [a], timeoutSeconds: 0}",
            "handoff[0].timeoutSeconds",
            "from 1 to 3600",
        ),
        (
            "{to: command, command: [a], timeoutSeconds: true}",
            "handoff[0].timeoutSeconds",
            "wanted a whole number, found true",
        ),
        ("{to: aem-osgi, path: '-'}", "handoff[0].path", "two files do not fit"),
        ("{to: aem-osgi, path: x, forwardedPort: 1}", "handoff[0].forwardedPort", "has no key"),
        (
            "{to: aem-cloud, path: x, forwardedPort: 0}",
            "handoff[0].forwardedPort",
            "from 1 to 65535",
        ),
        ("{to: aem-cloud-secrets, environment: 'a b'}", "handoff[0].environment", "letters and"),
        ("{to: aem-forms, path: x, places: []}", "handoff[0].places", "at least one entry"),
        (
            "{to: aem-forms, path: x, places: [endpoint]}",
            "handoff[0].places[0]",
            "email-service, form-workflow or {endpoint: NAME}",
        ),
        (
            "{to: aem-forms, path: x, places: [{endpoint: ' '}]}",
            "handoff[0].places[0]",
            "one line",
        ),
        (
            "{to: aem-forms, path: x, places: [form-workflow, form-workflow]}",
            "handoff[0].places",
            "stands there once",
        ),
        (
            "{to: aem-forms, path: x, places: [{endpoint: a}, {endpoint: b}]}",
            "handoff[0].places",
            "serves one endpoint",
        ),
        ("{to: azure-devops, path: x}", "handoff[0].path", "has no key 'path'"),
    ],
)
def test_one_problem_is_told_where_it_is(line, path, message):
    problem = only_problem(handoff(line))

    assert (problem.line, problem.path) == (5, path)
    assert message in problem.message


@pytest.mark.parametrize(
    "vault",
    [
        "http://contoso.vault.azure.net",
        "https://contoso.vault.azure.net.evil.example",
        "https://evil.example/contoso.vault.azure.net",
        "https://evil.example#.vault.azure.net",
        "https://evil.example?.vault.azure.net",
        "https://user@contoso.vault.azure.net",
        "https://a.b.vault.azure.net",
        "https://vault.azure.net",
        "https://contoso.vault.azure.net:8443",
        "https://contoso.vault.azure.net/secrets/x",
        "https://contosovault.azure.net",
        "contoso.vault.azure.net",
        "https://127.0.0.1.evil.example",
        "https://localhost.evil.example:8443",
    ],
)
def test_a_manifest_cannot_name_another_host_for_secrets(vault):
    problem = only_problem(handoff(f"{{to: keyvault, prefix: a, vault: '{vault}'}}"))

    assert problem.path == "handoff[0].vault"


def test_a_vault_of_another_cloud_is_refused_with_the_right_suffix():
    text = "cloud: usgov\n" + handoff(f"{{to: keyvault, prefix: a, vault: '{VAULT}'}}")

    problem = only_problem(text)

    assert problem.suggestion == "https://contoso.vault.usgovcloudapi.net"


@pytest.mark.parametrize("vault", ["https://localhost:8443", "https://[::1]:8443/"])
def test_a_vault_on_this_machine_belongs_to_a_cloud_file(vault):
    line = f"{{to: keyvault, prefix: a, vault: '{vault}'}}"

    assert only_problem(handoff(line)).message.endswith("only a cloud file may have its vault here")
    assert problems_of("cloud: ./sandbox.json\n" + handoff(line)) == ()


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("{to: keyring, service: a}", "handoff[1].service"),
        (f"{{to: keyvault, vault: '{VAULT}', prefix: a}}", "handoff[1].prefix"),
        ("{to: kubernetes, path: s.yaml, name: a}", "handoff[1].path"),
        ("{to: github-actions}", "handoff[1].write"),
        ("{to: azure-devops}", "handoff[1].to"),
    ],
)
def test_two_hand_offs_to_one_place_would_overwrite_each_other(line, path):
    problem = only_problem(handoff(line, line))

    assert (problem.line, problem.path) == (6, path)
    assert "stands there twice" in problem.message


def test_one_program_may_take_the_values_twice():
    line = "{to: command, command: [vault, kv, put, '-']}"

    assert problems_of(handoff(line, line)) == ()


def test_paths_start_from_the_folder_of_the_manifest(tmp_path):
    path = tmp_path / "provision.yaml"
    path.write_text(handoff("{to: kubernetes, path: out/s.yaml, name: a}"))

    (target,) = load_manifest(path).handoff

    assert isinstance(target, KubernetesTarget)
    assert target.path == str(tmp_path / "out" / "s.yaml")


def test_a_credential_is_refused_in_every_shape():
    problem = only_problem(handoff("{to: keyring, service: a, clientSecret: hunter22}"))

    assert "holds no credential" in problem.message
    assert "hunter22" not in problem.message
