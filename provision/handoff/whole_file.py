"""What the hand-offs share whose file holds the values and nothing else."""

from abc import ABC, abstractmethod

from provision.handoff.destinations import Place
from provision.handoff.stored_values import Holding


class WholeFileSink(ABC):
    """A file, or a stream, that is written as a whole; in the format of its own."""

    name: str

    def __init__(self, place: Place) -> None:
        self._place = place

    @property
    def holder(self) -> str:
        """Return the format's name and the file."""
        return f"{self.name} {self._place.label}"

    @property
    def holds_secrets(self) -> bool:
        """Tell that a file does, and a stream does not."""
        return self._place.is_kept

    def prepare(self) -> None:
        """Prove that the file can be replaced, and that it is of this format if it exists.

        Raises:
            SinkFailed: It cannot, or it is something else.
        """
        self._place.prepare()
        self._stored()

    def clear(self, client_id: str) -> bool:
        """Remove the file if it is this application's."""
        stored = self._stored()
        if stored is None or stored.client_id != client_id:
            return False
        self._place.remove()
        return True

    def held_key_id(self) -> str | None:
        """Return the key id beside the client secret; None when the secret is not there."""
        stored = self._stored()
        return None if stored is None else stored.key_id

    def _stored(self) -> Holding | None:
        text = self._place.read()
        return None if text is None or not text.strip() else self._parsed(text)

    @abstractmethod
    def _parsed(self, text: str) -> Holding:
        """Return what the text holds.

        Raises:
            SinkFailed: It is something else, and would be replaced.
        """
