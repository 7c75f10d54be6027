"""What survives a restart with a state directory."""

from pathlib import Path

from provision.sandbox.directory import load
from tests.contract.sandbox_entra.tenant import Sandbox, code_of


def test_a_refresh_token_and_its_consent_survive_a_restart(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    sandbox.directory.path = tmp_path / "directory.json"
    token = sandbox.refresh_token()
    restarted = Sandbox(directory=load(tmp_path / "directory.json"))
    answer = restarted.refresh(token)
    restarted.close()
    assert answer.status_code == 200


def test_a_redeemed_code_stays_redeemed_after_a_restart(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.directory.path = tmp_path / "directory.json"
    code = sandbox.code()
    sandbox.redeem(code)
    restarted = Sandbox(directory=load(tmp_path / "directory.json"))
    answer = restarted.redeem(code)
    restarted.close()
    assert code_of(answer) == 54005
