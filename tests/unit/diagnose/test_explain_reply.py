"""The words of mail servers lead to advice; more matching text wins over less."""

import pytest

from provision.diagnose import explain_reply

CASES = [
    ("imap", "A1 NO AUTHENTICATE failed.", "does not accept the token"),
    ("imap", "A2 BAD User is authenticated but not connected.", "no mailbox opened"),
    ("imap", "A1 NO Basic authentication is disabled", "A password was sent"),
    ("imap", "a NO LOGIN failed.", "user name and password were refused"),
    ("imap", "* BYE Connection closed. 14", "hung up"),
    ("imap", "* BYE Too many simultaneous connections", "as many connections"),
    (
        "pop",
        "-ERR Authentication failure: unknown user name or bad password.",
        "POP server does not accept",
    ),
    ("pop", "-ERR Protocol error. 14", "could not read"),
    ("smtp", "535 5.7.3 Authentication unsuccessful [FR0P281CA.x 2026]", "gives no reason"),
    (
        "smtp",
        "535 5.7.139 x, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/x",
        "whole tenant",
    ),
    (
        "smtp",
        "535 5.7.139 x, SmtpClientAuthentication is disabled for the Mailbox.",
        "this mailbox",
    ),
    (
        "smtp",
        "535 5.7.139 x, user is locked by your organization's security defaults policy.",
        "security defaults",
    ),
    (
        "smtp",
        "535 5.7.139 x, the request did not meet the criteria to be authenticated successfully.",
        "policy of the tenant forbids this login",
    ),
    ("smtp", "535 5.7.139 x, basic authentication is disabled.", "A password was sent"),
    ("smtp", "535 5.7.139 x, the user credentials were incorrect.", "password were refused"),
    ("smtp", "535 5.7.139 something new", "policy or a switch"),
    ("smtp", "550 5.7.30 Basic authentication is not supported for Client Submission", "passwords"),
    ("smtp", "530 5.7.57 Client not authenticated to send mail", "before a login"),
    ("smtp", "504 5.7.4 Unrecognized authentication type", "does not offer OAuth"),
    ("smtp", "554 5.2.252 SendAsDenied; a@b not allowed to send as c@d", "may not send with"),
    ("smtp", "554 5.2.252 refused", "may not send with"),
    ("smtp", "550 5.7.60 SMTP; Client does not have permissions", "may not send with"),
    ("smtp", "432 4.3.2 Concurrent connections limit exceeded", "more connections at once"),
    ("smtp", "430 4.2.0 STOREDRV; mailbox logon failure", "does not open the mailbox"),
    ("smtp", "554 5.2.0 x SubmissionQuotaExceededException", "all it may send"),
    ("smtp", "550 5.1.90 x", "daily number"),
    ("smtp", "550 5.1.8 Access denied, bad outbound sender", "blocked from sending"),
    ("smtp", "550 5.7.705 Access denied", "to the outside"),
    ("smtp", "550 5.7.708 Access denied", "address range"),
    ("smtp", "501 5.5.127 Invalid XOAUTH2 auth data - Token will expire soon", "ends too soon"),
    ("smtp", "550 5.7.64 TenantAttribution", "relayed mail"),
    ("smtp", "451 4.4.62 x", "relayed mail"),
    ("smtp", "500 5.5.2 Line too long", "longer than a line"),
    ("smtp", "454 4.7.0 Temporary authentication failure", "at this moment"),
    ("imap", "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable", "authority"),
    ("smtp", "[SSL: SSLV3_ALERT_HANDSHAKE_FAILURE]", "alert"),
    ("pop", "TLS handshake failure", "No TLS"),
    ("smtp", "timed out", "did not answer"),
    ("imap", "[Errno 111] Connection refused", "Nothing listens"),
]


@pytest.mark.parametrize(("protocol", "reply", "word"), CASES)
def test_a_reply_gets_its_meaning(protocol: str, reply: str, word: str) -> None:
    assert word in explain_reply(protocol, reply).meaning


@pytest.mark.parametrize(
    ("protocol", "word"), [("imap", "IMAP"), ("pop", "POP"), ("smtp", "SMTP"), ("lmtp", "mail")]
)
def test_an_unknown_reply_degrades_to_its_protocol(protocol: str, word: str) -> None:
    meaning = explain_reply(protocol, "NO thank you").meaning
    assert word in meaning
    assert "not in this catalogue" in meaning


def test_a_reply_over_several_lines_is_read_as_one() -> None:
    reply = "535 5.7.139 SmtpClientAuthentication is\r\n disabled for the\r\n Mailbox"
    assert "this mailbox" in explain_reply("smtp", reply).meaning


def test_the_case_of_protocol_and_reply_does_not_matter() -> None:
    advice = explain_reply("IMAP", "no authenticate FAILED.")
    assert advice == explain_reply("imap", "A1 NO AUTHENTICATE failed.")


def test_a_longer_status_is_not_taken_for_its_beginning() -> None:
    assert "gives no reason" not in explain_reply("smtp", "535 5.7.30 no").meaning


def test_a_reply_of_one_protocol_is_not_explained_by_another() -> None:
    assert "IMAP server refused" in explain_reply("imap", "535 5.7.3 unsuccessful").meaning
