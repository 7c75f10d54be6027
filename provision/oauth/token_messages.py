"""What is sent to the token endpoint and what its answers mean; nothing here talks to anyone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from provision.errors import Unreachable
from provision.oauth.authorization_request import SignIn
from provision.oauth.http_response import Answer, Form, json_object, raise_if_temporary
from provision.oauth.refusal import Refusal, error_for, read_refusal
from provision.secret import Secret

_BAD_REQUEST: Final = 400


@dataclass(frozen=True, slots=True)
class Client:
    """The application that asks for tokens."""

    client_id: str
    secret: Secret | None
    """None for a public client."""
    authority: str
    """With the tenant segment, which must be the one of the sign-in for the life of a token."""


@dataclass(frozen=True, slots=True)
class TokenSet:
    """What the token endpoint issued."""

    access_token: Secret
    """A JWT for work accounts, opaque for personal ones: never to be parsed."""
    expires_in: int
    """Seconds from the answer."""
    scopes: frozenset[str]
    """As granted, in the endpoint's own spelling; may be fewer than asked (`missing_scopes`)."""
    refresh_token: Secret | None
    """After a refresh always the newest: the one that was sent when none came back."""
    id_token: Secret | None


def build_redemption(client: Client, code: Secret, sign_in: SignIn) -> Form:
    """Return the form that trades a code for tokens.

    Source:
        RFC 6749 section 4.1.3; RFC 7636 section 4.5
    """
    return {
        **_credentials(client),
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": sign_in.redirect_uri,
        "code_verifier": sign_in.code_verifier,
        "scope": " ".join(sign_in.scopes),
    }


def build_refresh(client: Client, refresh_token: Secret, scopes: tuple[str, ...]) -> Form:
    """Return the form that trades a refresh token for newer tokens.

    Args:
        client: Who asks.
        refresh_token: Of that client.
        scopes: Of one resource. Without any, the form has no scope, which personal accounts refuse:
            only a replay of what other programs do leaves it out.

    Source:
        RFC 6749 section 6
    """
    form: dict[str, str | Secret] = {
        **_credentials(client),
        "grant_type": "refresh_token",
        "refresh_token": refresh_token,
    }
    return {**form, "scope": " ".join(scopes)} if scopes else form


def build_client_credentials(client: Client, resource: str) -> Form:
    """Return the form by which an application gets a token of its own.

    Source:
        RFC 6749 section 4.4; the scope is Entra's: everything that was granted on the resource
    """
    return {
        **_credentials(client),
        "grant_type": "client_credentials",
        "scope": f"{resource}/.default",
    }


def parse(answer: Answer, doing: str, client_request_id: str) -> TokenSet:
    """Return the tokens, or raise what the endpoint said.

    Args:
        answer: Of the token endpoint.
        doing: Begins an error's message.
        client_request_id: Evidence for an answer that brings no ids of its own.

    Raises:
        ProvisionError: By the OAuth `error`, else by the HTTP status.

    Source:
        RFC 6749 sections 5.1 and 5.2
    """
    told = read(answer, doing, client_request_id)
    if isinstance(told, Refusal):
        raise error_for(told, doing)
    return told


def read(answer: Answer, doing: str, client_request_id: str) -> TokenSet | Refusal:
    """Return the tokens, or why there are none; the arguments are those of `parse`.

    Raises:
        TemporaryError: The same request may get another answer later.
    """
    fields = json_object(answer)
    sent = (("client-request-id", client_request_id),)
    if fields is not None and "error" in fields:
        refusal = read_refusal(fields)
        if "correlation-id" not in dict(refusal.evidence):
            refusal = replace(refusal, evidence=(*sent, *refusal.evidence))
        raise_if_temporary(answer, doing, refusal.evidence)
        return refusal
    raise_if_temporary(answer, doing, sent)
    if fields is None or answer.status >= _BAD_REQUEST:
        raise Unreachable(
            f"{doing}: the answer ({answer.status}) is not one of Entra's token endpoint",
            hint="a proxy or a captive portal may have answered in its place",
            evidence=sent,
        )
    return _token_set(fields, doing, sent)


def _credentials(client: Client) -> dict[str, str | Secret]:
    fields: dict[str, str | Secret] = {"client_id": client.client_id}
    # An empty client_secret is refused even for public clients: absent is not the same.
    return fields if client.secret is None else {**fields, "client_secret": client.secret}


def _token_set(
    fields: Mapping[str, object], doing: str, evidence: tuple[tuple[str, str], ...]
) -> TokenSet:
    access_token = _secret(fields.get("access_token"))
    try:
        expires_in = int(str(fields.get("expires_in")))
    except ValueError:
        expires_in = 0
    if access_token is None or expires_in <= 0:
        raise Unreachable(
            f"{doing}: the answer has no access token with a life",
            hint="a proxy may have changed the answer; the same command works later",
            evidence=evidence,
        )
    return TokenSet(
        access_token=access_token,
        expires_in=expires_in,
        scopes=frozenset(str(fields.get("scope") or "").split()),
        refresh_token=_secret(fields.get("refresh_token")),
        id_token=_secret(fields.get("id_token")),
    )


def _secret(value: object) -> Secret | None:
    return Secret(value) if isinstance(value, str) and value else None
