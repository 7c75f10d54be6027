"""What to type after a refusal names the mailbox that it is about, and its delegate."""

import pytest

from provision.mail.client_exceptions import Stopped
from provision.mail.sasl import Login
from provision.mail.verdict import proven, stopped_short
from provision.secret import Secret

SHARED, DELEGATE = "shared@contoso.com", "alex@contoso.com"
OWN = Login("smtp", DELEGATE, DELEGATE, Secret("token"))
SUBMITTING = Login("smtp", SHARED, DELEGATE, Secret("token"))
SEND_AS_DENIED = "550 5.7.60 SMTP; Client does not have permissions to send as this sender"
SWITCHED_OFF = (
    "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox"
)


def command(login: Login, said: str) -> str:
    return stopped_short(login, Stopped("refused", (said,))).command


@pytest.mark.parametrize(
    ("login", "said", "typed"),
    [
        pytest.param(
            SUBMITTING,
            SEND_AS_DENIED,
            f"Add-RecipientPermission -Identity {SHARED} -Trustee {DELEGATE} -AccessRights SendAs",
            id="a-right-on-the-shared-mailbox",
        ),
        pytest.param(
            OWN,
            SEND_AS_DENIED,
            f"Add-RecipientPermission -Identity {DELEGATE} -Trustee DELEGATE -AccessRights SendAs",
            id="no-delegate-is-known",
        ),
        pytest.param(
            SUBMITTING,
            SWITCHED_OFF,
            f"Set-CASMailbox -Identity {DELEGATE} -SmtpClientAuthenticationDisabled $false",
            id="a-switch-of-the-mailbox-that-logs-in",
        ),
        pytest.param(
            SUBMITTING,
            "501 5.1.7 Invalid address",
            f"provision verify --mailbox {SHARED}",
            id="our-own-command",
        ),
    ],
)
def test_it_names_whom_it_is_about(login: Login, said: str, typed: str) -> None:
    assert command(login, said) == typed


def test_a_success_needs_nothing() -> None:
    assert proven(OWN, "all is well").command == ""
