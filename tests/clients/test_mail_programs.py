"""Mail programs set up by `provision handoff`, and OfflineIMAP as the guide tells."""

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from provision.sandbox.process import RunningSandbox
from tests.clients.conftest import Witness
from tests.clients.mail_application import OWNER
from tests.clients.mail_machine import MailMachine, is_same, mail_machine, new_message
from tests.clients.programs import find_file, find_program, version_of
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.installed


@pytest.fixture(scope="module")
def machine(
    own_sandbox: RunningSandbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MailMachine]:
    with mail_machine(own_sandbox, tmp_path_factory.mktemp("machine")) as made:
        yield made


def arrived(machine: MailMachine, message: EmailMessage) -> bool:
    """Tell whether a message lies in the mailbox."""
    inbox = machine.work.levers.inbox(OWNER)
    return str(message["Message-ID"]) in {letter["messageId"] for letter in inbox}


def in_maildir(folder: Path, message: EmailMessage) -> int:
    """Count the messages of a maildir that are this one."""
    found = [path.read_bytes() for part in ("cur", "new") for path in folder.glob(f"{part}/*")]
    return sum(is_same(one, message) for one in found)


def test_msmtp_sends(machine: MailMachine, witness: Witness) -> None:
    msmtp = find_program("msmtp", "apt-get install msmtp")
    message = new_message()
    machine.run(
        msmtp, "-C", machine.settings("msmtp"), "-a", OWNER, "-t", stdin=message.as_string()
    )

    assert arrived(machine, message)
    witness("msmtp", version_of(msmtp), "sent a mail")


def test_mbsync_fetches(machine: MailMachine, witness: Witness) -> None:
    packages = "apt-get install isync libsasl2-modules-kdexoauth2"
    mbsync = find_program("mbsync", packages)
    find_file("usr/lib/*/sasl2/libkdexoauth2.so", packages)
    settings = machine.settings("isync")
    maildir = machine.home / "Mail" / OWNER
    maildir.mkdir(parents=True)
    message = machine.deliver()
    machine.run(mbsync, "-c", settings, OWNER)
    machine.run(mbsync, "-c", settings, OWNER)

    assert in_maildir(maildir / "INBOX", message) == 1
    witness("mbsync", version_of(mbsync), "fetched a mail, and not twice")


DELIVERY = """
[destination]
type = MDA_external
path = /usr/bin/tee
arguments = ("{home}/fetched",)
allow_root_commands = True

[options]
read_all = False
"""


def test_getmail_fetches(machine: MailMachine, witness: Witness) -> None:
    getmail = find_program("getmail", "apt-get install getmail6")
    message = machine.deliver()
    retriever = machine.settings("getmail").read_text().partition("[destination]")[0]
    # A command of ours takes the mail in the Maildir's place: getmail writes none for root.
    machine.write("getmailrc", retriever + DELIVERY.format(home=machine.home))
    machine.run(getmail, f"--getmaildir={machine.home}", "--rcfile=getmailrc")

    assert is_same((machine.home / "fetched").read_bytes(), message)
    witness("getmail", version_of(getmail), "fetched a mail")


OFFLINEIMAP = """
[general]
accounts = forms
metadata = {home}/offlineimap
ui = basic
pythonfile = {home}/tokens.py

[Account forms]
localrepository = here
remoterepository = there

[Repository here]
type = Maildir
localfolders = {home}/offlineimap-mail

[Repository there]
type = IMAP
remotehost = localhost
remoteport = {port}
remoteuser = forms@contoso.com
ssl = yes
sslcacertfile = {ca_bundle}
auth_mechanisms = XOAUTH2
oauth2_request_url = {token_endpoint}
{login}
folderfilter = lambda name: name == 'INBOX'
"""


def offlineimap(machine: MailMachine, login: str) -> Path:
    """Let OfflineIMAP fetch the inbox; return its maildir."""
    program = find_program("offlineimap", "apt-get install offlineimap3")
    ready = machine.ready
    settings = OFFLINEIMAP.format(
        home=machine.home, port=ready.imap.port, ca_bundle=ready.ca_bundle, login=login,
        token_endpoint=f"{ready.authority}/{ready.tenant_id}/oauth2/v2.0/token",
    )  # fmt: skip
    path = machine.write("offlineimaprc", settings)
    machine.run(program, "-o", "-c", path, SSL_CERT_FILE=str(ready.ca_bundle))
    return machine.home / "offlineimap-mail" / "INBOX"


def test_offlineimap_fetches(machine: MailMachine, witness: Witness) -> None:
    machine.write(
        "tokens.py",
        "import subprocess\n"
        "def token():\n"
        f"    command = {machine.password_command('imap').split()!r}\n"
        "    return subprocess.run(command, capture_output=True, check=True, text=True)"
        ".stdout.strip()\n",
    )
    message = machine.deliver()
    # Without id and secret, which it does not use for this, it tries no XOAUTH2.
    unused = "oauth2_client_id = unused\noauth2_client_secret = unused"
    login = f"{unused}\noauth2_access_token_eval = token()"

    assert in_maildir(offlineimap(machine, login), message) == 1
    program = find_program("offlineimap", "")
    witness("offlineimap", version_of(program), "fetched a mail with a token from the command")


def test_offlineimap_refreshes_by_itself(machine: MailMachine, witness: Witness) -> None:
    machine.write("tokens.py", "")
    values = machine.handed_off()
    message = machine.deliver()
    login = (
        f"oauth2_client_id = {values['clientId']}\n"
        f"oauth2_client_secret = {values['clientSecret']}\n"
        f"oauth2_refresh_token = {values['refreshToken']}"
    )

    assert in_maildir(offlineimap(machine, login), message) == 1
    program = find_program("offlineimap", "")
    witness("offlineimap", version_of(program), "refreshed by itself with handed-off values")


@pytest.fixture(scope="module")
def muttrc(machine: MailMachine) -> Path:
    settings = machine.settings("mutt")
    return machine.write(
        "muttrc",
        f"source '{settings}'\nset copy = no\nset confirmappend = no\nset confirmcreate = no\n",
    )


def test_mutt_sends(machine: MailMachine, muttrc: Path, witness: Witness) -> None:
    mutt = find_program("mutt", "apt-get install mutt")
    message = new_message()
    # -H reads a draft with its headers, as an editor leaves it.
    draft = machine.write("draft", message.as_string())
    machine.run(mutt, "-F", muttrc, "-H", draft)

    subjects = [letter["subject"] for letter in machine.work.levers.inbox(OWNER)]
    assert message["Subject"] in subjects
    witness("mutt", version_of(mutt, "-v"), "sent a mail")


def test_mutt_reads(machine: MailMachine, muttrc: Path, witness: Witness) -> None:
    mutt = find_program("mutt", "apt-get install mutt")
    message = machine.deliver()
    copy = machine.home / "copied"
    keys = f"<limit>~s {message['Subject']}<enter><copy-message>{copy}<enter><quit>"
    command = [str(mutt), "-F", str(muttrc), "-e", f"push '{keys}'"]
    with Terminal(command, machine.home, machine.environment() | {"TERM": "xterm"}) as terminal:
        assert terminal.end() == 0

    assert is_same(copy.read_bytes().partition(b"\n")[2].removesuffix(b"\n"), message)
    witness("mutt", version_of(mutt, "-v"), "read a mail")
