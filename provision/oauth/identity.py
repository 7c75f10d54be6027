"""Who signed in: the id token, verified, and held against the account that was wanted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import TYPE_CHECKING, Final, Protocol, assert_never

from provision.clock import Clock
from provision.errors import RefusedError, SignInRequired, WrongTenant
from provision.oauth.discovery import GUID, Discovery, SigningKey
from provision.oauth.scopes import PERSONAL_TENANT_ID
from provision.secret import Secret
from provision.tenant.mailbox import AuthorityKind

if TYPE_CHECKING:
    from jwt.types import Options

_LEEWAY: Final = 300.0
"""Seconds by which our clock and Entra's may differ."""
_DOING: Final = "checking who signed in"
# Time is judged on our own clock, the issuer by filling in its template.
_OPTIONS: Final["Options"] = {
    "require": ["aud", "exp", "iss"],
    "strict_aud": True,
    "verify_exp": False,
    "verify_iat": False,
    "verify_iss": False,
    "verify_nbf": False,
}


class Asked(Protocol):
    """The sign-in that an id token has to answer."""

    @property
    def client_id(self) -> str:
        """Whom the token has to be for."""
        ...

    @property
    def authority(self) -> str:
        """Who has to have issued it."""
        ...

    @property
    def nonce(self) -> Secret | None:
        """What it has to repeat; None where the sign-in had no place for a nonce."""
        ...


@dataclass(frozen=True, slots=True)
class Identity:
    """An account as a verified id token names it."""

    object_id: str
    """`oid`: never reassigned."""
    tenant_id: str
    """`tid`: the account's home, or the consumers' tenant."""
    username: str
    """`preferred_username`: may be changed by an administrator."""


def verify_id_token(
    id_token: Secret, sign_in: Asked, discovery: Discovery, clock: Clock
) -> Identity:
    """Return who signed in.

    Args:
        id_token: As issued together with the access token.
        sign_in: Decides audience, nonce and the issuer's authority.
        discovery: Where keys and issuer come from.
        clock: Judges `exp` and `nbf`.

    Raises:
        RefusedError: The token is not what the authority would issue for this sign-in.

    Source:
        OpenID Connect Core 3.1.3.7; https://learn.microsoft.com/entra/identity-platform/id-tokens
    """
    key = _key_of(id_token, sign_in.authority, discovery)
    claims = _verified(id_token, key, sign_in.client_id)
    tenant_id = _text(claims, "tid").lower()
    if not GUID.fullmatch(tenant_id):
        raise _refused("its tenant is not an id")
    issuers = {discovery.provider(sign_in.authority).issuer, key.get("issuer")} - {None}
    filled = {str(issuer).replace("{tenantid}", tenant_id) for issuer in issuers}
    if filled != {_text(claims, "iss")} or f"/{tenant_id}/" not in _text(claims, "iss"):
        raise _refused("another authority issued it")
    now = clock.now().timestamp()
    if now > _number(claims, "exp") + _LEEWAY or now < _number(claims, "nbf", now) - _LEEWAY:
        raise _refused("its time is over or has not begun; compare this machine's clock")
    nonce = sign_in.nonce
    if nonce and not compare_digest(_text(claims, "nonce").encode(), nonce.reveal().encode()):
        raise _refused("it answers another sign-in")
    return Identity(_text(claims, "oid"), tenant_id, _text(claims, "preferred_username"))


def expected_tenant(kind: AuthorityKind, tenant_id: str) -> str | None:
    """Return the tenant an account of that authority must be of; None when any will do."""
    match kind:
        case "tenant":
            return tenant_id
        case "consumers":
            return PERSONAL_TENANT_ID
        case "common":
            return None
        case _:
            assert_never(kind)


def check_account(
    identity: Identity, sign_in_as: str, tenant_id: str | None, bound: Identity | None = None
) -> None:
    """Let only the wanted account pass.

    Args:
        identity: Who signed in.
        sign_in_as: The account wanted, as the manifest names it.
        tenant_id: Its tenant; None for any.
        bound: Who signed in the first time: from then on the ids decide, and the name may change.

    Raises:
        WrongTenant: The account is of another tenant.
        SignInRequired: It is another account.
    """
    wanted_tenant = tenant_id if bound is None else bound.tenant_id
    if wanted_tenant is not None and identity.tenant_id != wanted_tenant.lower():
        raise WrongTenant(
            f"{identity.username} of tenant {identity.tenant_id} signed in, but {sign_in_as} of "
            f"tenant {wanted_tenant} was wanted",
            hint=f"sign in as {sign_in_as}, in a private window if the browser insists: "
            "provision authorize",
        )
    if bound is None:
        is_wanted = identity.username.casefold() == sign_in_as.casefold()
        note = f"if {identity.username} is the right account, write it as the mailbox's signInAs"
    else:
        is_wanted = identity.object_id == bound.object_id
        note = f"the account bound to this mailbox has the object id {bound.object_id}"
    if not is_wanted:
        raise SignInRequired(
            f"{identity.username} signed in, but {sign_in_as} was wanted",
            hint=f"sign in again as {sign_in_as}: provision authorize; {note}",
            evidence=(("object-id", identity.object_id), ("tenant-id", identity.tenant_id)),
        )


def _key_of(id_token: Secret, authority: str, discovery: Discovery) -> SigningKey:
    import jwt  # noqa: PLC0415  (only a sign-in needs it, and it costs a tenth of a plan)

    try:
        key_id = jwt.get_unverified_header(id_token.reveal()).get("kid")
    except jwt.InvalidTokenError as error:
        raise _refused("it is not a token") from error
    key = discovery.signing_key(authority, str(key_id))
    if key is None:
        raise _refused("its signing key is not one of the authority's")
    return key


def _verified(id_token: Secret, key: SigningKey, client_id: str) -> Mapping[str, object]:
    import jwt  # noqa: PLC0415  (as above)

    try:
        public = jwt.PyJWK.from_json(json.dumps(dict(key)), algorithm="RS256")
        return jwt.decode(
            id_token.reveal(),
            public.key,
            algorithms=["RS256"],
            audience=client_id,
            options=_OPTIONS,
        )
    except jwt.PyJWTError as error:
        raise _refused(f"PyJWT says {type(error).__name__}") from error


def _text(claims: Mapping[str, object], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value:
        raise _refused(f"it has no {name}")
    return value


def _number(claims: Mapping[str, object], name: str, absent: float | None = None) -> float:
    value = claims.get(name, absent)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refused(f"its {name} is not an instant")
    return float(value)


def _refused(reason: str) -> RefusedError:
    return RefusedError(
        f"{_DOING}: the id token is refused here, because {reason}",
        hint="nothing was kept; sign in again: provision authorize",
    )
