"""An export as text: sealed as a whole under a passphrase or a key, so that no part can differ."""

import json
import os
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from provision.errors import UsageError, VaultFailed
from provision.secret import Secret
from provision.vault.cipher import NONCE_BYTES
from provision.vault.key_text import KEY_BYTES, fingerprint

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FORMAT: Final = "provision vault export"
VERSION: Final = 1
SCRYPT_N: Final = 2**17
"""Cost of a guess: 128 MiB and some tenths of a second.

Source: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
"""
_R, _P = 8, 1
_MOST_N: Final = 2**20
"""A gibibyte: what a header may ask for at most, since it is read before it is trusted."""
_SALT_BYTES: Final = 16
_SHORTEST: Final = 12
_WHOLE: Final = "fetch the file again from where it was made, or export it anew"


@dataclass(frozen=True, slots=True)
class Protection:
    """What opens an export."""

    by: Literal["passphrase", "key"]
    secret: Secret
    """The passphrase, or the base64 of a key."""


@dataclass(frozen=True, slots=True)
class _Scrypt:
    """How a key follows from a passphrase."""

    n: int
    salt: bytes

    def key(self, passphrase: Secret) -> Secret:
        """Return the key; takes memory and time on purpose."""
        from cryptography.hazmat.primitives.kdf.scrypt import Scrypt  # noqa: PLC0415  (loads OpenSSL)

        kdf = Scrypt(salt=self.salt, length=KEY_BYTES, n=self.n, r=_R, p=_P)
        return Secret(b64encode(kdf.derive(passphrase.reveal().encode())).decode())


@dataclass(frozen=True, slots=True)
class Export:
    """An export whose head was read, and nothing else."""

    source: str
    """The file, for a sentence."""
    by: Literal["passphrase", "key"]
    """What opens it."""
    scrypt: _Scrypt | None
    fingerprint: str
    """Of the key that opens it."""
    head: bytes
    """What the sealing covers besides the contents."""
    sealed: bytes

    def opened(self, protection: Protection) -> Secret:
        """Return the contents.

        Raises:
            VaultFailed: The passphrase or the key is another one, or the file was changed.
            UsageError: A key was given where a passphrase is wanted, or the other way round.
        """
        if protection.by != self.by:
            raise UsageError(
                f"export {self.source}: opens with a {self.by}, and a {protection.by} was given",
                hint="set PROVISION_EXPORT_KEY for a key, PROVISION_EXPORT_PASSPHRASE for a "
                "passphrase, and not both",
            )
        key = self.scrypt.key(protection.secret) if self.scrypt else protection.secret
        if fingerprint(key) != self.fingerprint:
            raise VaultFailed(
                f"export {self.source}: the {self.by} does not open it",
                hint=f"give the {self.by} that it was made with",
            )
        found = _unsealed(key, self.sealed, self.head)
        if found is None:
            raise VaultFailed(
                f"export {self.source}: the {self.by} is right, but the file was cut, damaged or "
                "changed",
                hint=_WHOLE,
            )
        return found


def sealed_export(text: Secret, protection: Protection, *, n: int = SCRYPT_N) -> str:
    """Return the file's text.

    Args:
        text: The contents.
        protection: What will open it.
        n: The cost of scrypt.
    """
    members: dict[str, object] = {"format": FORMAT, "version": VERSION, "by": protection.by}
    key = protection.secret
    if protection.by == "passphrase":
        scrypt = _Scrypt(n, os.urandom(_SALT_BYTES))
        key = scrypt.key(protection.secret)
        members["scrypt"] = {"n": n, "r": _R, "p": _P, "salt": b64encode(scrypt.salt).decode()}
    members["fingerprint"] = fingerprint(key)
    nonce = os.urandom(NONCE_BYTES)
    sealed = nonce + _aead(key).encrypt(nonce, text.reveal().encode(), _head(members))
    return json.dumps({**members, "sealed": b64encode(sealed).decode()}, indent=1) + "\n"


def read_export(text: str, source: str) -> Export:
    """Return an export without opening it.

    Raises:
        VaultFailed: It is none, a newer one, or was cut.
    """
    try:
        members = json.loads(text)
        if not isinstance(members, dict) or members.get("format") != FORMAT:
            raise _no_export(source)
        if members["version"] != VERSION:
            raise VaultFailed(
                f"export {source}: has version {members['version']!r}, and this provision knows "
                f"{VERSION}",
                hint="update provision, then import it again",
            )
        sealed = b64decode(members.pop("sealed"), validate=True)
        by: Literal["passphrase", "key"] = "passphrase" if "scrypt" in members else "key"
        scrypt = _read_scrypt(members["scrypt"]) if by == "passphrase" else None
        return Export(source, by, scrypt, str(members["fingerprint"]), _head(members), sealed)
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise _no_export(source) from error


def is_export(text: str) -> bool:
    """Tell whether a file's text is an export, of whatever version."""
    try:
        members = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(members, dict) and members.get("format") == FORMAT


def require_passphrase(given: Secret, origin: str) -> Secret:
    """Return the passphrase that was given.

    Raises:
        UsageError: It can be guessed.
    """
    if len(given) < _SHORTEST:
        raise UsageError(
            f"{origin}: the passphrase is shorter than {_SHORTEST} characters",
            hint="take several words, or what `openssl rand -base64 24` says",
        )
    return given


def _read_scrypt(members: dict[str, object]) -> _Scrypt:
    n, salt = members["n"], b64decode(str(members["salt"]), validate=True)
    if not isinstance(n, int) or not 1 < n <= _MOST_N or n & (n - 1):
        raise ValueError(n)
    if (members["r"], members["p"]) != (_R, _P):
        raise ValueError(n)
    return _Scrypt(n, salt)


def _head(members: dict[str, object]) -> bytes:
    return json.dumps(members, sort_keys=True).encode()


def _unsealed(key: Secret, sealed: bytes, head: bytes) -> Secret | None:
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415  (see _Scrypt.key)

    try:
        opened = _aead(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], head)
    except (InvalidTag, ValueError):
        return None
    return Secret(opened.decode())


def _no_export(source: str) -> VaultFailed:
    return VaultFailed(f"export {source}: is not an export of a vault, or was cut", hint=_WHOLE)


def _aead(key: Secret) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  (see _Scrypt.key)

    return AESGCM(b64decode(key.reveal()))
