"""Finds secrets in whatever was written, in the forms in which secrets leak."""

import binascii
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Final
from urllib.parse import quote, quote_plus

_SHORTEST: Final = 8
"""A shorter text is found by chance."""
_PART: Final = 24
"""How much of a long secret is a leak although the rest was cut off."""
_JWT: Final = re.compile(rb"eyJ[\w-]{16,}\.eyJ[\w-]{16,}\.[\w-]{16,}")
_ENCODED: Final = re.compile(rb"[A-Za-z0-9+/_-]{40,}={0,2}")
_VERIFIER: Final = re.compile(rb"(?<![\w-])[\w-]{43}(?![\w-])")
_BETWEEN: Final = re.compile(rb"(?:\\r|\\n|\\?\s|['\"])+")
"""What a printer puts between the lines of a wrapped text."""


@dataclass(frozen=True, slots=True)
class Leak:
    """One secret that stands where it must not."""

    name: str
    """Of the secret, never its value."""
    form: str
    """`raw`, `base64`, `url`, `escaped`, `hex`, `beginning`, `end`, `token` or `verifier`."""
    where: str


class Canary:
    """Knows the secrets of one run and looks for them."""

    def __init__(self, secrets: Mapping[str, str], code_challenges: Iterable[str] = ()) -> None:
        """Take the secrets by name; of a PKCE verifier the challenge is enough to know it."""
        self._needles = [
            (name, form, needle)
            for name, secret in secrets.items()
            if len(secret) >= _SHORTEST
            for form, needle in _forms(secret)
        ]
        self._challenges = frozenset(code_challenges)

    def leaks(self, texts: Mapping[str, bytes]) -> list[Leak]:
        """Return every secret in every text, the texts being named by where they were found."""
        return [leak for where, text in texts.items() for leak in self._in(where, text)]

    def _in(self, where: str, text: bytes) -> Iterator[Leak]:
        # A printer may have broken a line in the middle of a secret.
        joined = _BETWEEN.sub(b"", text)
        seen = set()
        for name, form, needle in self._needles:
            if name not in seen and (needle in text or needle in joined):
                seen.add(name)
                yield Leak(name, form, where)
        if any(_JWT.search(view) for view in (text, joined, *_decoded(text))):
            yield Leak("some token", "token", where)
        if any(_challenge(m.group()) in self._challenges for m in _VERIFIER.finditer(text)):
            yield Leak("PKCE verifier", "verifier", where)


@cache
def _forms(secret: str) -> tuple[tuple[str, bytes], ...]:
    """Return a secret as it would stand in a log, a URL, a SASL string or a traceback."""
    return tuple(_every_form(secret))


def _every_form(secret: str) -> Iterator[tuple[str, bytes]]:
    yield "raw", secret.encode()
    for changed in {json.dumps(secret)[1:-1], repr(secret)[1:-1]} - {secret}:
        yield "escaped", changed.encode()
    for changed in {quote(secret, safe=""), quote_plus(secret), quote(secret)} - {secret}:
        yield "url", changed.encode()
        yield from (("base64", text) for text in _base64_forms(changed.encode()))
    yield from (("base64", text) for text in _base64_forms(secret.encode()))
    yield "hex", secret.encode().hex().encode()
    if len(secret) >= 2 * _PART:
        yield "beginning", secret[:_PART].encode()
        yield "end", secret[-_PART:].encode()


def _base64_forms(content: bytes) -> Iterator[bytes]:
    """Yield what is left of a text in base64, wherever in the encoded whole it begins."""
    for offset in range(3):
        encoded = b64encode(bytes(offset) + content)
        # The first and last characters also depend on the neighbours.
        inner = encoded[(offset * 8 + 5) // 6 : (offset + len(content)) * 8 // 6]
        yield inner
        yield inner.replace(b"+", b"-").replace(b"/", b"_")


def _decoded(text: bytes) -> Iterator[bytes]:
    for match in _ENCODED.finditer(text):
        run = match.group().replace(b"-", b"+").replace(b"_", b"/").rstrip(b"=")
        try:
            yield b64decode(run + b"=" * (-len(run) % 4))
        except binascii.Error:
            continue


def _challenge(verifier: bytes) -> str:
    digest = sha256(verifier).digest()
    return b64encode(digest, b"-_").rstrip(b"=").decode()
