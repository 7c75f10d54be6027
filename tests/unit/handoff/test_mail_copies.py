"""Copies for programs that refresh by themselves: what they are given, and what is read back."""

import base64
import configparser
import json
from dataclasses import replace

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from provision.errors import SinkFailed
from provision.handoff.mail_copies import Around, MailCopySink
from provision.handoff.mail_programs import COPIES
from provision.handoff.port import RenewedCopy
from provision.secret import Secret
from tests.unit.handoff.mail_settings import NASTY_ADDRESSES, OWN, SHARED, named, private_cloud
from tests.unit.handoff.values import MemoryPlace, make_handover

PASSWORD = "typed into the mail program"
# As few as the test of a format needs; the real number is held by the proxy itself.
AROUND = Around("desk-7", Secret(PASSWORD), iterations=10)
PLAIN = ("mutt-oauth2", "sasl-xoauth2")


def sink_for(program: str, place: MemoryPlace) -> MailCopySink:
    return COPIES[program](place, AROUND)


def ini(text: str | None) -> configparser.ConfigParser:
    config = configparser.ConfigParser(interpolation=None)
    config.read_string(text or "")
    return config


def opened(account: configparser.SectionProxy, option: str) -> str:
    """Decrypt as the proxy does."""
    salt, iterations = base64.b64decode(account["token_salt"]), int(account["token_iterations"])
    derivation = PBKDF2HMAC(algorithm=SHA256(), length=32, salt=salt, iterations=iterations)
    key = base64.urlsafe_b64encode(derivation.derive(PASSWORD.encode()))
    return Fernet(key).decrypt(account[option]).decode()


@pytest.mark.parametrize("program", COPIES)
def test_a_copy_names_its_host_and_stores_successors(program: str) -> None:
    sink = sink_for(program, MemoryPlace())

    assert sink.holder == f"{program} memory on host desk-7"
    assert isinstance(sink, RenewedCopy)
    assert (sink.keeps_successors, sink.holds_secrets) == (True, True)


@pytest.mark.parametrize("program", COPIES)
def test_the_key_id_is_read_back_and_the_file_is_cleared_by_its_owner(program: str) -> None:
    place = MemoryPlace()
    sink = sink_for(program, place)
    sink.keep(make_handover(mailbox=OWN))

    sink.prepare()
    assert sink.held_key_id() == "key-1"
    assert (sink.clear("c-2"), sink.clear("c-1"), place.text) == (False, True, None)


@pytest.mark.parametrize("program", COPIES)
@pytest.mark.parametrize("text", ["[IMAP-1993]\nx = y\n", '{"refresh_token": "x"}', "["])
def test_a_file_of_somebody_else_stays(program: str, text: str) -> None:
    place = MemoryPlace(text)

    with pytest.raises(SinkFailed, match=f"no {program} file of provision"):
        sink_for(program, place).prepare()
    with pytest.raises(SinkFailed, match="would be replaced") as refused:
        sink_for(program, place).keep(make_handover(mailbox=OWN))
    assert (place.text, refused.value.__cause__) == (text, None)


@pytest.mark.parametrize("program", COPIES)
def test_a_mailbox_is_needed(program: str) -> None:
    with pytest.raises(SinkFailed, match="names none"):
        sink_for(program, MemoryPlace()).keep(make_handover(mailbox=None))


def test_mutts_script_is_given_what_it_stores_itself() -> None:
    place = MemoryPlace()
    sink_for("mutt-oauth2", place).keep(make_handover(mailbox=SHARED))

    assert json.loads(str(place.text)) == {
        "registration": "microsoft",
        "authflow": "authcode",
        "email": "forms@contoso.com",
        "access_token": "",
        "access_token_expiration": "",
        "refresh_token": "1.AXrefresh",
        "client_id": "c-1",
        "client_secret": "s3~cr.et_",
        "provision": {
            "mailbox": "forms@contoso.com",
            "clientId": "c-1",
            "tenantId": "t-1",
            "authority": "https://login.microsoftonline.com/common",
            "clientSecretKeyId": "key-1",
        },
    }


def test_postfix_sends_as_the_account_that_signed_in() -> None:
    place = MemoryPlace()
    sink_for("sasl-xoauth2", place).keep(make_handover(mailbox=SHARED))

    written = json.loads(str(place.text))
    ours = written.pop("provision")
    assert written == {
        "access_token": "",
        "expiry": "0",
        "refresh_token": "1.AXrefresh",
        "client_id": "c-1",
        "client_secret": "s3~cr.et_",
        "token_endpoint": "https://login.microsoftonline.com/common/oauth2/v2.0/token",
    }
    relay = "[smtp.office365.com]:587"
    assert ours["sasl_passwd"] == f"{relay} clerk@contoso.com:/etc/tokens/forms@contoso.com"
    assert (ours["main.cf"]["relayhost"], "nobody has run it" in ours["note"]) == (relay, True)


def test_postfix_is_told_of_a_cloud_of_ones_own() -> None:
    place = MemoryPlace()
    sink_for("sasl-xoauth2", place).keep(make_handover(mailbox=OWN, cloud=private_cloud()))

    ours = json.loads(str(place.text))["provision"]
    assert ours["main.cf"]["smtp_tls_CAfile"] == "/srv/sandbox/ca.pem"
    assert ours["main.cf"]["smtp_tls_wrappermode"] == "yes"


def test_what_postfix_wrote_back_is_ours_and_of_no_known_key() -> None:
    place = MemoryPlace()
    sink = sink_for("sasl-xoauth2", place)
    sink.keep(make_handover(mailbox=OWN))
    renewed = json.loads(str(place.text))
    del renewed["provision"]
    place.text = json.dumps(renewed)

    sink.prepare()
    assert (sink.held_key_id(), sink.clear("c-1")) == (None, True)


@pytest.mark.parametrize("program", PLAIN)
def test_a_stored_successor_survives_a_new_client_secret(program: str) -> None:
    place = MemoryPlace()
    sink = sink_for(program, place)
    sink.keep(make_handover(mailbox=OWN))
    place.text = str(place.text).replace("1.AXrefresh", "1.AXsuccessor")
    sink.keep(make_handover(mailbox=OWN, token=None, secret="new", key_id="key-2"))

    written = json.loads(str(place.text))
    assert (written["refresh_token"], written["client_secret"]) == ("1.AXsuccessor", "new")
    assert sink.held_key_id() == "key-2"


@pytest.mark.parametrize("program", PLAIN)
def test_a_copy_without_secret_and_token_waits_for_them(program: str) -> None:
    place = MemoryPlace()
    sink = sink_for(program, place)
    sink.keep(make_handover(mailbox=OWN, token=None, secret=None))

    written = json.loads(str(place.text))
    assert (written["refresh_token"], written["client_secret"]) == ("", "")
    assert sink.held_key_id() is None


def test_the_proxy_is_signed_in_and_nothing_stands_in_the_clear() -> None:
    place = MemoryPlace()
    sink_for("email-oauth2-proxy", place).keep(make_handover(mailbox=OWN))

    account = ini(place.text)[OWN.address]
    assert opened(account, "refresh_token") == "1.AXrefresh"
    assert opened(account, "client_secret_encrypted") == "s3~cr.et_"
    assert account["token_url"] == "https://login.microsoftonline.com/common/oauth2/v2.0/token"
    assert account["oauth2_scope"].split()[-2:] == [
        "https://outlook.office.com/SMTP.Send",
        "offline_access",
    ]
    for canary in ("1.AXrefresh", "s3~cr.et_", PASSWORD):
        assert canary not in str(place.text)


def test_the_proxy_has_an_account_for_each_user_name() -> None:
    place = MemoryPlace()
    cloud = private_cloud()
    sink_for("email-oauth2-proxy", place).keep(make_handover(mailbox=SHARED, cloud=cloud))

    config = ini(place.text)
    assert [s for s in config.sections() if "@" in s] == ["forms@contoso.com", "clerk@contoso.com"]
    assert dict(config["IMAP-1993"]) == {
        "local_address": "127.0.0.1",
        "server_address": "localhost",
        "server_port": "1143",
        "server_starttls": "True",
    }
    assert config["SMTP-1587"]["server_starttls"] == "False"


def test_the_proxy_opens_only_what_the_mailbox_uses() -> None:
    place = MemoryPlace()
    sink_for("email-oauth2-proxy", place).keep(
        make_handover(mailbox=replace(OWN, protocols=("smtp",)), token=None, secret=None)
    )

    config = ini(place.text)
    assert [s for s in config.sections() if "-" in s] == ["SMTP-1587"]
    assert not {"refresh_token", "client_secret_encrypted"} & set(config[OWN.address])


@pytest.mark.parametrize("address", NASTY_ADDRESSES)
def test_the_proxy_finds_every_address(address: str) -> None:
    place = MemoryPlace()
    sink = sink_for("email-oauth2-proxy", place)
    sink.keep(make_handover(mailbox=named(address), token=None, secret=None))

    config = ini(place.text)
    assert [s for s in config.sections() if "@" in s] == [address]
    assert config["provision"]["mailbox"] == address


def test_without_a_password_nothing_is_prepared_and_nothing_written() -> None:
    place = MemoryPlace()
    sink = COPIES["email-oauth2-proxy"](place, Around("desk-7"))

    with pytest.raises(SinkFailed, match="PROVISION_EMAILPROXY_PASSWORD is not set"):
        sink.prepare()
    with pytest.raises(SinkFailed, match="PROVISION_EMAILPROXY_PASSWORD is not set"):
        sink.keep(make_handover(mailbox=OWN))
    assert place.text is None
