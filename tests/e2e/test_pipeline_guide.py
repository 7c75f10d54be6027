"""The script of docs/guides/sandbox-in-pipelines.md tries a manifest as it stands."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.clients.programs import find_program

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "sandbox-in-pipelines.md"
MANIFEST = """\
tenant: contoso.onmicrosoft.com
application: {uniqueName: aem-forms-mail}
mailboxes: [{address: forms@contoso.com, protocols: [imap, smtp]}]
"""


def blocks(language: str) -> list[str]:
    """Return the guide's blocks of one language."""
    pattern = rf"^```{language}\n(.*?)^```"
    return re.findall(pattern, GUIDE.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def run_script(folder: Path, script: str) -> "subprocess.CompletedProcess[str]":
    """Run a script as a pipeline does: no terminal, and nobody signed in."""
    (folder / "provision.yaml").write_text(MANIFEST)
    programs = Path(sys.executable).parent
    return subprocess.run(
        ["bash", "-c", script],
        capture_output=True, text=True, check=False, timeout=120, cwd=folder,
        env={"PATH": f"{programs}:{os.defpath}", "HOME": str(folder), "LANG": "C.UTF-8"},
    )  # fmt: skip


def test_the_script_ends_well_and_leaves_nothing_behind(tmp_path):
    ran = run_script(tmp_path, blocks("bash")[0])

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "visit: forms@contoso.com was there, the last page answered 200" in ran.stdout
    assert "No changes: application aem-forms-mail is as the manifest wants it." in ran.stdout
    assert not (tmp_path / ".sandbox").exists()


def test_the_levers_of_the_guide_change_what_the_program_meets(tmp_path):
    find_program("curl", "apt-get install curl")
    script, levers = blocks("bash")
    meanwhile = f"{levers}\nprovision refresh --cloud .sandbox/ready.json --all || echo ended $?\n"
    ran = run_script(tmp_path, script.replace("--faults default", "--faults none") + meanwhile)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "ended 4" in ran.stdout


@pytest.mark.parametrize("pipeline", blocks("yaml"), ids=["github-actions", "azure-devops"])
def test_each_pipeline_installs_and_runs_the_script(pipeline):
    said = yaml.safe_dump(yaml.safe_load(pipeline))

    assert "pip install 'provision[sandbox]'" in said.replace("''", "'")
    assert "bash try-on-sandbox.sh" in said
