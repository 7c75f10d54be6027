"""What a token says about itself, and whether it can be good for a protocol."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from provision.cloud import BUILT_IN
from provision.mail.access_token import TokenFacts, read_access_token
from provision.mail.fitness import find_flaw, find_risks
from provision.mail.sasl import Login
from provision.secret import Secret
from provision.tenant.mailbox import PERMISSIONS, PROTOCOLS, Protocol

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
EVERYTHING = " ".join(PERMISSIONS.values())
OUTLOOK = "https://outlook.office.com"
GLOBAL, CHINA = BUILT_IN["global"], BUILT_IN["china"]


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def token(**claims: object) -> Secret:
    return Secret(f"{part({'alg': 'RS256'})}.{part(claims)}.c2ln")


def read(secret: Secret) -> TokenFacts:
    return read_access_token(secret, LATER)


def facts(**claims: object) -> TokenFacts:
    return read(token(**{"aud": OUTLOOK, "scp": EVERYTHING, "upn": "a@b.com"} | claims))


def login(protocol: Protocol = "imap") -> Login:
    return Login(protocol, "a@b.com", "a@b.com", Secret("never looked at"))


def test_a_work_token_says_what_it_is():
    exp = int((NOW + timedelta(minutes=58)).timestamp())
    secret = token(aud=OUTLOOK, scp="SMTP.Send User.Read", upn="a@b.com", appid="c", exp=exp)
    assert read(secret) == TokenFacts(
        length=len(secret.reveal()),
        is_readable=True,
        audience=OUTLOOK,
        scopes=frozenset({"SMTP.Send", "User.Read"}),
        user="a@b.com",
        client_id="c",
        expires_at=NOW + timedelta(minutes=58),
    )


def test_a_token_of_version_2_names_user_and_client_otherwise():
    found = read(token(preferred_username="a@b.com", azp="c"))
    assert (found.user, found.client_id) == ("a@b.com", "c")


@pytest.mark.parametrize(
    "text",
    ["EwB4A8l6BAAU", "a.b", "a.!!.c", "a.bm90IGpzb24.c", f"a.{part([1])}.c", "a.b.c.d", "..", ""],
)
def test_what_is_no_jwt_is_opaque_and_no_error(text):
    found = read(Secret(text))
    assert not found.is_readable
    assert found.expires_at == LATER
    assert (found.audience, found.scopes, found.user) == ("", frozenset(), "")


@pytest.mark.parametrize("exp", [True, "soon", None, 1e300, -1e300, float("nan")])
def test_a_time_that_is_none_gives_way_to_the_endpoints(exp):
    assert facts(exp=exp).expires_at == LATER


@pytest.mark.parametrize("name", ["aud", "scp", "upn", "appid"])
@pytest.mark.parametrize("value", [7, None, ["x"], {"x": 1}, "line\nbreak"])
def test_a_claim_of_another_kind_is_left_out(name, value):
    assert "break" not in repr(facts(**{name: value}))


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "audience",
    [
        OUTLOOK,
        f"{OUTLOOK}/",
        "https://outlook.office365.com",
        "00000002-0000-0ff1-ce00-000000000000",
    ],
)
def test_a_token_for_outlook_under_any_of_its_names_is_fit(protocol, audience):
    assert find_flaw(facts(aud=audience), login(protocol), GLOBAL, NOW) is None


@pytest.mark.parametrize(
    ("audience", "cloud"),
    [
        ("https://graph.microsoft.com", GLOBAL),
        ("00000003-0000-0000-c000-000000000000", GLOBAL),
        ("", GLOBAL),
        ("https://outlook.office365.us", GLOBAL),
        (OUTLOOK, CHINA),
    ],
)
def test_a_token_for_another_resource_is_unfit(audience, cloud):
    flaw = find_flaw(facts(aud=audience), login(), cloud, NOW)
    assert flaw is not None
    assert flaw.name == "wrong_audience"
    assert cloud.outlook_resource in flaw.text
    assert flaw.next == ("provision authorize --mailbox a@b.com",)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_token_without_the_protocols_permission_is_unfit(protocol):
    others = " ".join(sorted(set(PERMISSIONS.values()) - {PERMISSIONS[protocol]}))
    flaw = find_flaw(facts(scp=others), login(protocol), GLOBAL, NOW)
    assert flaw is not None
    assert flaw.name == "missing_scope"
    assert f"lacks {PERMISSIONS[protocol]}" in flaw.text
    assert others in flaw.text
    assert flaw.next[-1] == "provision authorize --mailbox a@b.com"


@pytest.mark.parametrize(
    ("left", "name"),
    [(-7200, "expires_too_soon"), (0, "expires_too_soon"), (599, "expires_too_soon"), (600, None)],
)
def test_a_token_needs_ten_minutes(left, name):
    exp = int(NOW.timestamp()) + left
    flaw = find_flaw(facts(exp=exp), login(), GLOBAL, NOW)
    assert (flaw and flaw.name) == name


def test_an_opaque_token_is_judged_by_its_time_alone():
    assert find_flaw(read(Secret("EwB4")), login(), GLOBAL, NOW) is None
    flaw = find_flaw(read_access_token(Secret("EwB4"), NOW), login(), GLOBAL, NOW)
    assert flaw is not None
    assert flaw.name == "expires_too_soon"


@pytest.mark.parametrize(
    ("protocol", "length", "count"),
    [("pop", 4096, 0), ("pop", 4097, 1), ("imap", 9000, 0), ("smtp", 9000, 0)],
)
def test_pop_is_warned_of_long_tokens(protocol, length, count):
    found = read(Secret("x" * length))
    assert len(find_risks(found, login(protocol))) == count
