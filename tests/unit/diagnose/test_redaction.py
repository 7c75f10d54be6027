"""A text for strangers: what is secret is gone, what is needed is there."""

import json
from datetime import UTC, datetime

import pytest

from provision.diagnose.pasted.redaction import redacted
from provision.secret import Secret
from tests.made_up import CLIENT_SECRET, PRIVATE_KEY_HEAD

NOW = datetime(2026, 11, 26, tzinfo=UTC)
REFRESH_TOKEN = "1.AXkA" + "b4-Zz_09" * 40
ACCESS_TOKEN = "eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJodHRwczovL291dGxvb2sub2ZmaWNlLmNvbSJ9.c2lnbmF0dXJl"


@pytest.mark.parametrize("value", [CLIENT_SECRET, REFRESH_TOKEN, ACCESS_TOKEN, "q" * 44])
@pytest.mark.parametrize("around", ["{}", "client_secret={}&x=1", '{{"value": "{}"}}', "said {}."])
def test_whatever_looks_like_a_credential_is_gone(value, around):
    shown = redacted(around.format(value), (), NOW)

    assert value not in shown
    assert value[:12] not in shown
    assert f"[redacted: {len(value)} characters, sha256 " in shown


def test_what_is_known_to_be_secret_is_gone_whatever_it_looks_like():
    assert "hunter2hunter2" not in redacted(
        "it is hunter2hunter2!", [Secret("hunter2hunter2")], NOW
    )


def test_a_private_key_is_gone_also_when_it_is_cut_short():
    key = f"{PRIVATE_KEY_HEAD}\nMIIE\nabcd"

    assert "MIIE" not in redacted(f"file:\n{key}", (), NOW)


@pytest.mark.parametrize(
    "text",
    [
        "389a77cc-f9f5-43fb-8c35-ec0c049ef4e3",
        "AADSTS7000215",
        "https://learn.microsoft.com/entra/identity-platform/reference-error-codes",
        "/srv/contoso/registrations/production/provision.yaml",
        "535 5.7.139 Authentication unsuccessful [AM0PR10CA0001.EURPRD10.PROD.OUTLOOK.COM]",
        "2026-11-26T04:14:16+00:00",
    ],
)
def test_what_support_needs_stays(text):
    assert redacted(text, (), NOW) == text


def test_json_stays_json():
    document = {"a": CLIENT_SECRET, "b": [REFRESH_TOKEN, "forms@contoso.com"]}

    found = json.loads(redacted(json.dumps(document), (), NOW))

    assert found["b"][1] == "forms@contoso.com"
    assert found["a"].startswith("[redacted")


def test_nothing_is_marked_twice():
    shown = redacted(f"{REFRESH_TOKEN} {REFRESH_TOKEN[:60]}", (), NOW)

    assert shown.count("[redacted") == 2
