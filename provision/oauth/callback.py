"""The answer to a sign-in: read from a redirect, or from whatever a person copied."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Final
from urllib.parse import parse_qsl, unquote

from provision.errors import SignInRequired, UsageError
from provision.oauth.paste_mistakes import (
    PASTE_AGAIN,
    impostor_fields,
    impostor_name,
    impostor_page,
)
from provision.oauth.refusal import error_for, read_refusal
from provision.secret import Secret

_DOING: Final = "signing in"
# Nothing of this is ever part of an address or a code: quotes of every kind and what mail programs,
# terminals and word processors put around and between.
_DECORATION: Final = re.compile(
    '[\\s"`<>\\\\\u00ab\u00bb\u00ad\u2018-\u201f\u2039\u203a\u200b-\u200f\u2028-\u202e'
    "\u2060-\u2064\u2066-\u2069\ufeff\u180e]"
)
_CODE: Final = re.compile(r"[A-Za-z0-9._~!*$'()+/=-]+")
_SHORTEST_CODE: Final = 16
"""Far shorter than any real one; keeps a `yes` from being sent to Entra."""


@dataclass(frozen=True, slots=True)
class Callback:
    """A sign-in's good answer."""

    code: Secret
    state: str


@dataclass(frozen=True, slots=True)
class PastedCode:
    """A code that a person copied."""

    code: Secret
    state: str | None
    """None when only the code was copied: PKCE and nonce then have to tell whose it is."""


def is_state(candidate: str | None, expected: str) -> bool:
    """Compare two states in constant time."""
    return candidate is not None and compare_digest(candidate.encode(), expected.encode())


def parse_callback(parameters: Mapping[str, str]) -> Callback:
    """Return the code in a redirect's parameters, whose state the caller has compared.

    Raises:
        ProvisionError: What Entra said instead; ConsentMissing when consent was declined.
    """
    if "error" in parameters:
        raise error_for(read_refusal(parameters), _DOING)
    code = parameters.get("code", "")
    if not code:
        raise SignInRequired(
            f"{_DOING}: the redirect carried neither a code nor an error",
            hint="begin again: provision authorize",
        )
    return Callback(Secret(code), parameters.get("state", ""))


def parse_paste(text: str) -> PastedCode:
    """Return the code in a pasted address, query or bare code, percent-decoded exactly once.

    Raises:
        UsageError: There is no code in it; says what it is instead, without repeating it.
        ProvisionError: The address carries an error of Entra's.
    """
    cleaned = _cleaned(text)
    parameters = _parameters(cleaned)
    if "error" in parameters:
        # Only here are pluses spaces: see _parameters.
        spaced = {name: value.replace("+", " ") for name, value in parameters.items()}
        raise error_for(read_refusal(spaced), _DOING)
    if "code" in parameters:
        return _pasted(parameters["code"], parameters.get("state"))
    # The text as it was: without its quotes and blanks, JSON is hard to tell.
    kind = impostor_fields(text)
    if kind:
        raise _not_a_code(kind)
    page, hint = impostor_page(cleaned)
    if page:
        raise UsageError(f"what was pasted holds no code: {page}", hint=hint)
    if "://" in cleaned:
        raise _not_a_code("an address without a code")
    code = unquote(re.split(r"[?#&]", cleaned.lstrip("?#&"), maxsplit=1)[0])
    if len(code) < _SHORTEST_CODE or not _CODE.fullmatch(code):
        raise _not_a_code("neither an address nor a code" if cleaned else "empty")
    return _pasted(code, parameters.get("state"))


def pasted_parameters(text: str) -> dict[str, str]:
    """Return what a pasted address carries, without what a mail program put around it."""
    return _parameters(_cleaned(text))


def _cleaned(text: str) -> str:
    return _DECORATION.sub("", text.replace("&amp;", "&")).strip("',;")


def accept_paste(pasted: PastedCode, state: str) -> Callback:
    """Return the pasted code as an answer to the sign-in with that state.

    Raises:
        UsageError: It answers another sign-in.
    """
    if pasted.state is not None and not is_state(pasted.state, state):
        raise UsageError(
            "what was pasted answers another sign-in than the one that is waiting",
            hint="open the newest link, or begin again: provision authorize --paste",
        )
    return Callback(pasted.code, state)


def _pasted(code: str, state: str | None) -> PastedCode:
    kind = impostor_name(code) if code else "an address with an empty code"
    if kind:
        raise _not_a_code(kind)
    return PastedCode(Secret(code), state)


def _not_a_code(kind: str) -> UsageError:
    return UsageError(f"what was pasted is not an authorization code: it is {kind}",
                      hint=PASTE_AGAIN)  # fmt: skip


def _parameters(cleaned: str) -> dict[str, str]:
    """Return what an address carries in its query or its fragment; the first of a name counts."""
    found: dict[str, str] = {}
    for part in re.split(r"[?#]", cleaned):
        # A plus is itself, not a space: no code has spaces, and not every browser encodes pluses.
        found = dict(parse_qsl(part.replace("+", "%2B"), keep_blank_values=True)) | found
    return found
