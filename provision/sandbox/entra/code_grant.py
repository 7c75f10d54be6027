"""The authorization code grant: ten minutes, once, with the same words as at authorize."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from hmac import compare_digest
from typing import Final

from provision.sandbox.directory import Account, IssuedGrant, JsonObject
from provision.sandbox.entra.issuing import Issue, user_answer
from provision.sandbox.entra.redemption import (
    OpenedGrant,
    TokenRequest,
    first_resource,
    open_grant,
    require_consent,
    scopes_remembered,
    scopes_unauthorized,
)
from provision.sandbox.entra.refusals import Refused, missing_parameter
from provision.sandbox.entra.scopes import Scopes, parse_scopes, resources_of

_LIFETIME: Final = 600.0


def redeem_code(asked: TokenRequest) -> JsonObject:
    """Return tokens for an authorization code.

    Raises:
        Refused: Whatever is wrong with the client, the code or the scope; the code stays good.
    """
    if not asked.form.get("code"):
        raise missing_parameter("code")
    opened = open_grant(asked, "code")
    _require_fresh(asked, opened.grant, opened.account)
    _require_same_redirect(asked, opened)
    if asked.credentials.origin and opened.grant.code_challenge is None:
        raise Refused(9002325)
    _require_verifier(opened.grant, asked.form.get("code_verifier", ""))
    scopes = _scopes(asked, opened)
    require_consent(asked.context, opened, scopes)
    opened.grant.redeemed = True
    issue = Issue(
        account=opened.account,
        grant=opened.grant,
        resource=first_resource(scopes),
        scopes=scopes,
        wants_refresh_token="offline_access" in opened.grant.scopes,
        wants_client_info="client_info" in asked.form,
    )
    answer = user_answer(asked.context, issue)
    asked.context.directory.save()
    return answer


def _require_fresh(asked: TokenRequest, grant: IssuedGrant, account: Account) -> None:
    if grant.redeemed:
        raise Refused(54005)
    if asked.context.clock.timestamp() - grant.issued_at < _LIFETIME:
        return
    if account.is_personal:
        raise Refused("70000/code")
    raise Refused(70008)


def _require_same_redirect(asked: TokenRequest, opened: OpenedGrant) -> None:
    sent = asked.form.get("redirect_uri")
    if not sent:
        raise Refused(700009)
    if sent != opened.grant.redirect_uri:
        raise Refused(500112, sent=sent, asked=opened.grant.redirect_uri)


def _require_verifier(grant: IssuedGrant, verifier: str) -> None:
    if grant.code_challenge is None:
        return
    method, _, challenge = grant.code_challenge.partition(":")
    computed = verifier
    if method == "S256":
        digest = sha256(verifier.encode()).digest()
        computed = urlsafe_b64encode(digest).rstrip(b"=").decode()
    if not compare_digest(computed.encode(), challenge.encode()):
        raise Refused(501481)


def _scopes(asked: TokenRequest, opened: OpenedGrant) -> Scopes:
    """Return the scopes of one resource, or refuse what cannot be one token."""
    context, application = asked.context, opened.client.application
    remembered = parse_scopes(" ".join(opened.grant.scopes), context, application)
    if opened.account.is_personal and len(resources_of(remembered)) > 1:
        raise scopes_unauthorized()
    text = asked.form.get("scope")
    if text is None:
        return scopes_remembered(context, opened)
    if not text.strip():
        raise Refused(28003)
    scopes = parse_scopes(text, context, application)
    if len(resources_of(scopes)) > 1:
        raise Refused(700022, scope=text)
    if not resources_of(scopes):
        raise Refused(28002, scope=text)
    return scopes
