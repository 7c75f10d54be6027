"""The control URL's levers that end refresh tokens."""

import httpx
import pytest

from tests.contract.sandbox_entra.registered import Registered, client_for


def turn(registered: Registered, method: str, path: str, body: object = None) -> httpx.Response:
    with client_for(registered.ready) as client:
        return client.request(method, f"{registered.ready.control}{path}", json=body)


@pytest.mark.parametrize(
    ("cause", "member"),
    [
        ("sessionsRevoked", "revokedBefore"),
        ("passwordReset", "revokedBefore"),
        ("passwordChange", "passwordChangedAt"),
    ],
)
def test_a_cause_sets_the_instant_that_it_means(
    registered: Registered, cause: str, member: str
) -> None:
    before = {"revokedBefore": 0.0, "passwordChangedAt": 0.0}
    turn(registered, "PATCH", "/mailboxes/alex@contoso.com", before)
    after = turn(registered, "POST", "/revoke", {"user": "alex@contoso.com", "cause": cause}).json()
    assert [name for name in before if after[name] > 0] == [member]


def test_takes_no_unknown_cause(registered: Registered) -> None:
    answer = turn(registered, "POST", "/revoke", {"user": "alex@contoso.com", "cause": "boredom"})
    assert answer.status_code == 400


def test_a_deleted_mailbox_is_gone(registered: Registered) -> None:
    assert turn(registered, "DELETE", "/mailboxes/shared@contoso.com").status_code == 200
    assert turn(registered, "DELETE", "/mailboxes/shared@contoso.com").status_code == 404


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/switches", {"signInFrequencyHours": "4"}),
        ("/switches", {"signInFrequencyHours": True}),
        ("/switches", {"accessBlocked": None}),
        ("/mailboxes/alex@contoso.com", {"assignedTo": "x"}),
    ],
)
def test_takes_no_value_of_a_wrong_type(
    registered: Registered, path: str, value: dict[str, object]
) -> None:
    assert turn(registered, "PATCH", path, value).status_code == 400


def test_takes_a_whole_number_for_a_number_and_nothing_for_what_may_be_nothing(
    registered: Registered,
) -> None:
    four = turn(registered, "PATCH", "/switches", {"signInFrequencyHours": 4})
    none = turn(registered, "PATCH", "/switches", {"signInFrequencyHours": None})
    assert [four.json()["signInFrequencyHours"], none.json()["signInFrequencyHours"]] == [4, None]
