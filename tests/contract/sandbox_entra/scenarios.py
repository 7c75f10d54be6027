"""Small things that happen to a tenant, to an account or in a browser, for stories of refusals."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.contract.sandbox_entra.tenant import (
    APPLICATION_ID,
    CLIENT_ID,
    CLIENT_OBJECT_ID,
    DAY,
    MAIL,
    Sandbox,
    application,
)
from tests.contract.sandbox_entra.test_client_assertion import (
    TYPE,
    assertion,
    hold_certificate,
)

OWNER = "forms@contoso.com"
PERSON = "forms.person@outlook.com"
DEFAULT = "https://graph.microsoft.com/.default"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
PAGE = {"origin": "https://app.example"}
Story = Callable[[Sandbox], httpx.Response]


def app_token(s: Sandbox, segment: str = "", **changes: str) -> httpx.Response:
    return s.token(segment, **{"grant_type": "client_credentials", "scope": DEFAULT, **changes})


def proven(s: Sandbox, sent: str = "", **claims: object) -> httpx.Response:
    proof = sent or assertion(s, claims=claims)
    return app_token(s, client_secret="-", client_assertion=proof, client_assertion_type=TYPE)


def certified(s: Sandbox, later: float = 0.0, end: float | None = None) -> httpx.Response:
    hold_certificate(s)
    s.context.clock.advance(later)
    return proven(s) if end is None else proven(s, exp=end)


def trusted(s: Sandbox, subject: str = CLIENT_ID) -> httpx.Response:
    issuer = "https://token.actions.example"
    s.directory.issuers[issuer] = []
    credential = {"issuer": issuer, "subject": subject, "audiences": ["api://else"]}
    s.directory.applications[APPLICATION_ID]["_federated"] = [credential]
    return proven(s, iss=issuer)


def forged(s: Sandbox) -> httpx.Response:
    hold_certificate(s)
    signed = assertion(s).split(".")
    return proven(s, ".".join([*signed[:2], assertion(s, claims={"jti": "2"}).split(".")[2]]))


def device_code(s: Sandbox) -> httpx.Response:
    path = f"/{s.tenant}/oauth2/v2.0/devicecode"
    return s.post(path, {"client_id": CLIENT_ID, "scope": MAIL})


def device(s: Sandbox) -> dict[str, str]:
    return dict(device_code(s).json())


def poll(s: Sandbox, code: str = "", **changes: str) -> httpx.Response:
    text = code or device(s)["device_code"]
    return s.token(**{"grant_type": DEVICE, "device_code": text, **changes})


def polled_twice(s: Sandbox) -> httpx.Response:
    code = device(s)["device_code"]
    poll(s, code)
    return poll(s, code)


def declined(s: Sandbox) -> tuple[str, str]:
    told = device(s)
    page = s.sign_in(s.post("/devicelogin", {"otc": told["user_code"]}))
    s.submit(page, decision="cancel")
    return told["device_code"], told["user_code"]


def polled_late(s: Sandbox) -> httpx.Response:
    code = device(s)["device_code"]
    s.context.clock.advance(901)
    return poll(s, code)


def after(change: Callable[[Sandbox], object], name: str = OWNER, segment: str = "") -> Story:
    """Refresh after something happened to the tenant, the account or the time."""

    def story(s: Sandbox) -> httpx.Response:
        token = s.refresh_token(name, segment)
        change(s)
        return s.refresh(token, segment)

    return story


def late(days: float) -> Callable[[Sandbox], object]:
    return lambda s: s.context.clock.advance(days * DAY)


def switched(story: Story, **switches: object) -> Story:
    def with_switches(s: Sandbox) -> httpx.Response:
        turn(s, **switches)
        return story(s)

    return with_switches


def turn(s: Sandbox, **switches: object) -> Sandbox:
    for name, value in switches.items():
        setattr(s.directory.switches, name, value)
    return s


def account(s: Sandbox, **values: object) -> Sandbox:
    for name, value in values.items():
        setattr(s.account(OWNER), name, value)
    return s


def require_assignment(s: Sandbox) -> Sandbox:
    s.directory.service_principals[CLIENT_OBJECT_ID]["appRoleAssignmentRequired"] = True
    return s


def signed_in(s: Sandbox, **changes: str) -> httpx.Response:
    return s.sign_in(s.authorize(**changes))


def typed(s: Sandbox, name: str = OWNER, **values: object) -> httpx.Response:
    account(s, **values)
    return s.submit(s.authorize(), loginfmt=name, passwd=s.account(OWNER).password)


def silent(s: Sandbox, **changes: str) -> httpx.Response:
    signed_in(s)
    return s.authorize(prompt="none", **changes)


def installed(story: Story, **changes: object) -> Story:
    def with_application(s: Sandbox) -> httpx.Response:
        s.install(application(**changes))
        return story(s)

    return with_application


def redeemed(s: Sandbox, name: str = OWNER, segment: str = "", **changes: str) -> httpx.Response:
    return s.redeem(s.code(name, segment), segment, **changes)


def redeemed_late(s: Sandbox, name: str = OWNER, segment: str = "") -> httpx.Response:
    code = s.code(name, segment)
    s.context.clock.advance(601)
    return s.redeem(code, segment)


def redeemed_twice(s: Sandbox) -> httpx.Response:
    code = s.code()
    s.redeem(code)
    return s.redeem(code)


def by_page(s: Sandbox, **fields: str) -> httpx.Response:
    """Redeem as a script in a browser does."""
    sent = {"client_id": CLIENT_ID, "grant_type": "authorization_code", "code_verifier": "v" * 64}
    sent |= {"redirect_uri": "http://localhost:51234", **fields}
    return s.post(f"/{s.tenant}/oauth2/v2.0/token", sent, PAGE)


def page_s_day(s: Sandbox) -> httpx.Response:
    token = by_page(s, code=s.code()).json()["refresh_token"]
    s.context.clock.advance(DAY)
    return by_page(s, grant_type="refresh_token", refresh_token=token)


def foreign_code(s: Sandbox) -> httpx.Response:
    code = s.code()
    s.directory.issued[code].client_id = "another"
    return s.redeem(code)


def elsewhere(s: Sandbox) -> httpx.Response:
    return s.refresh(s.refresh_token(PERSON, "common"), "consumers")


def late_form(s: Sandbox) -> httpx.Response:
    page = s.authorize()
    s.context.clock.advance(3600)
    return s.sign_in(page)


def admin(s: Sandbox, decision: str, path: str = "/v2.0/adminconsent") -> httpx.Response:
    page = s.get(
        f"/{s.tenant}{path}",
        client_id=CLIENT_ID,
        redirect_uri="http://localhost:7",
        scope="Mail.Read",
    )
    return s.submit(s.sign_in(page, "admin@contoso.com"), decision=decision)


def disabled(s: Sandbox) -> Sandbox:
    s.directory.service_principals[CLIENT_OBJECT_ID]["accountEnabled"] = False
    return s


def told(answer: httpx.Response) -> tuple[str, int, str, str]:
    """Return how a refusal travelled, its HTTP status, OAuth's word and the code."""
    kind, word, text = "page", "", answer.text
    if "json" in answer.headers.get("content-type", ""):
        kind, word = "json", str(answer.json()["error"])
    if answer.status_code == 302:
        parts = urlsplit(answer.headers["location"])
        values = parse_qs(parts.query or parts.fragment)
        kind, word, text = "redirect", values["error"][0], values["error_description"][0]
    found = re.search(r"AADSTS\d+", text)
    return kind, answer.status_code, word, found.group() if found else ""
