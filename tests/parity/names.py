"""What stands for what: the names that Microsoft gave in a session, and the sandbox's own."""

import base64
import re
import uuid
from dataclasses import dataclass, field

# A GUID, or two or three of them in base64url (the id of a grant or of an assignment), or a
# person's sign-in name.
_ID = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|(?<![\w-])(?:[\w-]{43}|[\w-]{64})(?![\w-])",
    re.IGNORECASE | re.ASCII,
)
# The same in every tenant: applications and roles of Microsoft's own.
_EVERYWHERE = re.compile(r"[0-9a-f]{8}-0000-0000-[0c]000-000000000000|.*-0000-0ff1-ce00-0{12}")
_GUID_BYTES = 16


@dataclass(slots=True)
class Names:
    """Names one to one: a recorded one stands for one of the sandbox's, and the other way."""

    _ours: dict[str, str] = field(default_factory=dict)
    _theirs: dict[str, str] = field(default_factory=dict)

    def pair(self, theirs: str, ours: str) -> bool:
        """Let one stand for the other; False where either stands for something else."""
        if _EVERYWHERE.fullmatch(theirs) and theirs != ours:
            return False
        if (self._ours.get(theirs, ours), self._theirs.get(ours, theirs)) != (ours, theirs):
            return False
        self._ours[theirs], self._theirs[ours] = ours, theirs
        return True

    def pair_ids(self, theirs: str, ours: str) -> bool:
        """Pair the ids of two texts that are otherwise the same, in order."""
        if _ID.sub("*", theirs) != _ID.sub("*", ours):
            return False
        pairs = zip(_ID.findall(theirs), _ID.findall(ours), strict=True)
        return all(self._pair_parts(left, right) for left, right in pairs)

    def keep(self, text: str) -> None:
        """Let the ids of a text that nothing stands for yet stand for themselves.

        A person's name goes over to the sandbox's domain, when that stands for its own.
        """
        for found in _ID.findall(text):
            for part in _parts(found):
                person, at, domain = part.rpartition("@")
                if part not in self._ours:
                    self.pair(part, f"{person}{at}{self._ours.get(domain, domain)}")

    def ours(self, text: str) -> str:
        """Return a recorded text with the sandbox's ids."""
        return _ID.sub(lambda found: self._translated(found[0]), text)

    def _pair_parts(self, theirs: str, ours: str) -> bool:
        pairs = list(zip(_parts(theirs), _parts(ours), strict=False))
        return len(theirs) == len(ours) and all(self.pair(*pair) for pair in pairs)

    def _translated(self, found: str) -> str:
        parts = _parts(found)
        ours = [self._ours.get(part, part) for part in parts]
        if parts == ours:
            return found
        return ours[0] if len(parts) == 1 else _joined(ours)


def _parts(found: str) -> list[str]:
    """Return the GUIDs of an id, or the name itself."""
    if "@" in found:
        return [found]
    if "-" in found and len(found) == len(str(uuid.UUID(int=0))):
        return [found.lower()]
    raw = base64.urlsafe_b64decode(found + "=" * (-len(found) % 4))
    return [
        str(uuid.UUID(bytes_le=raw[start : start + _GUID_BYTES]))
        for start in range(0, len(raw), _GUID_BYTES)
    ]


def _joined(guids: list[str]) -> str:
    raw = b"".join(uuid.UUID(guid).bytes_le for guid in guids)
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
