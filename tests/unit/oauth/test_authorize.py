import re
from urllib.parse import parse_qs, urlsplit

from provision.oauth.authorization_request import Interaction, SignIn, begin_sign_in, code_challenge
from provision.secret import Secret
from tests.unit.oauth.fakes import AUTHORITY, CLIENT_ID, SCOPES, counted


def begun(interaction: Interaction | None = None) -> SignIn:
    return begin_sign_in(
        client_id=CLIENT_ID,
        authority=AUTHORITY,
        scopes=SCOPES,
        redirect_uri="http://localhost:4321",
        interaction=interaction,
    )


def parameters(sign_in: SignIn) -> dict[str, str]:
    return {k: v[0] for k, v in parse_qs(urlsplit(sign_in.url).query, strict_parsing=True).items()}


def test_the_challenge_is_that_of_rfc_7636_appendix_b() -> None:
    verifier = Secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert code_challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_the_link_asks_for_a_code_with_everything_that_protects_it() -> None:
    sign_in = begun(Interaction(login_hint="forms@contoso.com"))
    assert parameters(sign_in) == {
        "client_id": CLIENT_ID,
        "response_type": "code",
        "redirect_uri": "http://localhost:4321",
        "response_mode": "form_post",
        "scope": " ".join(SCOPES),
        "state": sign_in.state,
        "nonce": sign_in.nonce.reveal(),
        "code_challenge": code_challenge(sign_in.code_verifier),
        "code_challenge_method": "S256",
        "prompt": "select_account",
        "login_hint": "forms@contoso.com",
    }


def test_the_link_goes_to_the_authority_that_is_remembered() -> None:
    sign_in = begun()
    assert sign_in.url.startswith(f"{sign_in.authority}/oauth2/v2.0/authorize?")


def test_spaces_are_percent_encoded_and_not_pluses() -> None:
    assert "+" not in begun().url


def test_prompt_can_be_left_out() -> None:
    assert "prompt" not in parameters(begun(Interaction(prompt=None)))


def test_a_domain_leads_straight_to_its_own_sign_in_page() -> None:
    assert parameters(begun(Interaction(domain_hint="contoso.com")))["domain_hint"] == "contoso.com"


def test_query_mode_is_asked_for_when_an_answer_is_to_be_copied() -> None:
    sign_in = begun(Interaction(response_mode="query"))
    assert (parameters(sign_in)["response_mode"], sign_in.response_mode) == ("query", "query")


def test_every_sign_in_has_its_own_randomness() -> None:
    one, other = begun(), begun()
    values = {one.state, other.state, one.nonce.reveal(), other.nonce.reveal()}
    assert len(values | {one.code_verifier.reveal(), other.code_verifier.reveal()}) == 6


def test_the_verifier_has_the_length_that_rfc_7636_wants() -> None:
    assert re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", begun().code_verifier.reveal())


def test_randomness_comes_from_the_source_that_is_passed() -> None:
    sign_in = begin_sign_in(
        client_id="c", authority="https://a/t", scopes=(), redirect_uri="u", random=counted
    )
    assert sign_in.state == "r" * 32
