"""Private files are replaced whole or not at all, and refused before a secret exists."""

import os
from pathlib import Path
from typing import TextIO

import pytest

from provision.errors import SinkFailed
from provision.handoff.files import check_writable, read_private, replace_private
from tests.unit.handoff.values import mode_of


class Crash(BaseException):
    """Not an Exception, as Ctrl-C is not."""


def crash(file: TextIO) -> None:
    file.write("half a sec")
    raise Crash


def full_disk(file: TextIO) -> None:
    file.write("half a sec")
    raise OSError(28, "No space left on device")


def test_a_new_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    replace_private(tmp_path / "mail.env", lambda file: file.write("x"))
    assert mode_of(tmp_path / "mail.env") == 0o600


def test_a_replaced_file_loses_its_wide_permissions(tmp_path: Path) -> None:
    path = tmp_path / "mail.env"
    path.write_text("old")
    path.chmod(0o644)
    replace_private(path, lambda file: file.write("new"))
    assert (mode_of(path), path.read_text()) == (0o600, "new")


def test_the_umask_does_not_matter(tmp_path: Path) -> None:
    before = os.umask(0o777)
    try:
        replace_private(tmp_path / "mail.env", lambda file: file.write("x"))
    finally:
        os.umask(before)
    assert mode_of(tmp_path / "mail.env") == 0o600


def test_a_crash_in_the_middle_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "mail.env"
    path.write_text("old")
    with pytest.raises(Crash):
        replace_private(path, crash)
    assert path.read_text() == "old"


def test_a_crash_in_the_middle_leaves_no_temporary_file(tmp_path: Path) -> None:
    with pytest.raises(Crash):
        replace_private(tmp_path / "mail.env", crash)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_a_failed_sink(tmp_path: Path) -> None:
    with pytest.raises(SinkFailed, match="No space left"):
        replace_private(tmp_path / "mail.env", full_disk)
    assert list(tmp_path.iterdir()) == []


def test_a_vanished_directory_is_a_failed_sink(tmp_path: Path) -> None:
    with pytest.raises(SinkFailed, match="cannot be written"):
        replace_private(tmp_path / "gone" / "mail.env", crash)


def test_checking_leaves_nothing_behind(tmp_path: Path) -> None:
    check_writable(tmp_path / "mail.env")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SinkFailed, match="does not exist"):
        check_writable(tmp_path / "gone" / "mail.env")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_closed_directory_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(SinkFailed, match="cannot be written"):
        check_writable(tmp_path / "mail.env")


def test_a_directory_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mail.env").mkdir()
    with pytest.raises(SinkFailed, match="is a directory"):
        check_writable(tmp_path / "mail.env")


@pytest.mark.parametrize("target", ["elsewhere.env", "/etc/passwd", "nowhere"])
def test_a_symbolic_link_is_refused(tmp_path: Path, target: str) -> None:
    (tmp_path / "elsewhere.env").write_text("")
    (tmp_path / "mail.env").symlink_to(target)
    with pytest.raises(SinkFailed, match="symbolic link"):
        check_writable(tmp_path / "mail.env")


def test_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "mail.env")
    with pytest.raises(SinkFailed, match="not an ordinary file"):
        check_writable(tmp_path / "mail.env")


def test_a_file_as_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SinkFailed, match="cannot be looked at"):
        check_writable(tmp_path / "file" / "mail.env")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_another_users_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mail.env").write_text("")
    os.chown(tmp_path / "mail.env", 12345, -1)
    with pytest.raises(SinkFailed, match="another user"):
        check_writable(tmp_path / "mail.env")


def test_no_file_reads_as_none(tmp_path: Path) -> None:
    assert read_private(tmp_path / "mail.env") is None


def test_line_ends_are_read_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "mail.env").write_bytes(b"A=1\r\n")
    assert read_private(tmp_path / "mail.env") == "A=1\r\n"


def test_a_binary_file_is_a_failed_sink(tmp_path: Path) -> None:
    (tmp_path / "mail.env").write_bytes(b"\xff\xfe")
    with pytest.raises(SinkFailed, match="UTF-8"):
        read_private(tmp_path / "mail.env")


def test_an_unreadable_path_is_a_failed_sink(tmp_path: Path) -> None:
    with pytest.raises(SinkFailed, match="cannot be read"):
        read_private(tmp_path)
