"""The sign-in link, and what must be remembered until its answer comes back."""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal
from urllib.parse import quote, urlencode

from provision.secret import Secret

ResponseMode = Literal["form_post", "query"]
Prompt = Literal["select_account", "login", "consent", "none"]
TokenSource = Callable[[int], str]
"""Turns a number of random bytes into that much randomness as URL-safe text."""

# RFC 7636 section 4.1 wants 43 to 128 characters; 32 random bytes are the 43 it recommends.
_RANDOM_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class SignIn:
    """One sign-in that was begun: the link to open, and what its answer is held against."""

    url: str
    """For a person's browser; to be shown, but not logged."""
    state: str
    nonce: Secret
    code_verifier: Secret
    redirect_uri: str
    """To the letter what the token request must repeat."""
    authority: str
    """With its tenant segment, which the token request must share."""
    scopes: tuple[str, ...]
    client_id: str
    response_mode: ResponseMode


@dataclass(frozen=True, slots=True)
class Interaction:
    """How the sign-in page should behave."""

    login_hint: str | None = None
    """The account expected; fills in its name."""
    prompt: Prompt | None = "select_account"
    """None lets a running browser session answer without a question."""
    domain_hint: str | None = None
    """Domain of the account, so that Entra goes straight to where that domain signs in."""
    response_mode: ResponseMode = "form_post"
    """`query` when a person is to copy the answer from the address bar."""


def begin_sign_in(
    *,
    client_id: str,
    authority: str,
    scopes: tuple[str, ...],
    redirect_uri: str,
    interaction: Interaction | None = None,
    random: TokenSource = secrets.token_urlsafe,
) -> SignIn:
    """Make a sign-in link with PKCE, state and nonce; nothing is sent.

    Source:
        https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow; RFC 7636
    """
    how = interaction or Interaction()
    state, nonce, verifier = (random(_RANDOM_BYTES) for _ in range(3))
    parameters = {
        "client_id": client_id,
        "response_type": "code",
        "redirect_uri": redirect_uri,
        "response_mode": how.response_mode,
        "scope": " ".join(scopes),
        "state": state,
        "nonce": nonce,
        "code_challenge": code_challenge(Secret(verifier)),
        "code_challenge_method": "S256",
    }
    if how.prompt is not None:
        parameters["prompt"] = how.prompt
    if how.login_hint:
        parameters["login_hint"] = how.login_hint
    if how.domain_hint:
        parameters["domain_hint"] = how.domain_hint
    return SignIn(
        url=f"{authority}/oauth2/v2.0/authorize?{urlencode(parameters, quote_via=quote)}",
        state=state,
        nonce=Secret(nonce),
        code_verifier=Secret(verifier),
        redirect_uri=redirect_uri,
        authority=authority,
        scopes=scopes,
        client_id=client_id,
        response_mode=how.response_mode,
    )


def code_challenge(code_verifier: Secret) -> str:
    """Return the S256 challenge of a verifier."""
    digest = sha256(code_verifier.reveal().encode("ascii")).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
