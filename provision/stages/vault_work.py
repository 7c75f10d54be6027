"""What a person does to the vault as a whole: another key, an export, an import."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from provision.clock import Clock
from provision.errors import SinkFailed, UsageError, VaultFailed
from provision.handoff.files import check_writable, read_private, replace_private
from provision.handoff.worktree import refuse_if_committed
from provision.stages.settings import secret_setting
from provision.stages.vault_of_environment import upkeep_of
from provision.vault.contents import as_text, from_text
from provision.vault.export_text import (
    Export,
    Protection,
    is_export,
    read_export,
    require_passphrase,
    sealed_export,
)
from provision.vault.key_text import require_key

if TYPE_CHECKING:
    from provision.secret import Secret
    from provision.vault.key import KeyKind
    from provision.vault.upkeep import Rotated, TakenIn, TakenOut

_KEY, _PASSPHRASE = "PROVISION_EXPORT_KEY", "PROVISION_EXPORT_PASSPHRASE"
_ELSEWHERE = "name another path"


class VaultWork:
    """The vault that an environment names, and what can be done to it."""

    def __init__(self, environ: Mapping[str, str], clock: Clock) -> None:
        self._environ = environ
        self._clock = clock

    def rotate_key(self, kind: "KeyKind | None") -> "Rotated":
        """Seal the vault's secrets under a new key; PROVISION_VAULT_NEW_KEY gives one.

        Raises:
            UsageError: That variable is set and not wanted, wanted and not set, or no key.
            VaultFailed: The old key does not open the vault, or the new one cannot be kept.
        """
        given = secret_setting(self._environ, "PROVISION_VAULT_NEW_KEY")
        return upkeep_of(self._environ, self._clock).rotate_key(kind, given)

    def export(self, file: Path, ask: "Callable[[], Secret]") -> "TakenOut":
        """Write all that can be moved into one sealed file, which appears whole or not at all.

        Args:
            file: Replaced when it is an export, refused when it is anything else.
            ask: Asks for a passphrase, where the environment gives neither that nor a key.

        Raises:
            SinkFailed: The file cannot be written, or git would commit it.
            VaultFailed: The vault cannot be read.
        """
        upkeep = upkeep_of(self._environ, self._clock)
        refuse_if_committed(file)
        check_writable(file, elsewhere=_ELSEWHERE)
        there = read_private(file)
        if there and not is_export(there):
            raise SinkFailed(
                f"{file}: is something else than an export, and would be replaced", hint=_ELSEWHERE
            )
        protection = self._protection() or Protection(
            "passphrase", require_passphrase(ask(), "the answer")
        )
        taken = upkeep.take_out()
        text = sealed_export(as_text(taken.contents), protection)
        replace_private(file, lambda stream: stream.write(text))
        return taken

    def take_in(self, file: Path, ask: "Callable[[], Secret]") -> "TakenIn":
        """Merge an export into the vault, all or nothing; an absent vault is made.

        Args:
            file: The export.
            ask: Asks for the passphrase, where one is wanted and the environment has none.

        Raises:
            VaultFailed: The file is no export, was changed, or does not open; or the vault cannot
                be written.
        """
        upkeep = upkeep_of(self._environ, self._clock)
        export = read_export(_text_of(file), str(file))
        return upkeep.take_in(from_text(export.opened(self._opener(export, ask)), str(file)))

    def _opener(self, export: Export, ask: "Callable[[], Secret]") -> Protection:
        given = self._protection()
        if given is not None:
            return given
        if export.by == "key":
            raise UsageError(
                f"export {export.source}: opens with a key, and {_KEY} is not set",
                hint=f"set {_KEY} to the key that it was made with",
            )
        return Protection("passphrase", ask())

    def _protection(self) -> Protection | None:
        """Return what the environment gives.

        Raises:
            UsageError: Both a key and a passphrase, or one that is none.
        """
        key = secret_setting(self._environ, _KEY)
        passphrase = secret_setting(self._environ, _PASSPHRASE)
        if key is not None and passphrase is not None:
            raise UsageError(
                f"{_KEY} and {_PASSPHRASE} are both set", hint=f"unset one of them: unset {_KEY}"
            )
        if key is not None:
            return Protection("key", require_key(key, _KEY))
        if passphrase is None:
            return None
        return Protection("passphrase", require_passphrase(passphrase, _PASSPHRASE))


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise VaultFailed(
            f"export {file}: is not an export of a vault", hint="check the path"
        ) from error
    except OSError as error:
        raise VaultFailed(
            f"export {file}: cannot be read ({error.strerror})", hint="check the path"
        ) from error
