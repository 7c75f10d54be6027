"""`handoff` to AEM on OSGi: configurations without a secret, and secrets for a pipe alone."""

import json

import pytest

from tests.e2e.workplace import OWNER, Workplace

PIDS = (
    "com.day.cq.mailer.DefaultMailService.cfg.json",
    "com.day.cq.mailer.oauth.impl.OAuthConfigurationProviderImpl.cfg.json",
)


@pytest.fixture
def signed_in(work):
    work.write_manifest(
        "handoff:\n"
        "  - {to: aem-osgi, path: osgi}\n"
        "  - {to: aem-cloud, path: config, forwardedPort: 30588}\n"
        "  - {to: json, path: mail.json}\n"
    )
    return work.signed_in()


def files(work: Workplace, folder: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(work.file(folder).iterdir())}


def test_both_folders_have_what_the_tenant_and_the_cloud_say_and_no_secret(signed_in):
    signed_in.done("handoff")

    values = json.loads(signed_in.file("mail.json").read_text())
    for folder in ("osgi", "config"):
        found = files(signed_in, folder)
        service, provider = (json.loads(found[pid]) for pid in PIDS)
        text = b"".join(found.values()).decode()
        assert tuple(found) == PIDS
        assert (service["smtp.user"], service["from.address"]) == (OWNER, OWNER)
        assert provider["clientId"] == values["clientId"]
        assert provider["tokenUrl"] == f"{values['authority']}/oauth2/v2.0/token"
        assert values["refreshToken"] not in text
        assert values["clientSecret"] not in text
    cloud = json.loads(files(signed_in, "config")[PIDS[0]])
    assert (cloud["smtp.host"], cloud["smtp.port"]) == (
        "$[env:AEM_PROXY_HOST;default=proxy.tunnel]",
        30588,
    )


def test_a_second_hand_off_changes_no_byte_and_destroy_takes_only_what_is_ours(signed_in):
    signed_in.done("handoff")
    first = files(signed_in, "osgi")
    signed_in.file("osgi/com.contoso.Other.cfg.json").write_text("{}")

    signed_in.done("handoff")
    second = files(signed_in, "osgi")
    signed_in.done("destroy", "--yes")

    assert {name: second[name] for name in PIDS} == first
    assert list(files(signed_in, "osgi")) == ["com.contoso.Other.cfg.json"]
    assert files(signed_in, "config") == {}


def test_the_secrets_go_into_a_pipe_and_the_environment_into_the_ledger(signed_in):
    ran = signed_in.spawn("handoff", "--to", "aem-cloud-secrets", shows_secrets=True)

    variables = json.loads(ran.out)
    status = signed_in.run("status", "--output", "json").out
    assert [v["name"] for v in variables] == [
        "SECRET_SMTP_OAUTH_CLIENT_SECRET",
        "SECRET_SMTP_OAUTH_REFRESH_TOKEN",
    ]
    assert {v["type"] for v in variables} == {"secretString"}
    assert all(v["value"] for v in variables)
    assert "AEM Cloud Service environment, by pipe to aio" in status


def test_a_terminal_does_not_see_the_secrets(signed_in):
    with signed_in.terminal("handoff", "--to", "aem-cloud-secrets") as terminal:
        assert terminal.end() == 1

    assert "secrets would be shown on a terminal" in terminal.shown
    assert "secretString" not in terminal.shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--to", "aem-osgi"), "say --path FOLDER"),
        (("--to", "aem-cloud"), "say --path FOLDER"),
        (("--to", "aem-cloud-secrets", "--path", "x"), "leave --path out"),
    ],
)
def test_what_does_not_fit_a_path_is_said(signed_in, arguments, said):
    ran = signed_in.run("handoff", *arguments)

    assert ran.code == 64
    assert said in ran.err
