"""Values for a command: on standard input alone, within a time, and never in what is told."""

import json
import os
import sys
import traceback
from pathlib import Path

import pytest

from provision.errors import SinkFailed
from provision.handoff.command import Commands, CommandSink
from provision.handoff.programs import Surroundings, quoted
from provision.secret import Secret
from tests.canary import Canary
from tests.unit.handoff.values import make_handover

PYTHON = sys.executable
SECRET = "Ab1~cdEfGhIjKlMnOpQrStUvWxYz0123456789-_.x"
STORE = "import os, sys; open('kept', 'w').write(sys.stdin.read())"
READ = "import json; print(json.load(open('kept'))['clientSecretKeyId'])"


def script(text: str, *arguments: str) -> tuple[str, ...]:
    return (PYTHON, "-c", text, *arguments)


def sink_in(
    folder: Path,
    keep: tuple[str, ...] = script(STORE),
    check: tuple[str, ...] = (),
    read: tuple[str, ...] = (),
    form: str = "json",
    timeout: float = 30,
) -> CommandSink:
    environment = {"PATH": os.defpath, "VAULT_ADDR": "https://vault.example"}
    allowed = frozenset({PYTHON, "sh", "no-such-program", "./deliver", "/bin/sh"})
    around = Surroundings(environment, folder, timeout, allowed)
    return CommandSink(Commands(keep, check, read, form), around)


def test_json_stands_on_standard_input(tmp_path: Path) -> None:
    sink_in(tmp_path).keep(make_handover(secret=SECRET))

    kept = json.loads((tmp_path / "kept").read_text())
    assert (kept["version"], kept["clientSecret"], kept["clientSecretKeyId"]) == (
        1,
        SECRET,
        "key-1",
    )


def test_dotenv_stands_on_standard_input(tmp_path: Path) -> None:
    sink_in(tmp_path, form="dotenv").keep(make_handover(secret=SECRET))

    assert f"MAIL_OAUTH_CLIENT_SECRET='{SECRET}'\n" in (tmp_path / "kept").read_text()


def test_no_value_stands_in_arguments_or_environment(tmp_path: Path) -> None:
    spy = (
        "import os, sys; sys.stdin.read(); f = open('seen', 'wb'); "
        "f.write(open(f'/proc/{os.getpid()}/cmdline', 'rb').read()); "
        "f.write(open(f'/proc/{os.getpid()}/environ', 'rb').read())"
    )
    sink_in(tmp_path, script(spy)).keep(make_handover(secret=SECRET, token="1." + SECRET))

    seen = (tmp_path / "seen").read_bytes()
    assert b"VAULT_ADDR=https://vault.example" in seen
    assert Canary({"secret": SECRET}).leaks({"process": seen}) == []


def test_no_shell_reads_an_argument(tmp_path: Path) -> None:
    sink_in(tmp_path, script(f"{STORE}; open('got', 'w').write(sys.argv[1])", "$(id) `id`;*")).keep(
        make_handover()
    )

    assert (tmp_path / "got").read_text() == "$(id) `id`;*"


def test_the_key_id_is_read_back_where_a_command_can_tell(tmp_path: Path) -> None:
    sink = sink_in(tmp_path, read=script(READ))
    sink.prepare()
    before = sink.held_key_id()
    sink.keep(make_handover())

    assert (before, sink.held_key_id(), sink.holds_secrets) == (None, "key-1", True)


def test_without_a_way_back_it_does_not_claim_to_hold_a_secret(tmp_path: Path) -> None:
    sink = sink_in(tmp_path)
    sink.keep(make_handover())

    assert (sink.held_key_id(), sink.holds_secrets) == (None, False)


def test_a_command_that_takes_the_values_and_loses_them_is_found_out(tmp_path: Path) -> None:
    sink = sink_in(tmp_path, script("import sys; sys.stdin.read()"), read=script("print('key-0')"))

    with pytest.raises(SinkFailed, match="does not give the key id back"):
        sink.keep(make_handover())


@pytest.mark.parametrize("said", ["", "\x1b[2J", "x" * 200])
def test_what_is_no_key_id_is_none(tmp_path: Path, said: str) -> None:
    assert sink_in(tmp_path, read=script(f"print({said!r})")).held_key_id() is None


def test_what_a_program_has_stored_is_for_that_program_to_remove(tmp_path: Path) -> None:
    sink = sink_in(tmp_path, read=script(READ))
    before = sink.clear("c-1")
    sink.keep(make_handover())

    assert before is False
    with pytest.raises(SinkFailed, match="the values are still where it put them"):
        sink.clear("c-1")


def test_a_failure_names_the_program_its_code_and_its_last_words(tmp_path: Path) -> None:
    failing = script("import sys; sys.exit('no route\\npermission denied on kv/mail')")

    with pytest.raises(SinkFailed, match="did not take the values, and ended with code 1") as e:
        sink_in(tmp_path, failing).keep(make_handover())

    assert e.value.message.startswith(f"command {PYTHON}: ")
    assert e.value.hint == "its last words: permission denied on kv/mail"


def test_a_command_that_is_killed_says_by_what(tmp_path: Path) -> None:
    with pytest.raises(SinkFailed, match="ended with signal 9"):
        sink_in(tmp_path, ("sh", "-c", "kill -9 $$")).keep(make_handover())


@pytest.mark.parametrize(
    "printed",
    [
        "sys.stdin.read()",
        "repr(sys.stdin.read())",
        "__import__('base64').b64encode(sys.stdin.buffer.read()).decode()",
        "sys.stdin.buffer.read().hex()",
        "' '.join(json.load(sys.stdin)['clientSecret'])",
        "json.load(sys.stdin)['clientSecret']",
        "'invalid value: ' + json.load(sys.stdin)['clientSecret'][:30]",
        "__import__('urllib.parse').parse.quote(json.load(sys.stdin)['clientSecret'])",
    ],
)
def test_a_program_that_repeats_the_secret_is_not_repeated(tmp_path: Path, printed: str) -> None:
    failing = script(f"import json, sys; print({printed}, file=sys.stderr); sys.exit(3)")

    with pytest.raises(SinkFailed, match="code 3") as caught:
        sink_in(tmp_path, failing).keep(make_handover(secret=SECRET))

    error = caught.value
    told = f"{error!r} {error.hint} {error.evidence} {''.join(traceback.format_exception(error))}"
    assert Canary({"secret": SECRET}).leaks({"told": told.encode()}) == []
    assert "".join(SECRET[:12]) not in told.replace(" ", "")


@pytest.mark.parametrize("keeps", ["sleep 60", "sleep 60 & wait", "trap '' TERM; sleep 60 | cat"])
def test_a_command_that_hangs_is_killed_with_what_it_started(tmp_path: Path, keeps: str) -> None:
    with pytest.raises(SinkFailed, match=r"did not end within 0\.5 seconds, and was killed") as e:
        sink_in(tmp_path, ("sh", "-c", keeps), timeout=0.5).keep(make_handover(secret=SECRET))

    assert "timeoutSeconds" in e.value.hint
    assert SECRET not in "".join(traceback.format_exception(e.value))


def test_a_command_that_reads_nothing_may_end_well(tmp_path: Path) -> None:
    sink_in(tmp_path, ("sh", "-c", "exit 0")).keep(make_handover(token="1." + "x" * 200_000))


def test_a_check_that_fails_is_told_before_there_is_a_secret(tmp_path: Path) -> None:
    sink = sink_in(tmp_path, check=script("import sys; sys.exit('not logged in')"))

    with pytest.raises(SinkFailed, match="refused beforehand, and ended with code 1") as refused:
        sink.prepare()

    assert refused.value.hint == "its last words: not logged in"
    assert list(tmp_path.iterdir()) == []


def test_a_program_that_is_not_there_is_told_beforehand(tmp_path: Path) -> None:
    with pytest.raises(SinkFailed, match="no such program here"):
        sink_in(tmp_path, ("no-such-program",)).prepare()


def test_a_program_that_nobody_allowed_is_not_run(tmp_path: Path) -> None:
    sink = sink_in(tmp_path, ("curl", "https://evil.example"))

    with pytest.raises(SinkFailed, match="nobody but the manifest says so") as refused:
        sink.prepare()

    assert "PROVISION_ALLOW_COMMANDS=curl" in refused.value.hint
    with pytest.raises(SinkFailed, match="nobody but the manifest"):
        sink.keep(make_handover())


def test_a_path_starts_from_the_folder_of_the_manifest(tmp_path: Path) -> None:
    (tmp_path / "deliver").write_text("#!/bin/sh\ncat > kept\n")
    (tmp_path / "deliver").chmod(0o755)
    sink = sink_in(tmp_path, ("./deliver",))
    sink.prepare()
    sink.keep(make_handover())

    assert (tmp_path / "kept").exists()


def test_a_file_that_is_no_program_cannot_be_started(tmp_path: Path) -> None:
    (tmp_path / "deliver").write_bytes(b"\x00 no program")
    (tmp_path / "deliver").chmod(0o755)

    with pytest.raises(SinkFailed, match="cannot be started"):
        sink_in(tmp_path, ("./deliver",)).keep(make_handover())


def test_the_holder_names_the_program_alone(tmp_path: Path) -> None:
    assert sink_in(tmp_path, ("sh", "-c", "…")).holder == "command sh"


@pytest.mark.parametrize(
    ("complaint", "shown"),
    [
        ("", ""),
        ("\n \n", ""),
        ("first\nlast line\n", "last line"),
        ("colour \x1b[31mred", "colour [31mred"),
        ("a word of " + "x" * 16, "a word of …"),
        ("word " * 100, ("word " * 40) + "…"),
    ],
)
def test_last_words_are_one_short_line(complaint: str, shown: str) -> None:
    assert quoted(complaint, [Secret(SECRET)]) == shown
