"""What is done to one request of a command: the columns of the matrix."""

from dataclasses import dataclass
from typing import Literal

Rule = dict[str, object]
PURGE = ("DELETE", "/v1.0/directory/deletedItems/*")
WRITING = ("POST", "PATCH", "PUT", "DELETE")
_LAGS = ("hidden-object", "stale-object", "refused-secret", "unknown-application", "msa-missing")
_FOREIGN = ["adds-redirect", "adds-secret", "adds-grant-scope"]


@dataclass(frozen=True, slots=True)
class Sent:
    """One request of a command's first, undisturbed run."""

    number: int
    """From 1; 0: whichever is the first of that method and path."""
    method: str
    path: str
    """Without what is another one in each run."""

    @property
    def place(self) -> Rule:
        """What a rule of the sandbox says to strike this one alone."""
        if self.number:
            return {"path": "*", "skip": self.number - 1, "times": 1}
        return {"method": self.method, "path": self.path, "times": 1}

    @property
    def is_write(self) -> bool:
        """Tell whether it changes the directory."""
        is_graph = self.path.startswith("/v1.0/") and not self.path.endswith("$batch")
        return is_graph and self.method in WRITING


@dataclass(frozen=True, slots=True)
class Trouble:
    """One column: what goes wrong, and what is done while it does."""

    name: str
    fault: str
    """Of the sandbox; `lag` stands for several."""
    then: Literal["", "kill", "other host"] = ""
    """What is done while the request is held."""
    when: str = ""
    may_fail: bool = False
    """Whether the disturbed run may end with a refusal that says what to do."""

    def rules(self, sent: Sent) -> list[Rule]:
        """Return the sandbox's rules for the request of that number."""
        match self.fault:
            case "lag":
                after = {"method": sent.method, "path": sent.path}
                return [{"fault": name, "requests": 2, "after": after} for name in _LAGS]
            case "foreign-write":
                return [{"fault": self.fault, "write": _FOREIGN} | sent.place]
            case "held":
                return [{"fault": self.fault, "when": self.when} | sent.place]
            case _:
                return [{"fault": self.fault} | sent.place]

    def applies(self, sent: Sent, created: int) -> bool:
        """Tell whether this can happen to that request.

        Args:
            sent: The request.
            created: The number of the request that makes the application; 0 when it is there.
        """
        match self.fault:
            case "lag":
                # What is purged was hidden from every look but those into the bin before.
                return sent.is_write and (sent.method, sent.path) != PURGE
            case "foreign-write":
                return sent.number > created
            case _:
                return True


TROUBLES = (
    Trouble("killed before", "held", "kill", "before"),
    Trouble("killed after", "held", "kill", "after"),
    Trouble("answer lost", "dropped"),
    Trouble("429", "throttled"),
    Trouble("503", "unavailable"),
    Trouble("lag", "lag"),
    Trouble("writer", "foreign-write", may_fail=True),
    Trouble("other host", "held", "other host", "before", may_fail=True),
)
