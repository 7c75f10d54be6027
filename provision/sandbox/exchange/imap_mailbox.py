"""IMAP inside a selected folder: reading, flagging, searching, copying, waiting for mail."""

from email.utils import mktime_tz, parsedate_tz
from functools import partial
from typing import IO, Any, Final

from twisted.mail.imap4 import IllegalClientResponse

from provision.sandbox.exchange.imap import ImapSession
from provision.sandbox.exchange.imap_arguments import ImapArguments as Read
from provision.sandbox.exchange.imap_fetch import (
    Item,
    internal_date,
    marks_as_seen,
    renderers,
)
from provision.sandbox.exchange.imap_view import FolderView
from provision.sandbox.exchange.number_set import NumberSet
from provision.sandbox.exchange.search import Query, Test, compile_query

_TEMPORARY = "\\Recent"
_MOST_ITEMS: Final = 64
"""Of one FETCH; the longest real ones have a dozen."""


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
            self.sendBadResponse(self._idle_tag)

    def do_FETCH(self, tag: bytes, messages: NumberSet, items: list[Item], uid: int = 0) -> None:
        """Send the named items of messages; reading a body marks it as seen."""
        if not 0 < len(items) <= _MOST_ITEMS:
            raise IllegalClientResponse("too many items")
        self.begin(tag, self._fetch(tag, messages, items, is_uid=bool(uid)))

    async def _fetch(
        self, tag: bytes, messages: NumberSet, items: list[Item], *, is_uid: bool
    ) -> None:
        view = self.selected
        reads = any(marks_as_seen(item) for item in items)
        for sequence, message in view.find(messages, is_uid=is_uid):
            is_marked = reads and "\\Seen" not in message.flags and view.is_writable
            if is_marked:
                view.mark(message, message.flags | {"\\Seen"})
            lead = b"* %d FETCH (" % sequence
            for render in renderers(items, with_uid=is_uid, with_flags=is_marked):
                rendered = await self.aside(len(message.content), partial(render, message))
                self.transport.write(lead)
                await self.write_slowly(rendered)
                lead = b" "
            self.sendLine(b")")
        self.sendPositiveResponse(tag, b"FETCH completed.")

    def do_STORE(
        self, tag: bytes, messages: NumberSet, mode: bytes, flags: list[bytes], uid: int = 0
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
        self.begin(tag, self._search(tag, compile_query(query), is_uid=bool(uid)))

    async def _search(self, tag: bytes, test: Test, *, is_uid: bool) -> None:
        numbers = []
        for candidate in self.selected.candidates():
            size = len(candidate.message.content)
            if await self.aside(size, partial(test, candidate)):
                numbers.append(candidate.message.uid if is_uid else candidate.sequence)
            await self.turn()
        self.sendUntaggedResponse(b"SEARCH" + "".join(f" {n}" for n in numbers).encode())
        self.sendPositiveResponse(tag, b"SEARCH completed.")

    def do_EXPUNGE(self, tag: bytes, uids: NumberSet | None = None) -> None:
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
        """Carry out a command on UIDs; UIDPLUS and MOVE add to them."""
        if command.upper() == b"EXPUNGE":
            uids = NumberSet.parse(line)
            self.do_EXPUNGE(tag, uids)
        elif command.upper() == b"MOVE":
            self.dispatchCommand(tag, b"MOVE", line, uid=1)
        else:
            super().do_UID(tag, command, line)

    def do_COPY(
        self, tag: bytes, messages: NumberSet, name: bytes, command: bytes, uid: int = 0
    ) -> None:
        """Copy messages with their flags and dates; MOVE then removes the originals."""
        target = self.folder(name)
        if target is None:
            self.sendNegativeResponse(tag, b"[TRYCREATE] %b doesn't exist." % name)
            return
        if command == b"MOVE" and not self.selected.is_writable:
            self.sendNegativeResponse(tag, b"MOVE failed: the folder is read-only.")
            return
        originals = [message for _, message in self.selected.find(messages, is_uid=bool(uid))]
        copies = [target.add(m.content, m.received_at, m.flags) for m in originals]
        old, new = (",".join(str(m.uid) for m in group).encode() for group in (originals, copies))
        code = b"[COPYUID %d %b %b] " % (target.uid_validity, old, new) if copies else b""
        if command == b"MOVE":
            if copies:
                self.sendPositiveResponse(None, code.rstrip())
            self.selected.folder.remove(originals)
            self._catch_up()
            code = b""
        self.sendPositiveResponse(tag, code + command + b" completed.")

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
        received_at = self._instant(date)
        internal_date(received_at)  # a year that has no date is refused here, not at each FETCH
        message = target.add(content, received_at, named)
        self._catch_up()
        code = b"[APPENDUID %d %d]" % (target.uid_validity, message.uid)
        self.sendPositiveResponse(tag, code + b" APPEND completed.")

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
    _append: Any = (do_APPEND, Read.arg_word, Read.opt_plist)
    auth_APPEND = select_APPEND = (*_append, Read.opt_datetime, Read.arg_message)
    unauth_NOOP = auth_NOOP = select_NOOP = (do_NOOP, b"NOOP")
    select_CHECK = (do_NOOP, b"CHECK")
    auth_IDLE = select_IDLE = (do_IDLE,)
    select_FETCH = (do_FETCH, Read.arg_numbers, Read.arg_fetchatt)
    select_STORE = (do_STORE, Read.arg_numbers, Read.arg_atom, Read.arg_flaglist)
    select_SEARCH = (do_SEARCH, Read.opt_charset, Read.arg_query)
    select_EXPUNGE = (do_EXPUNGE,)
    select_CLOSE = (do_CLOSE, b"CLOSE")
    select_UNSELECT = (do_CLOSE, b"UNSELECT")
    select_COPY = (do_COPY, Read.arg_numbers, Read.arg_last_word, b"COPY")
    select_MOVE = (do_COPY, Read.arg_numbers, Read.arg_last_word, b"MOVE")
    select_UID = (do_UID, Read.arg_atom, Read.arg_line)
    auth_SUBSCRIBE = select_SUBSCRIBE = (do_SUBSCRIBE, Read.arg_line)
    auth_UNSUBSCRIBE = select_UNSUBSCRIBE = auth_SUBSCRIBE
