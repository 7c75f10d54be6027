"""Signing in by device code: what is asked, what is understood, and how often it is asked."""

from collections.abc import Callable

import pytest

from provision.errors import (
    ClientRefused,
    ConsentMissing,
    OutcomeUnknown,
    ProvisionError,
    RefusedError,
    SignInRequired,
    Throttled,
    Unreachable,
)
from provision.oauth.device_code import (
    DeviceSignIn,
    build_device_redemption,
    build_device_request,
    parse_device_answer,
)
from provision.oauth.http_response import Answer
from provision.oauth.token_endpoint import TokenEndpoint
from provision.oauth.token_messages import Client
from provision.secret import Secret
from tests.unit.oauth.fakes import (
    AUTHORITY,
    CLIENT_ID,
    SCOPES,
    ScriptedHttp,
    answer,
    manual_clock,
    refusal,
    tokens_answer,
)

CLIENT = Client(CLIENT_ID, Secret("s3cret"), AUTHORITY)
PAGE = "https://login.example/devicelogin"
PENDING = refusal("authorization_pending", 70016)
SLOW = refusal("slow_down", 70016)
LOST = OutcomeUnknown("no answer")


def code_answer(**changes: object) -> Answer:
    body = {
        "user_code": "ABCD1234E",
        "device_code": "the-device-code",
        "verification_uri": PAGE,
        "expires_in": 900,
        "interval": 5,
    }
    changed = {name: value for name, value in (body | changes).items() if value is not None}
    return answer(200, changed)


def begun(**changes: object) -> DeviceSignIn:
    return parse_device_answer(code_answer(**changes), CLIENT, SCOPES)


class Asking:
    """A client that asks a scripted endpoint, on a clock that notes when."""

    def __init__(self, *script: Answer | ProvisionError) -> None:
        self.clock = manual_clock()
        self.http = ScriptedHttp(list(script))
        self.at: list[float] = []
        self._endpoint = TokenEndpoint(_Noting(self), self.clock)

    def redeem(self, code: DeviceSignIn | None = None, **how: float) -> object:
        return self._endpoint.redeem_device(CLIENT, code or begun(), **how)

    def begin(self, patience: float = 0.0) -> DeviceSignIn:
        return self._endpoint.begin_device(CLIENT, SCOPES, patience=patience)


class _Noting:
    def __init__(self, asking: Asking) -> None:
        self.get = asking.http.get
        self._asking = asking

    def post(self, *request: object) -> Answer:
        self._asking.at.append(self._asking.clock.monotonic())
        return self._asking.http.post(*request)  # type: ignore[arg-type]  # passed on as it came


def test_a_code_is_asked_for_without_the_secret() -> None:
    form = build_device_request(CLIENT, SCOPES)

    assert form == {"client_id": CLIENT_ID, "scope": " ".join(SCOPES)}


def test_a_new_application_is_waited_for_where_no_server_need_know_it_yet() -> None:
    unknown = refusal("unauthorized_client", 700016)
    asking = Asking(unknown, unknown, code_answer())

    assert asking.begin(patience=60.0).shown.code == "ABCD1234E"
    assert len(asking.at) == 3


def test_an_unknown_application_is_told_at_once_where_nothing_is_new() -> None:
    asking = Asking(refusal("unauthorized_client", 700016))

    with pytest.raises(ClientRefused):
        asking.begin()


def test_the_tokens_are_asked_for_with_the_secret() -> None:
    assert build_device_redemption(CLIENT, begun()) == {
        "client_id": CLIENT_ID,
        "client_secret": Secret("s3cret"),
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "device_code": Secret("the-device-code"),
    }


def test_a_code_says_what_the_person_has_to_know() -> None:
    shown = begun().shown

    assert (shown.code, shown.page, shown.minutes) == ("ABCD1234E", PAGE, 15)
    assert shown.page_with_code is None


def test_a_page_that_has_the_code_already_is_kept() -> None:
    complete = f"{PAGE}?otc=ABCD1234E"

    assert begun(verification_uri_complete=complete).shown.page_with_code == complete


def test_a_page_under_its_older_name_is_found() -> None:
    assert begun(verification_uri=None, verification_url=PAGE).shown.page == PAGE


def test_without_an_interval_it_is_five_seconds() -> None:
    assert begun(interval=None).interval == 5


@pytest.mark.parametrize(
    "changes",
    [
        {"device_code": None},
        {"user_code": 7},
        {"user_code": "AB\x1b[2J"},
        {"verification_uri": "http://login.example/devicelogin"},
        {"expires_in": "soon"},
        {"expires_in": 0},
        {"expires_in": "nan"},
    ],
)
def test_an_answer_that_nobody_can_act_on_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(Unreachable, match="no code and no page"):
        begun(**changes)


def test_a_lost_answer_to_the_first_question_is_asked_again() -> None:
    asking = Asking(LOST, code_answer())

    assert asking.begin().shown.code == "ABCD1234E"


def test_the_endpoint_is_asked_at_the_interval_it_names() -> None:
    asking = Asking(PENDING, PENDING, tokens_answer())

    asking.redeem()

    assert asking.at == [5, 10, 15]


def test_each_slow_down_adds_five_seconds_for_good() -> None:
    asking = Asking(PENDING, SLOW, PENDING, SLOW, PENDING, tokens_answer())

    asking.redeem()

    assert asking.at == [5, 10, 20, 30, 45, 60]


def test_a_server_that_does_not_answer_is_asked_less_often_until_it_does() -> None:
    asking = Asking(Unreachable("down"), Unreachable("down"), PENDING, tokens_answer())

    asking.redeem()

    assert asking.at == [5, 15, 35, 40]


def test_a_pause_that_the_server_asks_for_is_kept() -> None:
    asking = Asking(Throttled("busy", retry_after=90.0), tokens_answer())

    asking.redeem()

    assert asking.at == [5, 95]


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (refusal("authorization_declined", 65004), ConsentMissing),
        (answer(400, {"error": "authorization_declined"}), ConsentMissing),
        (answer(400, {"error": "access_denied"}), ConsentMissing),
        (refusal("expired_token", 70020), SignInRequired),
        (refusal("bad_verification_code", 70018), SignInRequired),
        (refusal("invalid_grant", 53003, suberror="message_only"), SignInRequired),
        (refusal("invalid_client", 7000218, 401), ClientRefused),
        (refusal("invalid_client", 70002, 401), ClientRefused),
        (refusal("invalid_client", 7000215, 401), ClientRefused),
        (refusal("unsupported_grant_type", 70003), RefusedError),
    ],
)
def test_any_other_word_ends_the_asking(told: Answer, kind: type[ProvisionError]) -> None:
    asking = Asking(PENDING, told)

    with pytest.raises(ProvisionError) as refused:
        asking.redeem()

    assert type(refused.value) is kind
    assert asking.at == [5, 10]


@pytest.mark.parametrize("code", [70002, 7000218])
@pytest.mark.parametrize("step", [Asking.redeem, Asking.begin])
def test_that_a_public_client_is_wanted_never_leads_to_one(
    code: int, step: Callable[[Asking], object]
) -> None:
    with pytest.raises(ClientRefused) as refused:
        step(Asking(refusal("invalid_client", code, 401)))

    assert "never makes an application public" in refused.value.hint
    assert "provision authorize --link" in refused.value.hint


def test_a_client_that_is_too_new_is_asked_for_again() -> None:
    asking = Asking(refusal("invalid_client", 7000215, 401), tokens_answer())

    asking.redeem(patience=180)

    assert asking.at == [5, 10]


def test_a_code_whose_answer_was_lost_is_not_called_mistyped() -> None:
    asking = Asking(LOST, refusal("bad_verification_code", 70018))

    with pytest.raises(SignInRequired, match="an answer was lost on its way"):
        asking.redeem()


def test_the_asking_ends_with_the_life_of_the_code() -> None:
    asking = Asking(PENDING)

    with pytest.raises(SignInRequired, match="within 900 seconds") as refused:
        asking.redeem()

    assert (asking.at[-1], asking.clock.monotonic()) == (900, 900)
    assert "AADSTS53003" in refused.value.hint


def test_the_asking_may_end_before_that() -> None:
    asking = Asking(PENDING)

    with pytest.raises(SignInRequired, match="within 12 seconds"):
        asking.redeem(timeout=12)

    assert asking.at == [5, 10]


def test_tokens_without_a_refresh_token_are_not_enough() -> None:
    with pytest.raises(ConsentMissing, match="no refresh token"):
        Asking(tokens_answer(refresh_token=None)).redeem()


def test_nothing_of_a_code_is_printed_by_accident() -> None:
    assert "the-device-code" not in repr(begun())
