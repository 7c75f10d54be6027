"""Where a submission service hands its mail to: it goes on over LMTP into the mailboxes."""

import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread


class _Relay(ThreadingTCPServer):
    """Hears SMTP on a free port."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, lmtp_port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.lmtp_port = lmtp_port


class _Conversation(StreamRequestHandler):
    """One client: as much SMTP as a relay in front of nothing needs."""

    server: _Relay  # type: ignore[mutable-override]  # the one that makes it

    def handle(self) -> None:
        self._sender = ""
        self._recipients: list[str] = []
        verbs: dict[str, Callable[[str], str]] = {
            "MAIL": self._take_sender,
            "RCPT": self._take_recipient,
            "DATA": self._deliver,
        }
        self._say("220 sink")
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            self._say(verbs.get(verb, self._nod)(line))
            if verb == "QUIT":
                return

    def _nod(self, _line: str) -> str:
        return "250 sink"

    def _take_sender(self, line: str) -> str:
        self._sender, self._recipients = _address(line), []
        return "250 2.1.0 good"

    def _take_recipient(self, line: str) -> str:
        self._recipients.append(_address(line))
        return "250 2.1.5 good"

    def _deliver(self, _line: str) -> str:
        self._say("354 go on")
        lines = iter(self.rfile.readline, b".\r\n")
        content = b"".join(line.removeprefix(b".") for line in lines)
        with smtplib.LMTP("127.0.0.1", self.server.lmtp_port) as lmtp:
            lmtp.sendmail(self._sender, self._recipients, content)
        return "250 2.0.0 delivered"

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def relaying(lmtp_port: int) -> Iterator[int]:
    """Hand over what arrives for as long as the block lasts; give the port."""
    with _Relay(lmtp_port) as relay:
        thread = Thread(target=relay.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield int(relay.server_address[1])
        finally:
            relay.shutdown()
            thread.join()


def _address(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]
