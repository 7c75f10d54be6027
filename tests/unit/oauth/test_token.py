import re
from collections.abc import Callable
from uuid import UUID

import pytest

from provision.errors import (
    ClientRefused,
    ConsentMissing,
    OutcomeUnknown,
    ProvisionError,
    SignInRequired,
    Throttled,
    Unreachable,
    UsageError,
)
from provision.oauth.http_response import Answer
from provision.oauth.token_endpoint import Client, TokenEndpoint
from provision.secret import Secret
from tests.unit.oauth.fakes import (
    AUTHORITY,
    CLIENT_ID,
    SCOPES,
    ScriptedHttp,
    answer,
    manual_clock,
    refusal,
    sign_in,
    tokens_answer,
)

CLIENT = Client(CLIENT_ID, Secret("the-secret"), AUTHORITY)
CODE = Secret("the-code")
OLD = Secret("refresh-1")
LOST = OutcomeUnknown("waiting for login.example: the connection ended without an answer")
NEW_SECRET = refusal("invalid_client", 7000215, status=401)
NEW_APPLICATION = refusal("unauthorized_client", 700016)


def scripted(*script: Answer | ProvisionError) -> tuple[TokenEndpoint, ScriptedHttp]:
    http = ScriptedHttp(list(script))
    return TokenEndpoint(http, manual_clock(), deadline=30.0), http


def test_redeems_at_the_authority_of_the_sign_in() -> None:
    endpoint, http = scripted(tokens_answer())
    endpoint.redeem(CLIENT, CODE, sign_in())
    assert http.sent[0].url == f"{AUTHORITY}/oauth2/v2.0/token"


def test_sends_the_code_itself() -> None:
    endpoint, http = scripted(tokens_answer())
    endpoint.redeem(CLIENT, CODE, sign_in())
    assert http.sent[0].fields["code"] == "the-code"


def test_every_request_has_an_id_of_its_own() -> None:
    endpoint, http = scripted(answer(500, b""), tokens_answer())
    endpoint.refresh(CLIENT, OLD, SCOPES)
    assert len({UUID(sent.headers["client-request-id"]) for sent in http.sent}) == 2


@pytest.mark.parametrize(
    "other",
    [Client("other", Secret("s"), AUTHORITY), Client(CLIENT_ID, Secret("s"), "https://l/common")],
)
def test_refuses_a_code_that_was_begun_for_another_client_or_authority(other) -> None:
    endpoint, http = scripted(tokens_answer())
    with pytest.raises(UsageError):
        endpoint.redeem(other, CODE, sign_in())
    assert http.sent == []


def test_does_not_repeat_a_redemption_whose_answer_was_lost() -> None:
    endpoint, http = scripted(LOST, tokens_answer())
    with pytest.raises(SignInRequired, match="only once"):
        endpoint.redeem(CLIENT, CODE, sign_in(), patience=60.0)
    assert len(http.sent) == 1


def test_repeats_a_redemption_that_was_never_sent() -> None:
    endpoint, http = scripted(Unreachable("no connection"), tokens_answer())
    endpoint.redeem(CLIENT, CODE, sign_in())
    assert len(http.sent) == 2


def test_a_refresh_sends_the_token_that_it_is_given() -> None:
    endpoint, http = scripted(tokens_answer())
    endpoint.refresh(CLIENT, OLD, SCOPES)
    assert http.sent[0].fields["refresh_token"] == "refresh-1"
    assert http.sent[0].fields["scope"] == " ".join(SCOPES)


def test_repeats_a_refresh_whose_answer_was_lost() -> None:
    endpoint, _ = scripted(LOST, tokens_answer())
    assert endpoint.refresh(CLIENT, OLD, SCOPES).refresh_token == Secret("refresh-2")


def test_a_refresh_that_stays_unanswered_is_unreachable() -> None:
    endpoint, _ = scripted(LOST)
    with pytest.raises(Unreachable):
        endpoint.refresh(CLIENT, OLD, SCOPES)


def test_keeps_the_refresh_token_when_the_endpoint_does_not_rotate() -> None:
    endpoint, _ = scripted(tokens_answer(refresh_token=None))
    assert endpoint.refresh(CLIENT, OLD, SCOPES).refresh_token == OLD


def test_a_redemption_without_a_refresh_token_is_an_error() -> None:
    endpoint, _ = scripted(tokens_answer(refresh_token=None))
    with pytest.raises(ConsentMissing, match="offline_access"):
        endpoint.redeem(CLIENT, CODE, sign_in())


def test_no_refresh_token_is_expected_unless_it_was_asked_for() -> None:
    endpoint, _ = scripted(tokens_answer(refresh_token=None))
    begun = sign_in(("https://outlook.office.com/SMTP.Send", "openid"))
    assert endpoint.redeem(CLIENT, CODE, begun).refresh_token is None


@pytest.mark.parametrize("fresh", [NEW_SECRET, NEW_APPLICATION])
def test_waits_for_a_new_secret_or_application_to_be_known(fresh) -> None:
    endpoint, http = scripted(fresh, fresh, tokens_answer())
    endpoint.redeem(CLIENT, CODE, sign_in(), patience=60.0)
    assert len(http.sent) == 3


def test_tells_why_it_waits_for_a_new_secret() -> None:
    told: list[tuple[str, float]] = []
    endpoint, _ = scripted(NEW_SECRET, tokens_answer())
    endpoint.refresh(
        CLIENT, OLD, SCOPES, patience=60.0, waiting=lambda *reason: told.append(reason)
    )
    assert re.search("AADSTS7000215", told[0][0])
    assert told[0][1] == 1.0


def test_a_wrong_secret_is_refused_at_once_without_patience() -> None:
    endpoint, http = scripted(NEW_SECRET)
    with pytest.raises(ClientRefused):
        endpoint.refresh(CLIENT, OLD, SCOPES)
    assert len(http.sent) == 1


def test_a_secret_that_stays_wrong_is_refused_when_patience_ends() -> None:
    endpoint, _ = scripted(NEW_SECRET)
    with pytest.raises(ClientRefused):
        endpoint.redeem(CLIENT, CODE, sign_in(), patience=20.0)


def test_an_expired_secret_is_not_waited_for() -> None:
    endpoint, http = scripted(refusal("invalid_client", 7000222, status=401))
    with pytest.raises(ClientRefused):
        endpoint.refresh(CLIENT, OLD, SCOPES, patience=60.0)
    assert len(http.sent) == 1


def test_a_dead_refresh_token_means_signing_in() -> None:
    endpoint, _ = scripted(refusal("invalid_grant", 700082))
    with pytest.raises(SignInRequired):
        endpoint.refresh(CLIENT, OLD, SCOPES)


def test_throttling_that_does_not_end_is_throttled() -> None:
    endpoint, _ = scripted(answer(429, {}, retry_after="7.5"))
    with pytest.raises(Throttled):
        endpoint.refresh(CLIENT, OLD, SCOPES)


def test_proves_a_secret_by_several_tokens_of_the_applications_own() -> None:
    endpoint, http = scripted(tokens_answer())
    endpoint.prove(CLIENT, "https://graph.example")
    assert [sent.url for sent in http.sent] == [f"{AUTHORITY}/oauth2/v2.0/token"] * 3
    assert http.sent[0].fields == {
        "client_id": CLIENT_ID,
        "client_secret": "the-secret",
        "grant_type": "client_credentials",
        "scope": "https://graph.example/.default",
    }


def test_a_secret_is_proved_by_successes_in_a_row() -> None:
    told: list[str] = []
    endpoint, http = scripted(tokens_answer(), tokens_answer(), NEW_SECRET, tokens_answer())
    endpoint.prove(CLIENT, "r", patience=60.0, waiting=lambda why, _: told.append(why))
    assert len(http.sent) == 6
    assert len(told) == 1


def test_a_secret_that_stays_wrong_is_not_proved() -> None:
    endpoint, http = scripted(NEW_SECRET)
    with pytest.raises(ClientRefused, match=f"secret of {CLIENT_ID}"):
        endpoint.prove(CLIENT, "r")
    assert len(http.sent) == 1


def test_goes_on_proving_when_an_answer_is_lost() -> None:
    endpoint, http = scripted(LOST, tokens_answer())
    endpoint.prove(CLIENT, "r")
    assert len(http.sent) == 4


ASKED: dict[str, Callable[[TokenEndpoint], object]] = {
    "refresh": lambda endpoint: endpoint.refresh(CLIENT, OLD, SCOPES),
    "prove": lambda endpoint: endpoint.prove(CLIENT, "r"),
}


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_an_answer_that_stays_lost_keeps_what_is_known_of_it(ask) -> None:
    lost = OutcomeUnknown("no answer", hint="look again", evidence=(("trace-id", "t"),))
    endpoint, _ = scripted(lost)
    with pytest.raises(Unreachable) as caught:
        ask(endpoint)
    found = caught.value
    assert (found.message, found.hint, found.evidence) == (lost.message, lost.hint, lost.evidence)


def test_a_lost_redemption_keeps_what_is_known_of_it() -> None:
    endpoint, _ = scripted(OutcomeUnknown("no answer", evidence=(("trace-id", "t"),)))
    with pytest.raises(SignInRequired, match=CLIENT_ID) as caught:
        endpoint.redeem(CLIENT, CODE, sign_in())
    assert caught.value.evidence == (("trace-id", "t"),)


def test_tells_what_a_redemption_waits_for() -> None:
    told: list[tuple[str, float]] = []
    endpoint, _ = scripted(NEW_APPLICATION, tokens_answer())
    endpoint.redeem(
        CLIENT, CODE, sign_in(), patience=60.0, waiting=lambda *reason: told.append(reason)
    )
    assert [("AADSTS700016" in why, seconds) for why, seconds in told] == [(True, 1.0)]


def test_asks_for_the_id_of_the_request_to_come_back() -> None:
    endpoint, http = scripted(tokens_answer())
    endpoint.refresh(CLIENT, OLD, SCOPES)
    assert http.sent[0].headers["return-client-request-id"] == "true"


def test_a_refusal_names_the_request_that_was_sent() -> None:
    endpoint, http = scripted(answer(400, {"error": "invalid_grant"}))
    with pytest.raises(SignInRequired) as caught:
        endpoint.refresh(CLIENT, OLD, SCOPES)
    sent = http.sent[0].headers["client-request-id"]
    assert ("client-request-id", sent) in caught.value.evidence


def test_goes_on_for_three_minutes_unless_told_otherwise() -> None:
    clock = manual_clock()
    began = clock.monotonic()
    with pytest.raises(Unreachable):
        TokenEndpoint(ScriptedHttp([answer(503, {})]), clock).refresh(CLIENT, OLD, SCOPES)
    assert 165 <= clock.monotonic() - began <= 180


def test_logs_the_id_by_which_microsoft_finds_the_request(caplog) -> None:
    caplog.set_level("DEBUG")
    endpoint, http = scripted(tokens_answer())
    endpoint.refresh(CLIENT, OLD, SCOPES)
    assert http.sent[0].headers["client-request-id"] in caplog.text


def test_logs_no_credential(caplog) -> None:
    caplog.set_level("DEBUG")
    endpoint, _ = scripted(tokens_answer())
    endpoint.redeem(CLIENT, CODE, sign_in())
    assert not any(
        hidden in caplog.text for hidden in ("the-secret", "the-code", "access-1", "refresh-2")
    )
