"""IMAP inside a selected folder: reading, flagging, searching, copying, waiting for mail."""

from email.utils import mktime_tz, parsedate_tz
from typing import IO, Any

from twisted.mail.imap4 import IllegalClientResponse, IMAP4Server

from provision.sandbox.exchange.imap import ImapSession
from provision.sandbox.exchange.imap_fetch import Item, marks_as_seen, render_items
from provision.sandbox.exchange.imap_view import FolderView, MessageSet
from provision.sandbox.exchange.search import Query, QueryInvalid, compile_query

_TEMPORARY = "\\Recent"


class ExchangeImap(ImapSession):
    """The whole protocol; commands are found by Twisted as `STATE_COMMAND`."""

    @property
    def selected(self) -> FolderView:
        """The selected folder; commands of the state `select` only run when there is one."""
        if self.view is None:
            raise IllegalClientResponse("no folder is selected")
        return self.view

    def on_change(self) -> None:
        """Tell a client that waits in IDLE; others hear of it at their next command."""
        if self.parseState == "idle":
            self._catch_up()

    def do_NOOP(self, tag: bytes, command: bytes) -> None:
        """Tell what changed since the last command."""
        self._catch_up()
        self.sendPositiveResponse(tag, command + b" completed.")

    def do_IDLE(self, tag: bytes) -> None:
        """Begin to tell changes as they happen."""
        self._idle_tag = tag
        self.parseState = "idle"
        self.sendContinuationRequest(b"IDLE accepted, awaiting DONE command.")
        self._catch_up()

    def parse_idle(self, line: bytes) -> None:
        """End IDLE at DONE; anything else is no command."""
        self.parseState = "command"
        if line.strip().upper() == b"DONE":
            self.sendPositiveResponse(self._idle_tag, b"IDLE completed.")
        else:
            self.sendBadResponse(self._idle_tag, b"Command Argument Error. 11")

    def do_FETCH(self, tag: bytes, messages: MessageSet, items: list[Item], uid: int = 0) -> None:
        """Send the named items of messages; reading a body marks it as seen."""
        for sequence, message in self.selected.find(messages, is_uid=bool(uid)):
            is_read = any(marks_as_seen(item) for item in items) and "\\Seen" not in message.flags
            is_marked = is_read and self.selected.mark(message, message.flags | {"\\Seen"})
            content = render_items(message, items, with_uid=bool(uid), with_flags=is_marked)
            self.sendUntaggedResponse(b"%d FETCH (%b)" % (sequence, content))
        self.sendPositiveResponse(tag, b"FETCH completed.")

    def do_STORE(
        self, tag: bytes, messages: MessageSet, mode: bytes, flags: list[bytes], uid: int = 0
    ) -> None:
        """Set, add or remove flags."""
        if not self.selected.is_writable:
            self.sendNegativeResponse(tag, b"STORE failed: the folder is read-only.")
            return
        named = {flag.decode("ascii", "replace") for flag in flags} - {_TEMPORARY}
        for sequence, message in self.selected.find(messages, is_uid=bool(uid)):
            kept = message.flags if mode[:1] in b"+-" else set()
            self.selected.mark(message, kept - named if mode[:1] == b"-" else kept | named)
            if not mode.upper().endswith(b"SILENT"):
                shown = b"FLAGS (%b)" % " ".join(sorted(message.flags)).encode()
                shown += b" UID %d" % message.uid if uid else b""
                self.sendUntaggedResponse(b"%d FETCH (%b)" % (sequence, shown))
        self.sendPositiveResponse(tag, b"STORE completed.")

    def do_SEARCH(
        self,
        tag: bytes,
        charset: bytes | None,  # noqa: ARG002  (UTF-8 and ASCII are read the same way)
        query: Query,
        uid: int = 0,
    ) -> None:
        """Find messages; finding none is an empty answer, not no answer."""
        try:
            test = compile_query(query)
            found = [c for c in self.selected.candidates() if test(c)]
        except QueryInvalid as error:
            self.sendBadResponse(tag, str(error).encode("ascii", "replace"))
            return
        numbers = "".join(f" {c.message.uid if uid else c.sequence}" for c in found)
        self.sendUntaggedResponse(b"SEARCH" + numbers.encode())
        self.sendPositiveResponse(tag, b"SEARCH completed.")

    def do_EXPUNGE(self, tag: bytes, uids: MessageSet | None = None) -> None:
        """Remove what is marked as deleted."""
        if not self.selected.is_writable:
            self.sendNegativeResponse(tag, b"EXPUNGE failed: the folder is read-only.")
            return
        self.selected.expunge(uids)
        self._catch_up()
        self.sendPositiveResponse(tag, b"EXPUNGE completed.")

    def do_CLOSE(self, tag: bytes, command: bytes) -> None:
        """Leave the folder; CLOSE removes what is marked as deleted, UNSELECT does not."""
        if command == b"CLOSE":
            self.selected.expunge()
        self.leave()
        self.sendPositiveResponse(tag, command + b" completed.")

    def do_UID(self, tag: bytes, command: bytes, line: bytes) -> None:
        """Carry out a command on UIDs; UIDPLUS adds EXPUNGE to them."""
        if command.upper() == b"EXPUNGE":
            uids, _ = self.arg_seqset(line)
            self.do_EXPUNGE(tag, uids)
        else:
            super().do_UID(tag, command, line)

    def do_COPY(self, tag: bytes, messages: MessageSet, name: bytes, uid: int = 0) -> None:
        """Copy messages with their flags and dates."""
        target = self.folder(name)
        if target is None:
            self.sendNegativeResponse(tag, b"[TRYCREATE] %b doesn't exist." % name)
            return
        originals = [message for _, message in self.selected.find(messages, is_uid=bool(uid))]
        copies = [target.add(m.content, m.received_at, m.flags) for m in originals]
        if not copies:
            self.sendPositiveResponse(tag, b"COPY completed.")
            return
        old, new = (",".join(str(m.uid) for m in group).encode() for group in (originals, copies))
        code = b"[COPYUID %d %b %b]" % (target.uid_validity, old, new)
        self.sendPositiveResponse(tag, code + b" COPY completed.")

    def do_APPEND(
        self,
        tag: bytes,
        name: bytes,
        flags: list[bytes] | None,
        date: bytes | None,
        literal: IO[bytes],
    ) -> None:
        """Store a message that the client brings."""
        with literal:
            content = literal.read()
        target = self.folder(name)
        if target is None:
            self.sendNegativeResponse(tag, b"[TRYCREATE] %b doesn't exist." % name)
            return
        named = {flag.decode("ascii", "replace") for flag in flags or ()} - {_TEMPORARY}
        message = target.add(content, self._instant(date), named)
        self._catch_up()
        code = b"[APPENDUID %d %d]" % (target.uid_validity, message.uid)
        self.sendPositiveResponse(tag, code + b" APPEND completed.")

    def refuse_change(self, tag: bytes, _arguments: bytes) -> None:
        """Say no to CREATE and its like: the folders are the same in every mailbox."""
        self.sendNegativeResponse(tag, b"The sandbox's folders cannot be changed.")

    def do_SUBSCRIBE(self, tag: bytes, _name: bytes) -> None:
        """Agree: every folder is subscribed, always."""
        self.sendPositiveResponse(tag, b"SUBSCRIBE completed.")  # every folder always is

    def _catch_up(self) -> None:
        for line in self.view.catch_up() if self.view is not None else ():
            self.sendUntaggedResponse(line)

    def _instant(self, date: bytes | None) -> float:
        parsed = parsedate_tz((date or b"").decode("ascii", "replace").replace("-", " ", 2))
        return self._store.now() if parsed is None else float(mktime_tz(parsed))

    _idle_tag = b""
    _append: Any = (do_APPEND, IMAP4Server.arg_astring, IMAP4Server.opt_plist)
    auth_APPEND = select_APPEND = (*_append, IMAP4Server.opt_datetime, IMAP4Server.arg_literal)
    unauth_NOOP = auth_NOOP = select_NOOP = (do_NOOP, b"NOOP")
    select_CHECK = (do_NOOP, b"CHECK")
    auth_IDLE = select_IDLE = (do_IDLE,)
    select_FETCH = (do_FETCH, IMAP4Server.arg_seqset, IMAP4Server.arg_fetchatt)
    select_STORE = (
        do_STORE,
        IMAP4Server.arg_seqset,
        IMAP4Server.arg_atom,
        IMAP4Server.arg_flaglist,
    )
    select_SEARCH = (do_SEARCH, IMAP4Server.opt_charset, IMAP4Server.arg_searchkeys)
    select_EXPUNGE = (do_EXPUNGE,)
    select_CLOSE = (do_CLOSE, b"CLOSE")
    select_UNSELECT = (do_CLOSE, b"UNSELECT")
    select_COPY = (do_COPY, IMAP4Server.arg_seqset, IMAP4Server.arg_finalastring)
    select_UID = (do_UID, IMAP4Server.arg_atom, IMAP4Server.arg_line)
    auth_CREATE = select_CREATE = (refuse_change, IMAP4Server.arg_line)
    auth_DELETE = select_DELETE = auth_RENAME = select_RENAME = auth_CREATE
    auth_SUBSCRIBE = select_SUBSCRIBE = (do_SUBSCRIBE, IMAP4Server.arg_line)
    auth_UNSUBSCRIBE = select_UNSUBSCRIBE = auth_SUBSCRIBE
