import pytest

from provision.errors import SignInRequired
from provision.oauth.scopes import mail_scopes
from provision.oauth.transport import open_transport
from tests.contract.oauth.harness import Registered

TOKEN = "*/oauth2/v2.0/token"


def failing(tenant: Registered, **rule: object) -> None:
    tenant.control("PUT", "/faults", {"version": 1, "rules": [rule]})


def test_throttling_is_waited_out(tenant: Registered) -> None:
    refresh_token = tenant.signed_in().refresh_token
    assert refresh_token
    failing(tenant, fault="throttled", path=[TOKEN], retryAfter=[0.05, 0.05], times=2)
    waits: list[float] = []
    tenant.endpoint().refresh(
        tenant.client(),
        refresh_token,
        mail_scopes(tenant.cloud, ("smtp",)),
        waiting=lambda _, seconds: waits.append(seconds),
    )
    assert waits == [0.05, 0.05]


def test_a_refresh_whose_answer_is_lost_is_repeated(tenant: Registered) -> None:
    refresh_token = tenant.signed_in().refresh_token
    assert refresh_token
    failing(tenant, fault="dropped", path=[TOKEN], times=1)
    scopes = mail_scopes(tenant.cloud, ("smtp",))
    assert tenant.endpoint().refresh(tenant.client(), refresh_token, scopes).access_token


def test_a_redemption_whose_answer_is_lost_is_not_repeated(tenant: Registered) -> None:
    sign_in = tenant.begin()
    code = tenant.answer(sign_in).code
    failing(tenant, fault="dropped", path=[TOKEN], times=1)
    with pytest.raises(SignInRequired, match="only once"):
        tenant.endpoint().redeem(tenant.client(), code, sign_in)


def test_a_new_secret_is_waited_for_with_patience_and_the_code_survives(
    tenant: Registered,
) -> None:
    sign_in = tenant.begin()
    code = tenant.answer(sign_in).code
    failing(tenant, fault="refused-secret", requests=[2, 2])
    waits: list[str] = []
    client = tenant.minted()
    tokens = tenant.endpoint().redeem(
        client, code, sign_in, patience=60.0, waiting=lambda why, _: waits.append(why)
    )
    assert tokens.refresh_token
    assert len(waits) == 2


def test_the_clouds_own_ca_wins_over_the_environments(
    tenant: Registered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent/ca.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent/ca.pem")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with open_transport(tenant.cloud) as transport:
        url = f"{tenant.authority()}/v2.0/.well-known/openid-configuration"
        assert transport.get(url).status == 200
