"""Settings of mail programs: what each is given, by table, and what is refused."""

import configparser
import shlex
from ast import literal_eval
from dataclasses import replace

import pytest

from provision.cloud import BUILT_IN
from provision.errors import SinkFailed
from provision.handoff.mail_programs import PASSWORD_COMMANDS
from tests.unit.handoff.mail_settings import (
    NASTY_ADDRESSES,
    NASTY_PATHS,
    OWN,
    PROVISION,
    SHARED,
    named,
    private_cloud,
    settings,
)
from tests.unit.handoff.values import MemoryPlace, make_handover

TOKEN = "/opt/provision/bin/provision token --mailbox=forms@contoso.com --for"
IDS = "--client-id c-1 --tenant t-1"
ELSEWHERE = f"{IDS} --cloud /srv/sandbox/ready.json"
EXPECTED = {
    ("mutt", "global"): f"""\
set from = 'forms@contoso.com'
set imap_user = 'forms@contoso.com'
set folder = 'imaps://outlook.office365.com:993/'
set spoolfile = '+INBOX'
set imap_authenticators = 'xoauth2'
set imap_oauth_refresh_command = '{TOKEN} imap {IDS}'
set smtp_url = 'smtp://clerk%40contoso.com@smtp.office365.com:587/'
set smtp_authenticators = 'xoauth2'
set smtp_oauth_refresh_command = '{TOKEN} smtp {IDS}'
set ssl_starttls = yes
set ssl_force_tls = yes
""",
    ("mutt", "private"): f"""\
set from = 'forms@contoso.com'
set imap_user = 'forms@contoso.com'
set folder = 'imap://localhost:1143/'
set spoolfile = '+INBOX'
set imap_authenticators = 'xoauth2'
set imap_oauth_refresh_command = '{TOKEN} imap {ELSEWHERE}'
set smtp_url = 'smtps://clerk%40contoso.com@localhost:1465/'
set smtp_authenticators = 'xoauth2'
set smtp_oauth_refresh_command = '{TOKEN} smtp {ELSEWHERE}'
set ssl_ca_certificates_file = '/srv/sandbox/ca.pem'
set ssl_starttls = yes
set ssl_force_tls = yes
""",
    ("msmtp", "global"): f"""\
account "forms@contoso.com"
host "smtp.office365.com"
port "587"
tls "on"
tls_starttls "on"
auth "xoauth2"
user "clerk@contoso.com"
from "forms@contoso.com"
passwordeval "{TOKEN} smtp {IDS}"
""",
    ("msmtp", "private"): f"""\
account "forms@contoso.com"
host "localhost"
port "1465"
tls "on"
tls_starttls "off"
tls_trust_file "/srv/sandbox/ca.pem"
auth "xoauth2"
user "clerk@contoso.com"
from "forms@contoso.com"
passwordeval "{TOKEN} smtp {ELSEWHERE}"
""",
    ("isync", "private"): f"""\
IMAPAccount "forms@contoso.com"
Host "localhost"
Port "1143"
SSLType "STARTTLS"
SystemCertificates "no"
CertificateFile "/srv/sandbox/ca.pem"
User "forms@contoso.com"
AuthMechs "XOAUTH2"
PassCmd "{TOKEN} imap {ELSEWHERE}"
IMAPStore "forms@contoso.com-remote"
Account "forms@contoso.com"
MaildirStore "forms@contoso.com-local"
Path "~/Mail/forms@contoso.com/"
Inbox "~/Mail/forms@contoso.com/INBOX"
SubFolders "Verbatim"
Channel "forms@contoso.com"
Far ":forms@contoso.com-remote:"
Near ":forms@contoso.com-local:"
Patterns "INBOX"
Create "Near"
""",
    ("getmail", "global"): """\
[retriever]
type = SimpleIMAPSSLRetriever
server = outlook.office365.com
port = 993
username = forms@contoso.com
use_xoauth2 = True
password_command = ('/opt/provision/bin/provision', 'token', '--mailbox=forms@contoso.com', \
'--for', 'imap', '--client-id', 'c-1', '--tenant', 't-1')
[destination]
type = Maildir
path = ~/Mail/forms@contoso.com/
""",
}
CLOUDS = {"global": BUILT_IN["global"], "private": private_cloud()}


@pytest.mark.parametrize(("program", "cloud"), EXPECTED)
def test_a_shared_mailbox_is_set_up_as_its_cloud_serves_it(program: str, cloud: str) -> None:
    written = settings(program, mailbox=SHARED, cloud=CLOUDS[cloud])

    assert written == EXPECTED[program, cloud]


@pytest.mark.parametrize("cloud", ["usgov", "china"])
def test_a_national_cloud_gives_its_servers_and_its_name(cloud: str) -> None:
    imap = BUILT_IN[cloud].imap
    assert imap is not None

    written = settings("isync", cloud=BUILT_IN[cloud])

    assert f'Host "{imap.host}"' in written
    assert f"--tenant t-1 --cloud {cloud}" in written
    assert "CertificateFile" not in written


@pytest.mark.parametrize("program", PASSWORD_COMMANDS)
def test_no_file_holds_a_secret(program: str) -> None:
    place = MemoryPlace()
    sink = PASSWORD_COMMANDS[program](place, PROVISION)
    sink.keep(make_handover(secret="canary-secret", token="canary-token"))

    assert "canary" not in str(place.text)
    assert (sink.holds_secrets, sink.held_key_id()) == (False, None)


@pytest.mark.parametrize("program", PASSWORD_COMMANDS)
def test_a_file_is_replaced_and_cleared_only_if_it_is_ours(program: str) -> None:
    place = MemoryPlace()
    sink = PASSWORD_COMMANDS[program](place, PROVISION)
    sink.keep(make_handover())
    sink.prepare()

    assert (sink.clear("c-2"), sink.clear("c-1"), place.text) == (False, True, None)


@pytest.mark.parametrize("program", PASSWORD_COMMANDS)
@pytest.mark.parametrize("text", ["set sort = threads\n", "# provision handoff: other for a, "])
def test_settings_of_somebody_else_stay(program: str, text: str) -> None:
    place = MemoryPlace(text)
    sink = PASSWORD_COMMANDS[program](place, PROVISION)

    with pytest.raises(SinkFailed, match=f"no {program} file of provision"):
        sink.prepare()
    with pytest.raises(SinkFailed, match="would be replaced"):
        sink.keep(make_handover())
    assert place.text == text


@pytest.mark.parametrize("program", PASSWORD_COMMANDS)
def test_a_mailbox_is_needed(program: str) -> None:
    with pytest.raises(SinkFailed, match="names none"):
        settings(program, mailbox=None)


@pytest.mark.parametrize(
    ("program", "protocol"), [("msmtp", "smtp"), ("isync", "imap"), ("getmail", "imap")]
)
def test_a_protocol_that_the_mailbox_does_not_use_is_told(program: str, protocol: str) -> None:
    other = replace(OWN, protocols=("pop",))

    with pytest.raises(SinkFailed, match=f"does not use {protocol}"):
        settings(program, mailbox=other)
    with pytest.raises(SinkFailed, match=f"has no {protocol} server"):
        settings(program, cloud=replace(BUILT_IN["usgov-dod"], imap=None))


def test_mutt_is_set_up_for_what_the_mailbox_uses() -> None:
    assert "smtp" not in settings("mutt", mailbox=replace(OWN, protocols=("imap",)))
    assert "imap" not in settings("mutt", mailbox=replace(OWN, protocols=("smtp",)))
    with pytest.raises(SinkFailed, match="neither imap nor smtp"):
        settings("mutt", mailbox=replace(OWN, protocols=("pop",)))


def test_getmail_is_not_sent_to_a_server_that_starts_tls_late() -> None:
    with pytest.raises(SinkFailed, match="starts no TLS"):
        settings("getmail", cloud=private_cloud())


@pytest.mark.parametrize("path", ["/srv/$HOME/ca.pem", "/srv/ca.pem "])
def test_getmail_is_given_no_path_that_it_would_expand(path: str) -> None:
    cloud = replace(private_cloud(path), imap=BUILT_IN["global"].imap)

    with pytest.raises(SinkFailed, match="another path"):
        settings("getmail", cloud=cloud)


@pytest.mark.parametrize("address", ["%User@contoso.com", "a%M@contoso.com"])
def test_msmtp_is_given_no_sender_that_it_would_replace(address: str) -> None:
    with pytest.raises(SinkFailed, match="pattern after %"):
        settings("msmtp", mailbox=named(address))


@pytest.mark.parametrize("program", ["msmtp", "isync"])
def test_a_line_that_the_program_would_not_read_is_told(program: str) -> None:
    with pytest.raises(SinkFailed, match="takes no line of more than"):
        settings(program, provision=("/" + "x" * 1000,))


@pytest.mark.parametrize("program", PASSWORD_COMMANDS)
def test_a_path_with_a_line_break_is_refused(program: str) -> None:
    with pytest.raises(SinkFailed, match="one line"):
        settings(program, provision=("/srv/a\nset x = `id`",))


def unquoted_once(program: str, written: str) -> list[str]:
    """Return the lines' values with one layer of the program's own quoting taken away."""
    values = []
    for line in written.splitlines():
        value = line.split(" = " if program == "mutt" else " ", 1)[1]
        if program == "msmtp":
            values.append(value[1:-1])
        else:
            # Single quotes of mutt, and double quotes with backslashes of mbsync, are the shell's
            # where no $ and no backtick stands in double quotes for more than itself.
            quoted = value.replace("$", "\\$").replace("`", "\\`")
            values += shlex.split(value if program == "mutt" else quoted, posix=True)
    return values


@pytest.mark.parametrize("path", NASTY_PATHS)
@pytest.mark.parametrize("program", ["mutt", "msmtp"])
def test_a_shell_gets_the_path_that_was_meant(program: str, path: str) -> None:
    values = unquoted_once(program, settings(program, provision=(path,)))

    commands = [shlex.split(value) for value in values if " token " in value]
    assert {command[0] for command in commands} == {path}


@pytest.mark.parametrize("address", NASTY_ADDRESSES)
@pytest.mark.parametrize("program", ["mutt", "msmtp"])
def test_a_shell_gets_the_address_that_was_meant(program: str, address: str) -> None:
    values = unquoted_once(program, settings(program, mailbox=named(address)))

    commands = [shlex.split(value) for value in values if " token " in value]
    assert {command[2] for command in commands} == {f"--mailbox={address}"}
    assert address in values


@pytest.mark.parametrize("path", NASTY_PATHS)
@pytest.mark.parametrize("address", NASTY_ADDRESSES)
def test_getmail_gets_what_was_meant(path: str, address: str) -> None:
    parser = configparser.RawConfigParser()
    parser.read_string(settings("getmail", provision=(path,), mailbox=named(address)))

    command = literal_eval(parser["retriever"]["password_command"])
    assert (command[0], command[2]) == (path, f"--mailbox={address}")
    assert parser["retriever"]["username"] == address
    assert "/" not in parser["destination"]["path"].removeprefix("~/Mail/").removesuffix("/")
