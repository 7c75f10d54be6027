import pytest

from provision.cloud import BUILT_IN
from provision.errors import OutcomeUnknown, RefusedError, Unreachable, UsageError
from provision.oauth.discovery import Discovery, resolve_tenant
from tests.unit.oauth.fakes import (
    TENANT_ID,
    RoutedHttp,
    ScriptedHttp,
    answer,
    manual_clock,
    refusal,
)

LOGIN = "https://login.microsoftonline.com"
COMMON = f"{LOGIN}/common"
KEYS = f"{LOGIN}/common/discovery/v2.0/keys"
DOCUMENT = {"issuer": f"{LOGIN}/{{tenantid}}/v2.0", "jwks_uri": KEYS}
GLOBAL = BUILT_IN["global"]


def with_keys(*key_ids: str) -> RoutedHttp:
    keys = [{"kid": key_id, "kty": "RSA"} for key_id in key_ids]
    return RoutedHttp(
        {
            f"{COMMON}/v2.0/.well-known/openid-configuration": lambda: answer(200, DOCUMENT),
            KEYS: lambda: answer(200, {"keys": [*keys, "strange", {"kty": "RSA"}]}),
        }
    )


def scripted(*script) -> Discovery:
    return Discovery(ScriptedHttp(list(script)), manual_clock(), deadline=5.0)


def test_reads_the_configuration_once() -> None:
    http = with_keys()
    discovery = Discovery(http, manual_clock())
    assert discovery.provider(COMMON) == discovery.provider(COMMON)
    assert len(http.fetched) == 1


def test_reads_the_keys_once() -> None:
    http = with_keys("k1")
    discovery = Discovery(http, manual_clock())
    assert discovery.signing_key(COMMON, "k1") == discovery.signing_key(COMMON, "k1")
    assert http.fetched.count(KEYS) == 1


def test_reads_the_keys_again_for_one_that_is_new() -> None:
    http = with_keys("k1")
    discovery = Discovery(http, manual_clock())
    discovery.signing_key(COMMON, "k1")
    assert discovery.signing_key(COMMON, "k2") is None
    assert http.fetched.count(KEYS) == 2


def test_keys_that_are_no_list_are_not_believed() -> None:
    discovery = scripted(answer(200, DOCUMENT), answer(200, {"keys": 1}))
    with pytest.raises(Unreachable):
        discovery.signing_key(COMMON, "k1")


def test_repeats_what_may_work_later() -> None:
    lost = OutcomeUnknown("the connection ended")
    discovery = scripted(lost, answer(503, b""), answer(200, DOCUMENT))
    assert discovery.provider(COMMON).jwks_uri == KEYS


@pytest.mark.parametrize("body", [b"<html>", {"issuer": 1, "jwks_uri": "x"}, {"issuer": "x"}])
def test_a_document_of_something_in_between_is_not_believed(body) -> None:
    with pytest.raises(Unreachable, match="not one of Entra's"):
        scripted(answer(200, body)).provider(COMMON)


def test_keys_must_be_served_over_https() -> None:
    document = {**DOCUMENT, "jwks_uri": "http://login.example/keys"}
    with pytest.raises(RefusedError, match="https"):
        scripted(answer(200, document)).provider(COMMON)


def test_a_domain_is_resolved_through_its_issuer() -> None:
    document = {**DOCUMENT, "issuer": f"{LOGIN}/{TENANT_ID}/v2.0"}
    http = ScriptedHttp([answer(200, document)])
    discovery = Discovery(http, manual_clock())
    assert resolve_tenant(discovery, GLOBAL, "contoso.onmicrosoft.com") == TENANT_ID
    assert http.sent[0].url == (
        f"{LOGIN}/contoso.onmicrosoft.com/v2.0/.well-known/openid-configuration"
    )


def test_an_id_needs_no_request() -> None:
    http = ScriptedHttp([])
    discovery = Discovery(http, manual_clock())
    assert resolve_tenant(discovery, GLOBAL, f" {TENANT_ID.upper()} ") == TENANT_ID
    assert http.sent == []


@pytest.mark.parametrize("error", ["invalid_tenant", "invalid_request"])
def test_an_unknown_tenant_is_a_mistake_of_the_manifest(error) -> None:
    with pytest.raises(UsageError, match=r"nobody.example.*AADSTS90002") as caught:
        resolve_tenant(scripted(refusal(error, 90002)), GLOBAL, "nobody.example")
    assert "provision check" in caught.value.hint


@pytest.mark.parametrize("tenant", ["common", "", "a/b", "contoso.com/..", "contoso com", "-a.b"])
def test_what_is_neither_domain_nor_id_is_not_asked_for(tenant) -> None:
    with pytest.raises(UsageError, match="neither"):
        resolve_tenant(scripted(), GLOBAL, tenant)


def test_an_issuer_without_an_id_resolves_nothing() -> None:
    with pytest.raises(Unreachable, match=r"tenant contoso\.com"):
        resolve_tenant(scripted(answer(200, DOCUMENT)), GLOBAL, "contoso.com")


def test_a_document_that_cannot_be_had_names_its_authority() -> None:
    with pytest.raises(Unreachable, match=COMMON):
        scripted(answer(503, b"")).provider(COMMON)


def test_a_lost_answer_keeps_its_words() -> None:
    lost = OutcomeUnknown("the connection ended", hint="look at the proxy")
    with pytest.raises(Unreachable, match="the connection ended") as caught:
        scripted(lost).provider(COMMON)
    assert caught.value.hint == "look at the proxy"


def test_a_refused_document_carries_the_ids_of_entra() -> None:
    with pytest.raises(UsageError) as caught:
        scripted(refusal("invalid_tenant", 90002)).provider(COMMON)
    assert ("code", "AADSTS90002") in caught.value.evidence


def test_a_failure_without_an_error_is_no_document() -> None:
    with pytest.raises(UsageError):
        scripted(answer(400, DOCUMENT)).provider(COMMON)


def test_gives_up_after_a_minute() -> None:
    clock = manual_clock()
    began = clock.monotonic()
    with pytest.raises(Unreachable):
        Discovery(ScriptedHttp([answer(503, b"")]), clock).provider(COMMON)
    assert 45 <= clock.monotonic() - began <= 60
