"""The refresh token grant: a new refresh token each time, the old one not revoked."""

from datetime import UTC, datetime
from typing import Final

from provision.sandbox.directory import JsonObject
from provision.sandbox.entra.issuing import Issue, user_answer
from provision.sandbox.entra.redemption import (
    OpenedGrant,
    TokenRequest,
    first_resource,
    grant_expired_for_person,
    of_first_resource,
    open_grant,
    require_consent,
    scopes_remembered,
    scopes_unauthorized,
)
from provision.sandbox.entra.refusals import Refused, missing_parameter
from provision.sandbox.entra.scopes import Scopes, parse_scopes, resources_of

_LIFETIME: Final = 90 * 86400.0
"""Counted from issue, not from use: a client that never stores a successor meets the end."""
_SPA_LIFETIME: Final = 86400.0
"""Counted from the sign-in: successors inherit the end."""


def redeem_refresh_token(asked: TokenRequest) -> JsonObject:
    """Return tokens for a refresh token.

    Raises:
        Refused: Whatever is wrong with the client, the token or the scope.
    """
    if not asked.form.get("refresh_token"):
        raise missing_parameter("refresh_token")
    opened = open_grant(asked, "refresh_token")
    _require_alive(asked, opened)
    scopes = _scopes(asked, opened)
    require_consent(asked.context, opened, scopes)
    opened.grant.last_used_at = asked.context.clock.timestamp()
    issue = Issue(
        account=opened.account,
        grant=opened.grant,
        resource=first_resource(scopes),
        scopes=scopes,
        wants_refresh_token=True,
        wants_client_info="client_info" in asked.form,
    )
    answer = user_answer(asked.context, issue)
    asked.context.directory.save()
    return answer


def _require_alive(asked: TokenRequest, opened: OpenedGrant) -> None:
    """Refuse a token that was revoked or is too old.

    Source:
        https://learn.microsoft.com/entra/identity-platform/refresh-tokens
    """
    refused = _death(asked, opened)
    if refused is not None:
        raise grant_expired_for_person() if opened.account.is_personal else refused


def _death(asked: TokenRequest, opened: OpenedGrant) -> Refused | None:
    grant, switches = opened.grant, asked.context.directory.switches
    now, issued_at = asked.context.clock.timestamp(), _instant(grant.issued_at)
    since_sign_in = now - (grant.signed_in_at or grant.issued_at)
    valid_from = _valid_from(asked, opened)
    if grant.issued_at < valid_from:
        return Refused(50173, issued_at=issued_at, valid_from=_instant(valid_from))
    longest = None if opened.account.is_personal else switches.sign_in_frequency_hours
    if longest is not None and since_sign_in >= longest * 3600.0:
        return Refused(70043, issued_at=issued_at, lifetime=f"{longest * 3600.0:.0f}")
    if opened.platform == "spa" and since_sign_in >= _SPA_LIFETIME:
        return Refused(700084, issued_at=issued_at)
    is_dead_at_common = switches.common_refresh_fails_for_persons and grant.authority == "common"
    if now - grant.issued_at >= _LIFETIME or (is_dead_at_common and opened.account.is_personal):
        return Refused(700082, issued_at=issued_at)
    return None


def _valid_from(asked: TokenRequest, opened: OpenedGrant) -> float:
    """Return when the last revocation was that this client minds.

    A confidential client's tokens survive its user's own change of password.
    """
    account, credentials = opened.account, asked.credentials
    if credentials.secret or credentials.assertion:
        return account.revoked_before
    return max(account.revoked_before, account.password_changed_at)


def _scopes(asked: TokenRequest, opened: OpenedGrant) -> Scopes:
    text = asked.form.get("scope", "")
    if not text.strip():
        if opened.account.is_personal:
            raise missing_parameter("scope")
        return scopes_remembered(asked.context, opened)
    scopes = parse_scopes(text, asked.context, opened.client.application)
    if opened.account.is_personal and len(resources_of(scopes)) > 1:
        raise scopes_unauthorized()
    return of_first_resource(scopes)


def _instant(seconds: float) -> str:
    """Return an instant with the seven decimals that Entra writes."""
    at = datetime.fromtimestamp(seconds, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond * 10:07d}Z"
