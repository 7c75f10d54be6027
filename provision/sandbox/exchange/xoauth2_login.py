"""From a SASL XOAUTH2 response to an admission: parse, check the token, decide, note why."""

import base64
import binascii
import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from provision.sandbox.exchange.admission import (
    Admission,
    Admitted,
    MailProtocol,
    NotConnected,
    Reason,
    Refused,
    admit,
)
from provision.sandbox.tokens import TokenRefused
from provision.secret import Secret

if TYPE_CHECKING:
    from provision.sandbox.context import Context

_LOG = logging.getLogger(__name__)

_RESPONSE: Final = re.compile(
    r"user=([^\x01]*)\x01auth=bearer ([A-Z0-9._~+/-]+=*)\x01\x01", re.IGNORECASE | re.ASCII
)
"""https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth#sasl-xoauth2"""


@dataclass(frozen=True, slots=True)
class Xoauth2Response:
    """What a client sends after `AUTH XOAUTH2`."""

    user: str
    token: Secret


def parse_response(encoded: bytes) -> Xoauth2Response | None:
    """Return user and token of a base64 response, or None when it is no XOAUTH2."""
    try:
        text = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    match = _RESPONSE.fullmatch(text)
    return Xoauth2Response(match[1], Secret(match[2])) if match else None


class Doorkeeper:
    """Decides for all three protocols, by the sandbox's tokens, accounts and time."""

    def __init__(self, context: "Context") -> None:
        self._context = context

    def admit(self, protocol: MailProtocol, encoded: bytes) -> Admission:
        """Decide about one login from its base64 response."""
        response = parse_response(encoded)
        if response is None:
            return self._noted(protocol, "", Refused(Reason.MALFORMED))
        return self._noted(protocol, response.user, self._decide(protocol, response))

    def _decide(self, protocol: MailProtocol, response: Xoauth2Response) -> Admission:
        try:
            claims = self._context.tokens.verify(response.token.reveal())
        except TokenRefused as refusal:
            expired = refusal.reason == "expired"
            return Refused(Reason.EXPIRED if expired else Reason.BAD_TOKEN)
        now = self._context.clock.timestamp()
        return admit(protocol, response.user, claims, self._context.directory, now)

    def _noted(self, protocol: MailProtocol, user: str, admission: Admission) -> Admission:
        match admission:
            case Admitted(owner, mailbox):
                _LOG.debug("%s: %s opens %s", protocol, owner, mailbox)
            case NotConnected(owner, mailbox):
                _LOG.debug("%s: %s has no access to %s", protocol, owner, mailbox)
            case Refused(reason):
                _LOG.debug("%s: %r is refused: %s", protocol, user, reason)
        return admission
