"""One message in a POP maildrop: found by its Message-ID among the newest."""

from typing import Final

from provision.mail.client_exceptions import translated
from provision.mail.pop import PopClient
from provision.mail.sasl import Login

_NEWEST: Final = 20
"""How many messages are looked at, from the newest back."""


def fetch(client: PopClient, login: Login, message_id: str) -> bytes | None:
    """Return a message, or None when it is not among the newest.

    Raises:
        Stopped: The maildrop cannot be read.
    """
    with translated(login, "no_access"):
        number = _find(client, message_id)
        if number is None:
            return None
        return b"\r\n".join(client.retr(number)[1])


def _find(client: PopClient, message_id: str) -> int | None:
    count, _ = client.status()
    wanted = message_id.encode()
    for number in range(count, max(0, count - _NEWEST), -1):
        if any(wanted in line for line in client.top(number, 0)[1]):
            return number
    return None
