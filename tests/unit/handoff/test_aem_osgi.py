"""AEM's OSGi configurations: Adobe's types, secrets by name, both files or neither."""

import json
from dataclasses import replace
from pathlib import Path

import jsonschema_rs
import pytest

from provision.cloud import BUILT_IN
from provision.errors import SinkFailed
from provision.handoff.aem_osgi import AemOsgiSink
from provision.handoff.osgi_settings import MAIL_SERVICE, OAUTH_PROVIDER, Tunnel
from provision.tenant.mailbox import Mailbox
from tests.unit.handoff.values import make_handover, make_registration, mode_of

TUNNEL = Tunnel("$[env:AEM_PROXY_HOST;default=proxy.tunnel]", 30587)
TEXT, TRUTH = {"type": "string", "minLength": 1}, {"type": "boolean"}
SERVICE_TYPES = {
    "smtp.host": TEXT,
    "smtp.port": {"type": "integer", "minimum": 1, "maximum": 65535},
    "smtp.user": TEXT,
    "smtp.password": TEXT,
    "from.address": TEXT,
    "smtp.ssl": TRUTH,
    "smtp.starttls": TRUTH,
    "smtp.requiretls": TRUTH,
    "debug.email": TRUTH,
    "oauth.flow": {"const": True},
}
URL = {"type": "string", "pattern": "^https://[^/]+/[^/]+/oauth2/v2[.]0/(authorize|token)$"}
PROVIDER_TYPES = {
    "authUrl": URL,
    "tokenUrl": URL,
    "refreshUrl": URL,
    "clientId": TEXT,
    "clientSecret": {"const": "$[secret:SECRET_SMTP_OAUTH_CLIENT_SECRET]"},
    "refreshToken": {"const": "$[secret:SECRET_SMTP_OAUTH_REFRESH_TOKEN]"},
    "scopes": {"type": "array", "items": TEXT, "minItems": 1, "uniqueItems": True},
    "authCodeRedirectUrl": {"type": "string", "pattern": "^https?://"},
}


def schema(properties: dict[str, object]) -> dict[str, object]:
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }


def file(folder: Path, pid: str) -> Path:
    return folder / f"{pid}.cfg.json"


def settings(folder: Path, pid: str) -> dict[str, object]:
    found = json.loads(file(folder, pid).read_text())
    assert isinstance(found, dict)
    return found


def sink_at(folder: Path, tunnel: Tunnel | None = None) -> AemOsgiSink:
    return AemOsgiSink("aem-osgi", "osgi", folder, tunnel)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "osgi"


@pytest.mark.parametrize("tunnel", [None, TUNNEL], ids=["aem-osgi", "aem-cloud"])
@pytest.mark.parametrize("cloud", ["global", "usgov", "china"])
def test_both_files_have_adobes_types_in_every_cloud(
    folder: Path, tunnel: Tunnel | None, cloud: str
) -> None:
    sink_at(folder, tunnel).keep(
        make_handover(cloud=BUILT_IN[cloud], authority=f"{BUILT_IN[cloud].authority}/{'7' * 8}")
    )

    service, provider = settings(folder, MAIL_SERVICE), settings(folder, OAUTH_PROVIDER)
    jsonschema_rs.validate(schema(SERVICE_TYPES), service)
    jsonschema_rs.validate(schema(PROVIDER_TYPES), provider)
    assert provider["scopes"] == [
        f"{BUILT_IN[cloud].outlook_resource}/SMTP.Send",
        "openid",
        "offline_access",
    ]
    assert provider["tokenUrl"] == f"{BUILT_IN[cloud].authority}/77777777/oauth2/v2.0/token"


@pytest.mark.parametrize(
    ("tunnel", "host", "port"),
    [(None, "smtp.office365.com", 587), (TUNNEL, TUNNEL.host, 30587)],
)
def test_mail_goes_to_exchange_or_through_the_tunnel_and_always_by_starttls(
    folder: Path, tunnel: Tunnel | None, host: str, port: int
) -> None:
    sink_at(folder, tunnel).keep(make_handover())

    assert settings(folder, MAIL_SERVICE) == {
        "smtp.host": host,
        "smtp.port": port,
        "smtp.user": "clerk@contoso.com",
        "smtp.password": "unused: OAuth",
        "from.address": "forms@contoso.com",
        "smtp.ssl": False,
        "smtp.starttls": True,
        "smtp.requiretls": True,
        "debug.email": False,
        "oauth.flow": True,
    }


def test_no_secret_is_in_the_folder_and_nobody_else_reads_it(folder: Path) -> None:
    sink_at(folder).keep(make_handover())

    text = "".join(path.read_text() for path in folder.iterdir())
    assert "s3~cr.et_" not in text
    assert "1.AXrefresh" not in text
    assert {mode_of(path) for path in folder.iterdir()} == {0o600}


def test_a_new_secret_or_token_changes_no_byte(folder: Path) -> None:
    sink = sink_at(folder)
    sink.keep(make_handover())
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    sink.prepare()
    sink.keep(make_handover(secret="other", key_id="key-2", token="1.AXother"))

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_redirect_that_is_registered_is_named(folder: Path) -> None:
    uri = "https://author.contoso.com/services/mailer/oauth2/token"
    registration = replace(make_registration(), redirect_uris=(uri,))

    sink_at(folder).keep(make_handover(registration=registration))

    assert settings(folder, OAUTH_PROVIDER)["authCodeRedirectUrl"] == uri


@pytest.mark.parametrize("pid", [MAIL_SERVICE, OAUTH_PROVIDER])
@pytest.mark.parametrize("text", ["", "[]", "{}", '{"oauth.flow": true}', '{"clientId": "c-1"}'])
def test_somebody_elses_file_is_found_beforehand(folder: Path, pid: str, text: str) -> None:
    folder.mkdir()
    file(folder, pid).write_text(text)

    with pytest.raises(SinkFailed, match="was not written by provision"):
        sink_at(folder).prepare()

    assert file(folder, pid).read_text() == text


def test_preparing_leaves_nothing_behind(folder: Path) -> None:
    sink_at(folder).prepare()

    assert not folder.exists()


def test_a_folder_without_a_place_for_it_is_found_beforehand(folder: Path) -> None:
    with pytest.raises(SinkFailed, match="does not exist"):
        sink_at(folder / "deeper").prepare()


def test_a_file_in_place_of_the_folder_is_found_beforehand(folder: Path) -> None:
    folder.write_text("")

    with pytest.raises(SinkFailed, match="is no directory"):
        sink_at(folder).prepare()


def test_a_link_in_place_of_a_file_is_found_beforehand(folder: Path) -> None:
    folder.mkdir()
    file(folder, OAUTH_PROVIDER).symlink_to("nowhere")

    with pytest.raises(SinkFailed, match="symbolic link"):
        sink_at(folder).prepare()


@pytest.mark.parametrize(
    ("mailbox", "cloud", "said"),
    [
        (None, "global", "no mailbox"),
        (Mailbox("a@b.com", "a@b.com", "tenant", ("imap",)), "global", "does not use smtp"),
        (Mailbox("a@b.com", "a@b.com", "tenant", ("smtp",)), "usgov-dod", "no SMTP server"),
    ],
)
def test_nothing_is_written_that_could_not_send(
    folder: Path, mailbox: Mailbox | None, cloud: str, said: str
) -> None:
    with pytest.raises(SinkFailed, match=said):
        sink_at(folder).keep(make_handover(mailbox=mailbox, cloud=BUILT_IN[cloud]))

    assert not folder.exists()


def test_clearing_takes_our_two_files_and_leaves_the_others(folder: Path) -> None:
    sink_at(folder).keep(make_handover())
    (folder / "com.contoso.Other.cfg.json").write_text("{}")

    assert sink_at(folder).clear("c-1")
    assert [path.name for path in folder.iterdir()] == ["com.contoso.Other.cfg.json"]


def test_another_applications_files_are_left_alone(folder: Path) -> None:
    sink_at(folder).keep(make_handover())

    assert not sink_at(folder).clear("c-2")
    assert len(list(folder.iterdir())) == 2


def test_clearing_what_is_not_there_clears_nothing(folder: Path) -> None:
    assert not sink_at(folder).clear("c-1")


def test_it_holds_no_secret_and_names_its_folder(folder: Path) -> None:
    sink = sink_at(folder)

    assert (sink.holder, sink.holds_secrets, sink.held_key_id()) == ("aem-osgi osgi", False, None)
