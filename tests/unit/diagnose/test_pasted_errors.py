"""What is pasted is found in it: numbers, words, codes, replies, whoever wrapped them."""

from datetime import UTC, datetime

import pytest

from provision.diagnose.pasted import Explanation, explain_text

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ID = "9b0f2a3c-1111-4222-8333-0123456789ab"
OTHER = "9b0f2a3c-1111-4222-8333-0123456789ac"
STAMP = f"Trace ID: {OTHER}\\r\\nCorrelation ID: {ID}\\r\\nTimestamp: 2026-01-09 02:02:12Z"
BODY = (
    '{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys '
    f'for app \'{OTHER}\' are expired. {STAMP}","error_codes":[7000222]}}'
)
KIOTA = (
    "APIError Code: 403 message: None error: MainError(additional_data={}, "
    "code='Authorization_RequestDenied', details=None, inner_error=InnerError("
    f"client_request_id='{ID}'), message='Insufficient privileges', target=None)"
)
TERRAFORM = (
    "unexpected status 400 (400 Bad Request) with error: Request_BadRequest: The appId 'x' of the "
    "service principal does not reference a valid application object."
)
POWERSHELL = (
    "New-MgApplication : Insufficient privileges to complete the operation.\n"
    f"Status: 403 (Forbidden)\nErrorCode: Authorization_RequestDenied\nrequest-id : {ID}\n"
)
SESSION = "AM0PR02CA0021.outlook.com 2026-01-09T02:02:12.345Z 08DC1234567890AB"
DISABLED = "SmtpClientAuthentication is disabled for the Tenant."


def explained(text: str) -> Explanation:
    return explain_text(text, NOW)


def names(text: str) -> list[str]:
    return [finding.what for finding in explained(text).findings]


def meanings(text: str) -> str:
    return "\n".join(finding.advice.meaning for finding in explained(text).findings)


@pytest.mark.parametrize(
    "text",
    [
        *("7000222", "AADSTS7000222", "aadsts7000222:", "AADSTS 7000222"),
        *('"error_codes":[7000222]', "error_codes: [70002, 7000222]", BODY, BODY * 2),
        *("https://login.microsoftonline.com/error?code=7000222", '{"errorCode":7000222}'),
        *(BODY.replace('"', '\\"'), BODY.replace("'", "&#39;"), "Sign-in error code: 7000222"),
        "/?error=invalid_client&error_description=AADSTS7000222%3a+The+provided+client+secret",
        "provision: signing in: Entra answered invalid_client (AADSTS7000222)",
    ],
)
def test_a_number_is_found_in_every_wrapping(text):
    assert names(text) == ["AADSTS7000222"]
    assert explained(text).findings[0].is_known


def test_several_numbers_are_all_explained_and_each_once():
    assert names("50011, 700016\n50011") == ["AADSTS50011", "AADSTS700016"]


def test_a_general_number_gives_way_to_the_one_that_says_more():
    text = "AADSTS70002: Error validating credentials. AADSTS54005: already redeemed"
    assert names(text) == ["AADSTS54005"]
    assert names("AADSTS70002") == ["AADSTS70002"]


def test_an_unknown_number_says_so_and_gives_its_class_and_microsofts_page():
    finding = explained("invalid_grant: AADSTS71234567: x").findings[0]
    assert not finding.is_known
    assert "AADSTS71234567 is not in this catalogue" in finding.advice.meaning
    assert "`invalid_grant`" in finding.advice.meaning
    assert finding.advice.source == "https://login.microsoftonline.com/error?code=71234567"
    assert finding.advice.command == "provision authorize"


def test_an_unknown_number_alone_is_not_in_the_catalogue():
    finding = explained("71234567").findings[0]
    assert (finding.is_known, finding.advice.meaning) == (
        False,
        "AADSTS71234567 is not in this catalogue.",
    )


def test_a_word_of_oauth_counts_where_no_number_stands():
    assert names('{"error":"temporarily_unavailable"}') == ["temporarily_unavailable"]
    assert names(BODY) == ["AADSTS7000222"]


def test_a_suberror_counts_where_no_known_number_stands():
    assert names('{"error":"invalid_grant","suberror":"bad_token"}') == [
        "invalid_grant",
        "suberror bad_token",
    ]
    assert names('AADSTS50173 "suberror":"bad_token"') == ["AADSTS50173"]


def test_a_personal_accounts_answer_without_a_number_in_its_words_is_read():
    text = (
        '{"error":"invalid_grant","error_description":"The user could not be authenticated as the '
        'grant is expired.","error_codes":[70000]}'
    )
    assert "personal account's sign-in has run out" in meanings(text)


@pytest.mark.parametrize(
    "text", [KIOTA, POWERSHELL, "Graph answered 403 Authorization_RequestDenied"]
)
def test_a_code_of_graph_is_found_in_every_wrapping(text):
    assert names(text) == ["Authorization_RequestDenied"]


def test_a_message_tells_codes_apart_that_mean_several_things():
    assert "application is not known yet" in meanings(TERRAFORM)


def test_a_message_alone_is_enough_since_azure_cli_prints_no_code():
    assert names("ERROR: Insufficient privileges to complete the operation.") == [
        "Authorization_RequestDenied"
    ]


def test_every_part_of_a_batch_is_explained():
    parts = '{"id":"1","status":403,"body":{"error":{"code":"Authorization_RequestDenied"}}}'
    other = '{"id":"2","status":429,"body":{"error":{"code":"TooManyRequests"}}}'
    assert names(f'{{"responses":[{parts},{other}]}}') == [
        "Authorization_RequestDenied",
        "TooManyRequests",
    ]


def test_an_unknown_code_of_graph_degrades_to_its_status():
    text = '{"status":403,"body":{"error":{"code":"Novel_Refusal","message":"No."}}}'
    finding = explained(text).findings[0]
    assert (finding.what, finding.is_known) == ("Novel_Refusal", False)
    assert "may not do this" in finding.advice.meaning


@pytest.mark.parametrize("text", ["429", "HTTP/1.1 429 Too Many Requests", "status code: 429"])
def test_a_status_alone_is_explained_when_nothing_else_is_there(text):
    assert names(text) == ["HTTP 429"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("5.7.139", "policy or a switch"),
        ("535 5.7.3", "gives no reason"),
        ("5.7.3", "gives no reason"),
        ("535", "not in this catalogue"),
        (f"535 5.7.139 Authentication unsuccessful, {DISABLED}", "whole tenant"),
        (f"535-5.7.139 Authentication\n535 5.7.139 {DISABLED}", "whole tenant"),
        ("SMTPAuthenticationError: (535, b'5.7.3 Authentication unsuccessful')", "no reason"),
        ("Error: Invalid login: 535 5.7.139 x, the user credentials were incorrect.", "refused"),
        ("S: A1 NO AUTHENTICATE failed.", "does not accept the token"),
        ("javax.mail.AuthenticationFailedException: AUTHENTICATE failed.", "does not accept"),
        ("< A002 BAD User is authenticated but not connected.", "no mailbox opened"),
        ("* BYE Connection closed. 14", "hung up"),
        ("-ERR Protocol error. Connection is closed. 10", "could not read the login"),
        ("< -ERR Authentication failure: unknown user name or bad password.", "POP server"),
        ('"said": ["A1 NO LOGIN failed."]', "user name and password"),
        ("334 eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIn0=", "challenge"),
        ("ValueError: You cannot use any scope value that is reserved.", "MSAL"),
        ("connect ECONNREFUSED 127.0.0.1:993", "Nothing listens"),
        ("SunCertPathBuilderException: PKIX path building failed", "certificate"),
        ("bash: curl: (6) Could not resolve host: application", "shell"),
        ("https://login.microsoftonline.com/common/wrongplace#", "took the code with it"),
    ],
)
def test_a_reply_or_a_line_of_a_log_is_explained(text, word):
    assert word in meanings(text)


def test_a_reply_ends_where_its_code_has_no_hyphen():
    text = f"535 5.7.3 Authentication unsuccessful\n535 5.7.139 Authentication, {DISABLED}\n"

    assert names(text) == names(text.replace("\n", "\n\n"))
    assert meanings(text) == meanings(text.replace("\n", "\n\n"))


def test_a_bare_code_gives_way_to_the_same_code_with_its_reason():
    text = f"535 5.7.139 x, {DISABLED}\n  response: '535 5.7.139', responseCode: 535"
    assert len(explained(text).findings) == 1


def test_a_number_in_an_ordinary_line_is_no_reply():
    text = "2026-01-09 12:00:01 INFO GET /health 200 5.7.139ms\nno bad news, bye\n250 2.0.0 OK"
    assert names(text) == []


def test_what_tells_most_comes_first():
    text = f"connection timed out\ninvalid_grant\n{'x' * 2000}\n535 5.7.139 x, {DISABLED}"
    assert names(text) == ["535 5.7.139", "invalid_grant", "\u201ctimed out\u201d"]


def test_ids_for_support_are_shown_and_complete_the_command():
    found = explained(f"AADSTS53003: x {STAMP}".replace("\\r\\n", "\n"))
    assert found.evidence == (
        ("correlation-id", ID),
        ("trace-id", OTHER),
        ("timestamp", "2026-01-09 02:02:12Z"),
    )
    assert found.findings[0].advice.command.endswith(f"\"correlationId eq '{ID}'\"")


def test_the_application_that_a_text_names_completes_the_command():
    command = explained(f"AADSTS7000112: Application '{ID}'(mail) is disabled.").findings[0].advice
    assert f"--id {ID}" in command.command


def test_what_exchange_puts_behind_a_refusal_is_kept_for_support():
    found = explained(f"535 5.7.3 Authentication unsuccessful [{SESSION}]")
    assert found.evidence == (("smtp-session", SESSION),)


def test_a_log_shows_the_latest_ids_only():
    lines = [f"correlation id: {ID[:-2]}{number:02}" for number in range(40)]
    assert [value[-2:] for _, value in explained("\n".join(lines)).evidence] == ["37", "38", "39"]


@pytest.mark.parametrize("text", ["", "hello", "all is well", "{}", '{"error": null}', "\x00"])
def test_a_text_without_an_error_gives_nothing(text):
    assert explained(text) == Explanation((), ())


def test_text_that_powershell_wrote_in_two_bytes_a_letter_is_read():
    assert names("\ufeff" + "".join(f"{c}\0" for c in "AADSTS50011")) == ["AADSTS50011"]
