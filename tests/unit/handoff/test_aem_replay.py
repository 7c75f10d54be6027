"""What AEM's fields lead to, by table: what was seen, and the fields that would fail."""

from dataclasses import replace

import pytest

from provision.handoff.aem_forms import AemFormsSink
from provision.handoff.aem_places import USUAL_PLACES, AemPlace
from provision.handoff.aem_replay import (
    LoggedIn,
    Observed,
    PasswordTried,
    Reached,
    Refreshed,
    Row,
    Transport,
    doubtful,
    failing,
    predict,
)
from provision.tenant.mailbox import Protocol
from tests.unit.handoff.values import MemoryPlace, make_handover

BOX, ME = "shared@contoso.com", "alex@contoso.com"


def refreshed(authority: str, *, scope: bool, works: bool = True, code: str = "") -> Refreshed:
    return Refreshed(authority, scope, works, "said", code)


def four(*, common: bool = True, tenant: bool = True, bare: bool = True) -> tuple[Refreshed, ...]:
    return (
        refreshed("common", scope=True, works=common),
        refreshed("common", scope=False, works=common and bare),
        refreshed("tenant", scope=True, works=tenant),
        refreshed("tenant", scope=False, works=tenant and bare),
    )


def reached(protocol: Protocol, *offering: Transport) -> tuple[Reached, ...]:
    port = {"imap": 993, "smtp": 587}[protocol]
    kinds: tuple[Transport, ...] = ("plain", "implicit", "starttls")
    return tuple(Reached(protocol, kind, port, kind in offering, "said") for kind in kinds)


EXCHANGE = (*reached("smtp", "starttls"), *reached("imap", "implicit"))
GOOD = Observed(
    authority="common",
    protocols=("imap", "smtp"),
    configured={"imap": "implicit", "smtp": "starttls"},
    refreshes=four(),
    connections=EXCHANGE,
    logins=(LoggedIn("imap", BOX, True, "said"), LoggedIn("smtp", ME, True, "said")),
    passwords=(PasswordTried("imap", False, "said"), PasswordTried("smtp", False, "said")),
)


def fields(rows: tuple[Row, ...]) -> set[str]:
    return {row.field for row in rows}


def told(field: str, observed: Observed = GOOD) -> list[tuple[str, bool, bool]]:
    """Return each value of a field: whether it works, and whether it is on the path."""
    rows = predict(observed)
    return [(row.value, row.works, bool(row.path)) for row in rows if row.field == field]


def test_every_field_is_one_that_the_worksheet_names():
    place = MemoryPlace()
    every = (*USUAL_PLACES, AemPlace("endpoint", "Bills"))
    AemFormsSink(place, with_secrets=False, places=every).keep(make_handover())
    labels = {line.partition(" ..")[0].strip() for line in str(place.text).splitlines()}
    with_pop = replace(GOOD, protocols=("imap", "pop", "smtp"))
    codes = ("AADSTS7000215", "AADSTS7000222", "AADSTS700016", "AADSTS7000112")
    refused = tuple(refreshed("common", scope=True, works=False, code=code) for code in codes)
    rows = (*predict(with_pop), *predict(replace(GOOD, refreshes=refused)))
    assert fields(rows) <= labels
    assert fields(rows) >= {"Client ID", "Client Secret", "Refresh Token", "Inbox Protocol"}


def test_exchange_takes_starttls_for_sending_and_tls_from_the_start_for_receiving():
    assert told("SMTP Transport Security") == [
        ("TLS on port 587", True, True),
        ("SSL on port 587", False, False),
        ("(blank) on port 587", False, False),
    ]
    assert told("Receive Transport Security") == [
        ("TLS on port 993", True, True),
        ("SSL on port 993", True, False),
        ("(blank) on port 993", False, False),
    ]
    assert told("POP3/IMAP SSL Enabled") == [
        ("checked on port 993", True, True),
        ("not checked on port 993", False, False),
    ]


@pytest.mark.parametrize(
    ("observed", "wrong"),
    [
        (GOOD, set()),
        # the authority that was handed off counts, the other one does not
        (replace(GOOD, refreshes=four(tenant=False)), set()),
        (replace(GOOD, refreshes=four(common=False)), {"Refresh Token"}),
        (replace(GOOD, authority="tenant", refreshes=four(common=False)), set()),
        (replace(GOOD, authority="tenant", refreshes=four(tenant=False)), {"Refresh Token"}),
        # one way is enough, since nobody knows which one is AEM's
        (replace(GOOD, refreshes=four(bare=False)), set()),
        # TLS
        (
            replace(GOOD, connections=(*reached("smtp"), *reached("imap", "implicit"))),
            {"SMTP Transport Security"},
        ),
        (
            replace(GOOD, connections=(*reached("smtp", "starttls"), *reached("imap"))),
            {"Receive Transport Security", "POP3/IMAP SSL Enabled"},
        ),
        # logins
        (replace(GOOD, logins=(LoggedIn("smtp", ME, False, "no"),)), {"SMTP User"}),
        (
            replace(GOOD, logins=(LoggedIn("imap", BOX, False, "no"),)),
            {"POP3/IMAP Username", "Inbox User"},
        ),
        # POP
        (replace(GOOD, protocols=("imap", "pop", "smtp")), set()),
        (
            replace(GOOD, protocols=("pop", "smtp"), configured={"smtp": "starttls"}),
            {"Inbox Protocol"},
        ),
        # sending alone needs nothing of receiving
        (replace(GOOD, protocols=("smtp",), configured={"smtp": "starttls"}), set()),
    ],
)
def test_a_field_fails_when_no_way_on_the_path_works(observed, wrong):
    assert fields(failing(predict(observed))) == wrong


@pytest.mark.parametrize(
    ("code", "field"),
    [
        ("AADSTS7000215", "Client Secret"),
        ("AADSTS7000222", "Client Secret"),
        ("AADSTS700016", "Client ID"),
        ("AADSTS50194", "Refresh Token"),
        ("AADSTS700082", "Refresh Token"),
        ("", "Refresh Token"),
    ],
)
def test_the_field_that_holds_the_wrong_value_is_named(code, field):
    refused = (refreshed("common", scope=True, works=False, code=code),)
    (row,) = failing(predict(replace(GOOD, refreshes=refused)))
    assert row.field == field
    assert row.pages == ("Email Service", "Form Workflow", "E-mail endpoint")


@pytest.mark.parametrize(
    ("observed", "values"),
    [
        (GOOD, []),
        (replace(GOOD, refreshes=four(bare=False)), ["/common, scope not sent"]),
        (
            replace(GOOD, authority="tenant", refreshes=four(common=False)),
            ["/common, scope sent", "/common, scope not sent"],
        ),
        # at the tenant, AEM would need a field that it does not have
        (replace(GOOD, refreshes=four(tenant=False)), []),
        (replace(GOOD, refreshes=four(common=False)), []),
    ],
)
def test_what_fails_only_if_aem_does_it_is_told_apart(observed, values):
    assert [row.value for row in doubtful(predict(observed))] == values


def test_a_password_is_shown_and_is_never_on_the_path():
    assert told("oAuth 2.0 Authentication Settings") == [
        ("False: a password over IMAP", False, False),
        ("False: a password over SMTP", False, False),
    ]
