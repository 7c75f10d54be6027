import pytest

from provision.errors import ProvisionError, SignInRequired, Throttled, Unreachable
from provision.oauth.token_messages import Client, build_redemption, build_refresh, parse
from provision.secret import Secret
from tests.unit.oauth.fakes import (
    AUTHORITY,
    CLIENT_ID,
    CORRELATION_ID,
    SCOPES,
    TRACE_ID,
    answer,
    refusal,
    sign_in,
    tokens_answer,
)

CLIENT = Client(CLIENT_ID, Secret("s+e&c%r~t"), AUTHORITY)
REQUEST_ID = "77777777-7777-4777-8777-777777777777"


def test_a_redemption_repeats_redirect_uri_scopes_and_verifier_of_the_sign_in() -> None:
    begun = sign_in()
    assert build_redemption(CLIENT, Secret("the-code"), begun) == {
        "client_id": CLIENT_ID,
        "client_secret": Secret("s+e&c%r~t"),
        "grant_type": "authorization_code",
        "code": Secret("the-code"),
        "redirect_uri": "http://localhost:4321",
        "code_verifier": begun.code_verifier,
        "scope": " ".join(SCOPES),
    }


def test_a_refresh_always_sends_its_scope() -> None:
    assert build_refresh(CLIENT, Secret("refresh-1"), SCOPES) == {
        "client_id": CLIENT_ID,
        "client_secret": Secret("s+e&c%r~t"),
        "grant_type": "refresh_token",
        "refresh_token": Secret("refresh-1"),
        "scope": " ".join(SCOPES),
    }


def test_a_public_client_sends_no_secret_at_all() -> None:
    form = build_refresh(Client(CLIENT_ID, None, AUTHORITY), Secret("refresh-1"), SCOPES)
    assert "client_secret" not in form


def test_a_form_shows_no_secret() -> None:
    form = build_redemption(CLIENT, Secret("the-code"), sign_in())
    assert not any(hidden in repr(form) for hidden in ("s+e&c", "the-code", "rrrr"))


def test_reads_everything_that_was_issued() -> None:
    tokens = parse(tokens_answer(), "refreshing", REQUEST_ID)
    assert (tokens.access_token, tokens.refresh_token, tokens.id_token) == (
        Secret("access-1"),
        Secret("refresh-2"),
        Secret("id-1"),
    )
    assert (tokens.expires_in, tokens.scopes) == (3599, frozenset(SCOPES))


def test_reads_a_life_that_is_written_as_text() -> None:
    assert parse(tokens_answer(expires_in="3600"), "refreshing", REQUEST_ID).expires_in == 3600


def test_tokens_that_were_not_issued_are_none() -> None:
    tokens = parse(tokens_answer(refresh_token=None, id_token=""), "refreshing", REQUEST_ID)
    assert (tokens.refresh_token, tokens.id_token) == (None, None)


def test_an_answer_without_scope_grants_nothing_by_name() -> None:
    assert parse(tokens_answer(scope=None), "refreshing", REQUEST_ID).scopes == frozenset()


@pytest.mark.parametrize(
    "changes",
    [{"access_token": None}, {"access_token": 7}, {"expires_in": None}, {"expires_in": "soon"}],
)
def test_an_answer_without_a_usable_access_token_is_refused(changes) -> None:
    with pytest.raises(Unreachable, match="no access token"):
        parse(tokens_answer(**changes), "refreshing", REQUEST_ID)


@pytest.mark.parametrize(
    "strange",
    [answer(200, b"<html>Sign in to the hotel</html>"), answer(403, {"message": "blocked"})],
)
def test_an_answer_of_something_in_between_is_called_that(strange) -> None:
    with pytest.raises(Unreachable, match="not one of Entra's") as caught:
        parse(strange, "refreshing", REQUEST_ID)
    assert caught.value.evidence == (("client-request-id", REQUEST_ID),)


def test_a_refusal_carries_the_ids_of_entra() -> None:
    with pytest.raises(SignInRequired) as caught:
        parse(refusal("invalid_grant", 70008), "refreshing", REQUEST_ID)
    assert caught.value.evidence[:4] == (
        ("correlation-id", CORRELATION_ID),
        ("trace-id", TRACE_ID),
        ("timestamp", "2026-03-01 12:00:00Z"),
        ("code", "AADSTS70008"),
    )


def test_a_refusal_without_ids_carries_the_id_that_was_sent() -> None:
    live = {"error": "invalid_grant", "error_description": "The user could not be authenticated."}
    with pytest.raises(SignInRequired) as caught:
        parse(answer(400, live), "refreshing", REQUEST_ID)
    assert caught.value.evidence[0] == ("client-request-id", REQUEST_ID)


@pytest.mark.parametrize(
    "strange",
    [
        answer(200, b"<html>"),
        answer(400, {}),
        answer(503, b""),
        tokens_answer(scope=None, access_token=None),
    ],
)
def test_whatever_is_no_answer_names_what_was_asked_and_the_id_that_was_sent(strange) -> None:
    with pytest.raises(Unreachable, match=r"^refreshing: ") as caught:
        parse(strange, "refreshing", REQUEST_ID)
    assert caught.value.evidence == (("client-request-id", REQUEST_ID),)


def test_a_passing_refusal_carries_the_ids_of_entra() -> None:
    with pytest.raises(Unreachable, match=r"^refreshing: ") as caught:
        parse(refusal("temporarily_unavailable", 90033, status=503), "refreshing", REQUEST_ID)
    assert ("correlation-id", CORRELATION_ID) in caught.value.evidence


def test_a_token_that_lives_a_second_is_taken() -> None:
    assert parse(tokens_answer(expires_in=1), "refreshing", REQUEST_ID).expires_in == 1


@pytest.mark.parametrize(
    ("passing", "kind"),
    [
        (refusal("temporarily_unavailable", 90033), Unreachable),
        (refusal("server_error", 90033, status=500), Unreachable),
        (refusal("invalid_grant", 50196, status=429), Throttled),
        (answer(503, b"Service unavailable", retry_after="0.5"), Throttled),
        (answer(504, b""), Unreachable),
    ],
)
def test_what_the_service_calls_passing_is_temporary(passing, kind) -> None:
    with pytest.raises(ProvisionError) as caught:
        parse(passing, "refreshing", REQUEST_ID)
    assert type(caught.value) is kind
