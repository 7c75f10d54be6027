"""A guarded connection ends nobody's session without a word."""

import pytest

from provision.sandbox.exchange.connection import GuardedConnection


class Silent(GuardedConnection):
    """Knows what to say about a line that does not end, and nothing about idling."""

    def say_too_long(self) -> None:
        self.transport.write(b"too long\r\n")


def test_a_protocol_without_words_for_idling_cannot_be_served() -> None:
    with pytest.raises(TypeError, match="say_idle"):
        Silent()  # type: ignore[abstract]  # which is the point
