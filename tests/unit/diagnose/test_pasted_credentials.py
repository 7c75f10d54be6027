"""A pasted credential is named and measured; no piece of it is in the answer."""

import json
from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from provision.diagnose.pasted import Traits, explain_text
from tests.canary import Canary
from tests.made_up import CLIENT_SECRET, PRIVATE_KEY_HEAD

NOW = datetime(2026, 11, 1, tzinfo=UTC)
TENANT = "9b0f2a3c-1111-4222-8333-0123456789ab"
OUTLOOK = "https://outlook.office.com"
GRAPH = "https://graph.microsoft.com"
OPAQUE = "Zk3Qw9" * 30
CODE = f"1.AXoA{'b7K-' * 12}.AgABBAIAAAD{OPAQUE}"
REFRESH = f"0.AXoA{'b7K-' * 12}.AgABAwEAAAD{OPAQUE}"
PERSONAL_CODE = f"M.C519_BL2.2.U.{TENANT}!x*y$z$$"
PERSONAL_REFRESH = "M.C507_BAY.0.U.-Cq8Zr/Tm+w1Qe7~Lk3xJ!v9Np*Yh5sDd$$"
PERSONAL_ACCESS = f"EwB4A8l6BAAU{OPAQUE}"


def web_token(header: dict[str, str] | None = None, **claims: object) -> str:
    parts = ({"typ": "JWT", "alg": "RS256", "kid": "k"} | (header or {}), claims)
    encoded = [urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, OPAQUE])


def access_token(audience: str = OUTLOOK, hours: float = 1, **claims: object) -> str:
    expires_at = int((NOW + timedelta(hours=hours)).timestamp())
    given = {"aud": audience, "tid": TENANT, "exp": expires_at, "upn": "forms@contoso.com"}
    return web_token(None, **{**given, "scp": "IMAP.AccessAsUser.All SMTP.Send", **claims})


def traits(text: str) -> list[Traits]:
    return [f.traits for f in explain_text(text, NOW).findings if f.traits is not None]


def kinds(text: str) -> list[str]:
    return [found.kind for found in traits(text)]


ASSERTION = web_token({"x5t": "x"}, iss=TENANT, sub=TENANT, jti="1", aud="https://login/x/token")
ID_TOKEN = web_token(aud=TENANT, iss="https://login/x", sub="s", preferred_username="a@b.c")
LOGIN = b64encode(f"user=a@b.c\x01auth=Bearer {access_token()}\x01\x01".encode()).decode()
KEY = f"{PRIVATE_KEY_HEAD}\n{'QUFB' * 30}\n-----END PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (access_token(), "outlook-access-token"),
        (f"Authorization: Bearer {access_token()}", "outlook-access-token"),
        (access_token(GRAPH), "graph-access-token"),
        (access_token("00000003-0000-0000-c000-000000000000"), "graph-access-token"),
        (access_token("https://vault.azure.net"), "other-access-token"),
        (ID_TOKEN, "id-token"),
        (ASSERTION, "client-assertion"),
        (web_token(iss="https://token.actions.example"), "other-token"),
        (PERSONAL_ACCESS, "personal-access-token"),
        *((CODE, "authorization-code"), (REFRESH, "refresh-token")),
        (PERSONAL_CODE, "authorization-code"),
        (PERSONAL_REFRESH, "refresh-token"),
        (f"http://localhost/?code={CODE}&state=abc", "redirect-address"),
        (f"http://localhost/?code={PERSONAL_CODE.replace('!', '%21')}", "redirect-address"),
        *(
            (CLIENT_SECRET, "client-secret"),
            (f"client_secret={CLIENT_SECRET}&x=y", "client-secret"),
        ),
        (f"MAIL_OAUTH_REFRESH_TOKEN='{REFRESH}'", "refresh-token"),
        *((TENANT, "id"), (f" {{{TENANT}}}\n", "id")),
        (f"client_secret={TENANT}", "id-as-secret"),
        (f'"clientSecret": "{TENANT}"', "id-as-secret"),
        ("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", "certificate"),
        *((KEY, "private-key"), (KEY.replace("PRIVATE", "RSA PRIVATE"), "private-key")),
        ("code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "code-verifier"),
    ],
)
def test_a_credential_is_told_by_its_form(text, kind):
    assert kinds(text) == [kind]


def test_a_login_of_a_mail_program_and_the_token_in_it_are_both_named():
    assert kinds(f"> A1 AUTHENTICATE XOAUTH2 {LOGIN}") == ["mail-login", "outlook-access-token"]


@pytest.mark.parametrize(
    "text",
    [
        *("client_secret=***", "client_secret=<the secret value>", "client_secret: REDACTED_VALUE"),
        *("refresh_token=$REFRESH_TOKEN", "client_secret='xxxxxxxxxxxx'", '"code": "BadRequest"'),
        *("code=Authorization_RequestDenied", f"request-id: {TENANT}", "refresh_token is missing"),
    ],
)
def test_a_blank_to_fill_in_is_no_credential(text):
    assert kinds(text) == []


def test_a_doubt_is_admitted_where_form_and_label_say_nothing():
    found = traits(f"1.A{'Zk3Qw9' * 60}")[0]
    assert (found.kind, found.is_certain) == ("code-or-refresh-token", False)


def test_a_label_decides_in_doubt_and_the_doubt_remains():
    found = traits(f'"refresh_token": "1.A{"Zk3Qw9" * 60}"')[0]
    assert (found.kind, found.is_certain) == ("refresh-token", False)


def test_a_secret_of_an_unknown_form_is_believed_by_its_label_alone():
    found = traits("client_secret=old-style_pa55word.Zk3Qw9")[0]
    assert (found.kind, found.is_certain) == ("client-secret", False)


def test_a_readable_token_tells_what_it_opens_and_when_it_ends():
    assert dict(traits(access_token())[0].facts) == {
        "audience": OUTLOOK,
        "tenant": TENANT,
        "scopes": "IMAP.AccessAsUser.All SMTP.Send",
        "opens": "imap smtp",
        "expires": "2026-11-01T01:00:00Z, in 60 minutes",
    }


def test_a_token_that_has_expired_asks_for_a_new_one():
    finding = explain_text(access_token(hours=-5), NOW).findings[0]
    assert finding.traits is not None
    assert dict(finding.traits.facts)["expires"].endswith("5 hours ago")
    assert finding.advice.command == "provision token --mailbox MAILBOX"


def test_a_token_without_a_mail_scope_opens_nothing():
    assert (
        dict(traits(access_token(scp="Mail.Read"))[0].facts)["opens"] == "no mailbox by its scopes"
    )


def test_an_id_that_is_the_same_in_every_tenant_is_named():
    facts = dict(traits("00000003-0000-0000-C000-000000000000")[0].facts)
    assert facts == {"stands for": "Microsoft Graph, as a resource"}


def test_two_copies_are_compared_by_length_and_digest():
    found = traits(f"refresh_token={REFRESH}")[0]
    assert (found.length, found.digest) == (len(REFRESH), sha256(REFRESH.encode()).hexdigest()[:8])


def test_one_that_stands_twice_is_named_once():
    assert kinds(f"{CLIENT_SECRET}\n{CLIENT_SECRET}") == ["client-secret"]


def test_ids_and_certificates_are_no_secrets():
    text = f"client_secret={TENANT}\n-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"
    assert explain_text(text, NOW).secrets == ()


def test_an_error_and_a_credential_in_one_text_are_both_found():
    text = f'POST client_secret={CLIENT_SECRET} → {{"error_codes":[7000215]}}'
    assert [f.what for f in explain_text(text, NOW).findings] == ["AADSTS7000215", "client secret"]


@pytest.mark.parametrize("damage", ["eyJhbGciOiJub25lIn0.W10.x", "eyJhbGciOiJub25lIn0.!!!!.x"])
def test_a_damaged_token_harms_nobody(damage):
    assert kinds(damage) in ([], ["other-token"])


def test_no_piece_of_a_credential_is_in_the_answer():
    given = {
        "access": access_token(), "odd": access_token(OPAQUE, scp=f"{OPAQUE} Mail.Read"),
        "opaque": PERSONAL_ACCESS, "code": CODE, "refresh": REFRESH, "secret": CLIENT_SECRET,
        "personal code": PERSONAL_CODE, "personal refresh": PERSONAL_REFRESH, "login": LOGIN,
        "key": "QUFB" * 30, "id": ID_TOKEN, "assertion": ASSERTION,
        "labelled": "old-style_pa55word.Zk3Qw9",
    }  # fmt: skip
    text = "\n".join(given.values()) + f"\n{KEY}\nclient_secret=old-style_pa55word.Zk3Qw9"
    answer = repr(explain_text(text, NOW))

    assert len(explain_text(text, NOW).secrets) == len(given)
    assert Canary(given).leaks({"answer": answer.encode()}) == []
