"""The key that signs the sandbox's tokens: made once, kept beside the directory's state."""

import os
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_FILE_NAME = "signing-key.pem"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, its name in a JWKS, and the cipher derived from it."""

    private: RSAPrivateKey
    key_id: str
    """Thumbprint of the public key; safe in a file name."""
    cipher: AESGCM
    """Seals what personal accounts get instead of a JWT."""

    def jwk(self) -> dict[str, str]:
        """Return the public half as a member of a JWKS (RFC 7517)."""
        numbers = self.private.public_key().public_numbers()
        return {
            "kty": "RSA",
            "use": "sig",
            "kid": self.key_id,
            "n": _unpadded(numbers.n.to_bytes(256)),
            "e": _unpadded(numbers.e.to_bytes(3)),
        }


def obtain_key(state: Path | None) -> SigningKey:
    """Return the key kept beside `state`, or a new one, written there when there is a `state`.

    Args:
        state: The directory's own file; None keeps the key in memory only.
    """
    if state is None:
        return _described(_generated())
    path = state.with_name(_FILE_NAME)
    if path.exists():
        loaded = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(loaded, RSAPrivateKey):
            msg = f"{path}: not an RSA key"
            raise TypeError(msg)
        return _described(loaded)
    private = _generated()
    _write(private, path)
    return _described(private)


def _generated() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


def _write(private: RSAPrivateKey, path: Path) -> None:
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    temporary = path.with_suffix(".tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
    temporary.replace(path)


def _described(private: RSAPrivateKey) -> SigningKey:
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    secret = private.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"opaque access tokens").derive(secret)
    return SigningKey(private, _unpadded(sha256(public).digest()[:20]), AESGCM(derived))


def _unpadded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
