"""Hand-off to AEM's OSGi: a folder with both configurations, secrets by name only."""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from provision.errors import SinkFailed
from provision.handoff.files import check_writable, read_private, remove_private, replace_private
from provision.handoff.osgi_settings import (
    MAIL_SERVICE,
    OAUTH_PROVIDER,
    Settings,
    Tunnel,
    client_id_of,
    is_our_mail_service,
    mail_service,
    oauth_provider,
)
from provision.handoff.port import Handover

_ENDING: Final = ".cfg.json"


class AemOsgiSink:
    """Two files of a folder that may hold others, and may be committed: neither has a secret."""

    holds_secrets = False

    def __init__(self, name: str, label: str, folder: Path, tunnel: Tunnel | None = None) -> None:
        """Take where the files go, and how AEM reaches the SMTP server.

        Args:
            name: Of the format.
            label: The folder, as it was given.
            folder: It is made when only it is missing.
            tunnel: What AEM connects to in place of the server; None for the server itself.
        """
        self.name = name
        self._label = label
        self._folder = folder
        self._tunnel = tunnel

    @property
    def holder(self) -> str:
        """Return the format and the folder."""
        return f"{self.name} {self._label}"

    def prepare(self) -> None:
        """Prove that both files can be written, and that none of somebody else is there.

        Raises:
            SinkFailed: They cannot, or one is.
        """
        self._check()
        for pid in (MAIL_SERVICE, OAUTH_PROVIDER):
            found = self._read(pid)
            if found is not None and not _is_ours(pid, found):
                raise self._foreign(pid)

    def keep(self, handover: Handover) -> None:
        """Replace both files, or neither.

        Raises:
            SinkFailed: One cannot be written, or the mailbox does not send.
        """
        written = {
            MAIL_SERVICE: mail_service(handover, self._tunnel, self.holder),
            OAUTH_PROVIDER: oauth_provider(handover),
        }
        self.prepare()
        try:
            self._folder.mkdir(exist_ok=True)
        except OSError as error:
            raise SinkFailed(f"{self._folder}: cannot be made ({error.strerror})") from error
        before = {pid: read_private(self._path(pid)) for pid in written}
        try:
            for pid, settings in written.items():
                self._write(pid, _text(settings))
        except BaseException:
            # Two halves of different hand-offs would be worse than the old whole.
            for pid, text in before.items():
                with suppress(SinkFailed):
                    self._restore(pid, text)
            raise

    def clear(self, client_id: str) -> bool:
        """Remove both files if they are this application's, and nothing else of the folder."""
        provider, service = self._read(OAUTH_PROVIDER), self._read(MAIL_SERVICE)
        if provider is None or client_id_of(provider) != client_id:
            return False
        remove_private(self._path(OAUTH_PROVIDER))
        if service is not None and is_our_mail_service(service):
            remove_private(self._path(MAIL_SERVICE))
        return True

    def held_key_id(self) -> str | None:
        """Return None: the files have no secret."""
        return None

    def _check(self) -> None:
        if self._folder.is_symlink() or (self._folder.exists() and not self._folder.is_dir()):
            raise SinkFailed(
                f"{self._folder}: is no directory",
                hint="name another path in the manifest's `handoff`",
            )
        if not self._folder.exists():
            check_writable(self._folder)
            return
        for pid in (MAIL_SERVICE, OAUTH_PROVIDER):
            check_writable(self._path(pid))

    def _path(self, pid: str) -> Path:
        return self._folder / f"{pid}{_ENDING}"

    def _read(self, pid: str) -> Mapping[str, object] | None:
        """Return the settings of a file, none when there is none; empty ones are nobody's."""
        text = read_private(self._path(pid))
        if text is None:
            return None
        try:
            found = json.loads(text)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def _write(self, pid: str, text: str) -> None:
        replace_private(self._path(pid), lambda file: file.write(text))

    def _restore(self, pid: str, text: str | None) -> None:
        if text is None:
            remove_private(self._path(pid))
        else:
            self._write(pid, text)

    def _foreign(self, pid: str) -> SinkFailed:
        return SinkFailed(
            f"{self._path(pid)}: was not written by provision, and would be replaced",
            hint="move the file away, or name another path in the manifest's `handoff`",
        )


def _is_ours(pid: str, found: Mapping[str, object]) -> bool:
    if pid == MAIL_SERVICE:
        return is_our_mail_service(found)
    return client_id_of(found) is not None


def _text(settings: Settings) -> str:
    return json.dumps(settings, indent=2) + "\n"
