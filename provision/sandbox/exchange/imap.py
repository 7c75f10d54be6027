"""Exchange Online's IMAP on Twisted's parser: logging in, listing and selecting folders."""

from collections import Counter
from typing import Final

from twisted.mail.imap4 import collapseNestedLists
from twisted.python.failure import Failure

from provision.sandbox.exchange.admission import Admitted, NotConnected, Refused
from provision.sandbox.exchange.folder_names import matches
from provision.sandbox.exchange.imap_arguments import NOT_CONNECTED
from provision.sandbox.exchange.imap_arguments import ImapArguments as Read
from provision.sandbox.exchange.imap_view import FLAGS, FolderView
from provision.sandbox.exchange.imap_work import ImapWork
from provision.sandbox.exchange.store import INBOX, Folder, MailStore
from provision.sandbox.exchange.xoauth2_login import Doorkeeper

CAPABILITIES: Final = (
    b"IMAP4",
    b"IMAP4rev1",
    b"AUTH=PLAIN",
    b"AUTH=XOAUTH2",
    b"SASL-IR",
    b"UIDPLUS",
    b"MOVE",
    b"ID",
    b"UNSELECT",
    b"CHILDREN",
    b"IDLE",
    b"NAMESPACE",
    b"LITERAL+",
)
"""Exchange Online's own list, AUTH=PLAIN included, which lets nobody in there either."""

CONNECTIONS: Final = 20
"""Per mailbox; the next login is connected to nothing. Reported: mscdex/node-imap#523."""

_ALLOWED_WHILE_NOT_CONNECTED: Final = frozenset({b"CAPABILITY", b"LOGOUT"})


class ImapSession(ImapWork):
    """One connection up to the selected folder; `imap_mailbox` goes on from there."""

    IDENT = b"The provision sandbox's Exchange IMAP4 service is ready. [bG9jYWxob3N0]"

    def __init__(self, doorkeeper: Doorkeeper, store: MailStore, connections: Counter[str]) -> None:
        super().__init__()
        self._doorkeeper = doorkeeper
        self._store = store
        self._connections = connections
        self._mailbox = ""
        self._refused_commands = 0
        self._sasl_tag = b""
        self.view: FolderView | None = None

    def listCapabilities(self) -> list[bytes]:
        """Return what CAPABILITY announces."""
        return list(CAPABILITIES)

    def sendServerGreeting(self) -> None:
        """Greet; what this server can do is told when somebody asks, as Exchange does it."""
        self.sendPositiveResponse(message=self.IDENT)

    def connectionLost(self, reason: Failure) -> None:
        """Forget the folder, so that nobody is told about it any more."""
        self.leave()
        self._connections[self._mailbox] -= 1
        super().connectionLost(reason)

    def dispatchCommand(
        self, tag: bytes, cmd: bytes, rest: bytes | None, uid: int | None = None
    ) -> None:
        """Carry out a command; nearly none while the mailbox is out of reach.

        Source:
            A login that Exchange accepts and cannot connect gets CAPABILITY answered, BAD to
            everything else, and is hung up on at the second BAD. Reported by clients' logs.
        """
        if self.state != "unconnected" or cmd in _ALLOWED_WHILE_NOT_CONNECTED:
            super().dispatchCommand(tag, cmd, rest, uid)
            return
        self.refuse(tag, NOT_CONNECTED, rest)
        self._refused_commands += 1
        if self._refused_commands > 1 and not self.is_leaving:
            self.say_bye()
            self.hang_up()

    def do_CAPABILITY(self, tag: bytes) -> None:
        """Say what this server can do."""
        self.sendUntaggedResponse(b"CAPABILITY " + b" ".join(CAPABILITIES))
        self.sendPositiveResponse(tag, b"CAPABILITY completed.")

    def do_AUTHENTICATE(self, tag: bytes, line: bytes | None) -> None:
        """Take a SASL exchange in one step (SASL-IR) or begin it in two."""
        mechanism, _, initial_response = (line or b"").strip().partition(b" ")
        self._sasl_tag = tag
        if mechanism.upper() in {b"LOGIN", b"PLAIN"}:
            self.sendNegativeResponse(
                tag, b"AUTHENTICATE failed. Basic authentication is disabled."
            )
        elif mechanism.upper() != b"XOAUTH2":
            self.sendNegativeResponse(tag, b"AUTHENTICATE failed.")
        elif initial_response:
            self._log_in(initial_response)
        else:
            self.parseState = "sasl"
            self.sendLine(b"+ ")

    def parse_sasl(self, line: bytes) -> None:
        """Take the response of a two-step AUTHENTICATE; `*` cancels it."""
        self.parseState = "command"
        if line == b"*":
            self.sendBadResponse(self._sasl_tag)
        else:
            self._log_in(line)

    def do_LOGIN(self, tag: bytes, _user: bytes, _password: bytes) -> None:
        """Refuse every password."""
        self.sendNegativeResponse(tag, b"LOGIN failed. Basic authentication is disabled.")

    def do_ID(self, tag: bytes, _parameters: bytes | None) -> None:
        """Say who this server is."""
        self.sendUntaggedResponse(b'ID ("name" "provision sandbox")')
        self.sendPositiveResponse(tag, b"ID completed")

    def do_NAMESPACE(self, tag: bytes) -> None:
        """Say that there are only personal folders, divided by slashes."""
        self.sendUntaggedResponse(b'NAMESPACE (("" "/")) NIL NIL')
        self.sendPositiveResponse(tag, b"NAMESPACE completed.")

    def do_LIST(self, tag: bytes, reference: bytes, pattern: bytes, command: bytes) -> None:
        """List folders; an empty pattern asks for the divider alone."""
        if not pattern:
            self.sendUntaggedResponse(command + b' (\\Noselect \\HasChildren) "/" ""')
        wanted = _mailbox_name(reference + pattern)
        names = self._store.names(self._mailbox)
        for name in names:
            if matches(wanted, name):
                has_children = any(other.startswith(f"{name}/") for other in names)
                attribute = b"\\HasChildren" if has_children else b"\\HasNoChildren"
                quoted = collapseNestedLists([name.encode("imap4-utf-7")])
                self.sendUntaggedResponse(command + b' (%b) "/" ' % attribute + quoted)
        self.sendPositiveResponse(tag, command + b" completed.")

    def do_CREATE(self, tag: bytes, name: bytes) -> None:
        """Make a folder, and those above it."""
        self._say_whether(tag, b"CREATE", self._store.create(self._mailbox, _mailbox_name(name)))

    def do_DELETE(self, tag: bytes, name: bytes) -> None:
        """Remove a folder and those below it; Exchange keeps its own."""
        self._say_whether(tag, b"DELETE", self._store.delete(self._mailbox, _mailbox_name(name)))

    def do_RENAME(self, tag: bytes, name: bytes, new_name: bytes) -> None:
        """Give a folder, with those below it, another name; Exchange keeps its own."""
        names = _mailbox_name(name), _mailbox_name(new_name)
        self._say_whether(tag, b"RENAME", self._store.rename(self._mailbox, *names))

    def do_STATUS(self, tag: bytes, name: bytes, items: list[bytes]) -> None:
        """Count a folder without selecting it."""
        folder = self.folder(name)
        if folder is None:
            self.sendNegativeResponse(tag, b"%b doesn't exist." % name)
            return
        known = {
            b"MESSAGES": len(folder.messages),
            b"RECENT": 0,
            b"UIDNEXT": folder.uid_next,
            b"UIDVALIDITY": folder.uid_validity,
            b"UNSEEN": sum("\\Seen" not in message.flags for message in folder.messages),
        }
        asked = [item.upper() for item in items if item.upper() in known]
        values = b" ".join(b"%b %d" % (item, known[item]) for item in asked)
        quoted = collapseNestedLists([name])
        self.sendUntaggedResponse(b"STATUS %b (%b)" % (quoted, values))
        self.sendPositiveResponse(tag, b"STATUS completed.")

    def do_SELECT(self, tag: bytes, name: bytes, command: bytes) -> None:
        """Open a folder, for EXAMINE without the right to change it."""
        self.leave()
        folder = self.folder(name)
        if folder is None:
            self.sendNegativeResponse(tag, b"%b doesn't exist." % name)
            return
        self.view = FolderView(folder, is_writable=command == b"SELECT")
        self.state = "select"
        folder.listeners.append(self.on_change)
        flags = " ".join(FLAGS).encode()
        permanent = flags if self.view.is_writable else b""
        self.sendUntaggedResponse(b"%d EXISTS" % len(self.view))
        self.sendUntaggedResponse(b"0 RECENT")
        self.sendUntaggedResponse(b"FLAGS (%b)" % flags)
        self.sendPositiveResponse(None, b"[PERMANENTFLAGS (%b)] Permanent flags" % permanent)
        self.sendPositiveResponse(None, b"[UIDVALIDITY %d] UIDVALIDITY value" % folder.uid_validity)
        self.sendPositiveResponse(None, b"[UIDNEXT %d] The next UID value" % folder.uid_next)
        mode = b"READ-WRITE" if self.view.is_writable else b"READ-ONLY"
        self.sendPositiveResponse(tag, b"[%b] %b completed." % (mode, command))

    def do_LOGOUT(self, tag: bytes) -> None:
        """Say goodbye and hang up."""
        self.sendUntaggedResponse(b"BYE The provision sandbox is signing off.")
        self.sendPositiveResponse(tag, b"LOGOUT completed.")
        self.hang_up()

    def folder(self, name: bytes) -> Folder | None:
        """Return a folder of the mailbox that was logged in to."""
        return self._store.find(self._mailbox, _mailbox_name(name))

    def on_change(self) -> None:
        """Hear that the selected folder changed; what to say is said at the next chance."""

    def leave(self) -> None:
        """Close the selected folder without removing anything from it."""
        if self.view is not None:
            self.view.folder.listeners.remove(self.on_change)
            self.view = None
        if self.state == "select":
            self.state = "auth"

    def _say_whether(self, tag: bytes, command: bytes, was_done: bool) -> None:  # noqa: FBT001  (an outcome, not an option)
        if was_done:
            self.sendPositiveResponse(tag, command + b" completed.")
        else:
            self.sendNegativeResponse(tag, command + b" failed.")

    def _log_in(self, response: bytes) -> None:
        match self._doorkeeper.admit("imap", response):
            case Refused():
                self.sendNegativeResponse(self._sasl_tag, b"AUTHENTICATE failed.")
                return
            case Admitted(mailbox=mailbox) if self._connections[mailbox] < CONNECTIONS:
                self._mailbox = mailbox
                self._connections[mailbox] += 1
                self.state = "auth"
            case Admitted() | NotConnected():
                self.state = "unconnected"
        self.setTimeout(self.POSTAUTH_TIMEOUT)
        self.sendPositiveResponse(self._sasl_tag, b"AUTHENTICATE completed.")

    unauth_AUTHENTICATE = (do_AUTHENTICATE, Read.arg_line)
    unauth_LOGIN = (do_LOGIN, Read.arg_word, Read.arg_last_word)
    unauth_STARTTLS = None  # Twisted's: the connection is TLS already
    unauth_CAPABILITY = auth_CAPABILITY = select_CAPABILITY = (do_CAPABILITY,)
    unauth_ID = auth_ID = select_ID = (do_ID, Read.arg_line)
    unauth_LOGOUT = auth_LOGOUT = select_LOGOUT = (do_LOGOUT,)
    unconnected_CAPABILITY = unauth_CAPABILITY
    unconnected_LOGOUT = unauth_LOGOUT
    auth_NAMESPACE = select_NAMESPACE = (do_NAMESPACE,)
    auth_LIST = select_LIST = (do_LIST, Read.arg_word, Read.arg_word, b"LIST")
    auth_LSUB = select_LSUB = (*auth_LIST[:3], b"LSUB")
    auth_STATUS = select_STATUS = (do_STATUS, Read.arg_word, Read.arg_plist)
    auth_SELECT = select_SELECT = (do_SELECT, Read.arg_word, b"SELECT")
    auth_EXAMINE = select_EXAMINE = (do_SELECT, Read.arg_word, b"EXAMINE")
    auth_CREATE = select_CREATE = (do_CREATE, Read.arg_last_word)
    auth_DELETE = select_DELETE = (do_DELETE, Read.arg_last_word)
    auth_RENAME = select_RENAME = (do_RENAME, Read.arg_word, Read.arg_last_word)


def _mailbox_name(encoded: bytes) -> str:
    name = encoded.decode("imap4-utf-7")
    return INBOX if name.upper() == INBOX else name
