"""What sinks get of the machine: settings that name files and programs, and no secret of ours."""

import shlex
import subprocess
from pathlib import Path

import pytest

from provision.cloud import BUILT_IN
from provision.errors import SinkFailed, UsageError
from provision.handoff.port import Sink
from provision.manifest.load import read_manifest
from provision.secret import Secret
from provision.stages.sink_making import Means, sink_maker
from provision.stages.sink_means import sinks_of_machine
from provision.stages.targets import ChosenTarget, chosen_target
from tests.unit.handoff.values import make_handover
from tests.unit.manifest.reading import MINIMAL
from tests.unit.stages.world import World


def sink_for(line: str, world: World, **settings: str) -> Sink:
    """Return the sink of the only hand-off, on a machine with these settings."""

    def write(text: str, *, has_secrets: bool) -> None:
        assert has_secrets
        (world.root / "stdout").write_text(text)

    make = sinks_of_machine(
        settings, write, world.services, lambda: Secret("token"), with_secrets=False
    )
    manifest = read_manifest(f"{MINIMAL}handoff:\n  - {line}\n", "a")
    return make(manifest.handoff[0], world.root)


@pytest.mark.parametrize(
    ("write", "setting"), [("outputs", "GITHUB_OUTPUT"), ("environment", "GITHUB_ENV")]
)
def test_the_runner_names_the_file(world: World, write: str, setting: str) -> None:
    path = world.root / "step"
    path.touch()
    sink = sink_for(f"{{to: github-actions, write: {write}}}", world, **{setting: str(path)})

    sink.prepare()
    sink.keep(make_handover())

    assert "MAIL_OAUTH_CLIENT_SECRET<<" in path.read_text()
    assert (world.root / "stdout").read_text().startswith("::add-mask::")


def test_a_mail_program_is_told_where_this_provision_is(world: World) -> None:
    sink_for("{to: mutt, path: muttrc}", world).keep(make_handover())

    (line, *_) = (
        line for line in (world.root / "muttrc").read_text().splitlines() if " token " in line
    )
    program = line.partition("'")[2].partition(" token ")[0]
    command = [*shlex.split(program), "token", "--help"]
    ran = subprocess.run(command, capture_output=True, check=False, cwd="/")
    assert ran.stdout.startswith(b"usage: provision token")


def test_an_agent_is_known_by_its_setting(world: World) -> None:
    sink_for("{to: azure-devops}", world, TF_BUILD="True").prepare()

    with pytest.raises(SinkFailed, match="TF_BUILD"):
        sink_for("{to: azure-devops}", world).prepare()


def test_a_program_gets_the_settings_but_none_of_provisions_secrets(world: World) -> None:
    settings = {
        "PATH": "/usr/bin:/bin",
        "PROVISION_ALLOW_COMMANDS": "true sh",
        "VAULT_ADDR": "https://vault.example",
        "PROVISION_VAULT_KEY": "vault-key",
        "PROVISION_EMAILPROXY_PASSWORD": "proxy-password",
        "PROVISION_CLIENT_SECRET": "client-secret",
        "PROVISION_VAULT_NEW_KEY": "vault-key-to-be",
        "PROVISION_EXPORT_KEY": "export-key",
        "PROVISION_EXPORT_PASSPHRASE": "export-passphrase",
    }
    line = "{to: command, command: [sh, -c, 'cat > /dev/null; env > seen']}"

    sink_for(line, world, **settings).keep(make_handover())

    seen = (world.root / "seen").read_text()
    assert "VAULT_ADDR=https://vault.example" in seen
    assert "vault-key" not in seen
    assert "export-" not in seen
    assert "client-secret" not in seen
    assert "proxy-password" not in seen


def test_no_program_is_allowed_by_a_manifest_alone(world: World) -> None:
    with pytest.raises(SinkFailed, match="nobody but the manifest"):
        sink_for("{to: command, command: [sh, -c, id]}", world, PATH="/bin").prepare()


def test_a_key_vault_is_reached_only_when_it_is_prepared(world: World) -> None:
    sink = sink_for("{to: keyvault, vault: 'https://contoso.vault.azure.net', prefix: a}", world)

    assert sink.holder == "keyvault contoso.vault.azure.net/a"


def test_a_vault_on_this_machine_is_refused_in_a_cloud_of_microsofts(world: World) -> None:
    text = "cloud: ./x.json\n" + MINIMAL
    text += "handoff: [{to: keyvault, vault: 'https://localhost:1', prefix: a}]\n"
    target = read_manifest(text, "a").handoff[0]

    with pytest.raises(UsageError, match="is this machine, where the cloud global has no vault"):
        sink_maker(Means(cloud=BUILT_IN["global"]))(target, world.root)


def test_a_keyring_is_named_by_its_service(world: World) -> None:
    assert sink_for("{to: keyring, service: forms}", world).holder == "keyring forms"


@pytest.mark.parametrize("to", ["github-actions", "azure-devops"])
def test_a_pipelines_outputs_can_be_asked_for_by_hand(to: str) -> None:
    manifest = read_manifest(MINIMAL, "a")

    target = chosen_target(manifest, ChosenTarget(to, "-", None), sink_maker(Means()))

    assert target.sink.name == to


@pytest.mark.parametrize(
    ("to", "path", "message", "hint"),
    [
        ("keyvault", "-", "takes more than a path", "manifest's `handoff`"),
        (
            "yaml",
            "-",
            "no such format",
            "dotenv, json, aem-forms, aem-osgi, aem-cloud",
        ),
        ("json", " ", "--path is the path", ""),
    ],
)
def test_what_cannot_be_asked_for_by_hand_says_why(
    to: str, path: str, message: str, hint: str
) -> None:
    manifest = read_manifest(MINIMAL, "a")

    with pytest.raises(UsageError, match=message) as refused:
        chosen_target(manifest, ChosenTarget(to, path, None), sink_maker(Means()))

    assert hint in refused.value.hint


def test_a_secret_for_kubernetes_may_go_to_standard_output(world: World, tmp_path: Path) -> None:
    sink_for("{to: kubernetes, path: '-', name: a}", world).keep(make_handover())

    assert "kind: Secret" in (world.root / "stdout").read_text()
