"""AES-GCM: a value can be read only in the table, row and generation it was written for."""

import json
import os
from base64 import b64decode
from dataclasses import dataclass
from typing import Final

from provision.secret import Secret

NONCE_BYTES: Final = 12
"""NIST SP 800-38D section 8.2.2: 96 random bits, good for 2**32 values under one key."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value stands; it opens nowhere else."""

    table: str
    row: tuple[str, ...]
    """The row's key, in the order of its columns."""
    generation: int = 0
    """0 where the table has no generations."""

    def associated_data(self) -> bytes:
        """Return the place in a form that no two places share."""
        return json.dumps([self.table, self.row, self.generation]).encode()


class Cipher:
    """Seals and opens values under one key."""

    __slots__ = ("_aead",)

    def __init__(self, key: Secret) -> None:
        # A plan or a hint needs no decryption and should not pay for loading OpenSSL.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  (see above)

        self._aead = AESGCM(b64decode(key.reveal()))

    def seal(self, value: Secret, place: Place) -> bytes:
        """Return the nonce, the encrypted value and its tag."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, value.reveal().encode(), place.associated_data())

    def unseal(self, sealed: bytes, place: Place) -> Secret | None:
        """Return the value, or None when key, place or bytes are not those it was sealed with."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415  (as above)

        nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return Secret(self._aead.decrypt(nonce, rest, place.associated_data()).decode())
        except (InvalidTag, ValueError):
            # ValueError: the bytes were cut so short that there is no nonce.
            return None
