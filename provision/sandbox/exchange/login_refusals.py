"""What SMTP answers to a login that it refuses: sometimes why, mostly not."""

from typing import Final

from provision.sandbox.directory import Switches
from provision.sandbox.exchange.admission import Reason
from provision.sandbox.exchange.submission import Denied

UNSPECIFIC: Final = Denied(535, "5.7.3 Authentication unsuccessful")
"""For every reason that has no words of its own."""

_DISABLED: Final = (
    "SmtpClientAuthentication is disabled for the {}. "
    "Visit https://aka.ms/smtp_auth_disabled for more information."
)
_REFUSALS: Final = {
    Reason.SMTP_DISABLED_FOR_TENANT: _DISABLED.format("Tenant"),
    Reason.SMTP_DISABLED_FOR_MAILBOX: _DISABLED.format("Mailbox"),
    Reason.SECURITY_DEFAULTS: "user is locked by your organization's security defaults policy. "
    "Contact your administrator.",
    Reason.POLICY: "the request did not meet the criteria to be authenticated successfully. "
    "Contact your administrator.",
}
"""What follows `535 5.7.139 Authentication unsuccessful, `."""


def login_refusal(reason: Reason, switches: Switches) -> Denied:
    """Return the reply to a token."""
    words = _REFUSALS.get(reason)
    if words is None or switches.smtp_refusals_are_bare:
        return UNSPECIFIC
    return Denied(535, f"5.7.139 Authentication unsuccessful, {words}")


def password_refusal(switches: Switches) -> Denied:
    """Return the reply to a password, whatever it is."""
    if switches.basic_smtp_retired:
        return Denied(550, "5.7.30 Basic authentication is not supported for Client Submission.")
    return Denied(535, "5.7.139 Authentication unsuccessful, basic authentication is disabled.")
