"""What a tenant in memory holds, and the levers for bad luck and for other people."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field, fields
from typing import TypeVar

from provision.errors import OutcomeUnknown, ProvisionError
from provision.tenant.application import Application
from provision.tenant.certificate import KeyCredential
from provision.tenant.federated_credential import FederatedCredential
from provision.tenant.service_principal import Grant, ServicePrincipal

_T = TypeVar("_T")


@dataclass
class Content:
    """What exists: copied as a whole, since all values are frozen."""

    applications: dict[str, Application] = field(default_factory=dict)
    bin: dict[str, Application] = field(default_factory=dict)
    principals: dict[str, ServicePrincipal] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    binned_principals: dict[str, ServicePrincipal] = field(default_factory=dict)
    federated: dict[str, frozenset[FederatedCredential]] = field(default_factory=dict)
    """By object id of the application."""
    keys: dict[str, frozenset[KeyCredential]] = field(default_factory=dict)
    """Likewise."""

    def copied(self) -> "Content":
        return Content(*(copy(getattr(self, f.name)) for f in fields(self)))


class Levers:
    """What goes wrong, call by call, and what the calls were."""

    def __init__(self) -> None:
        self.content = Content()
        self.calls: list[str] = []
        """Names of the calls, in order."""
        self._before: dict[str, list[Callable[[], object]]] = defaultdict(list)
        self._lost: dict[str, list[bool]] = defaultdict(list)
        self._lagging: dict[str, int] = {}
        self._stale: list[Content] = []

    def before(self, call: str, action: Callable[[], object]) -> None:
        """Do something, as somebody else, right before the next call of that name."""
        self._before[call].append(action)

    def refuse(self, call: str, error: ProvisionError) -> None:
        """Refuse the next call of that name; nothing happens."""

        def say_no() -> None:
            raise error

        self.before(call, say_no)

    def lose_answer_of(self, call: str, *, took_effect: bool) -> None:
        """Lose the answer to the next call of that name."""
        self._lost[call].append(took_effect)

    def lag_after(self, call: str, reads: int) -> None:
        """Let that many reads show what was there before the next call of that name."""
        self._lagging[call] = reads

    def show(self, content: Content, reads: int = 1) -> None:
        """Let that many reads land on a replica that knows only this."""
        self._stale += [content] * reads

    def show_first(self, versions: Sequence[Content]) -> None:
        """Let the next reads show these, one each, before what is there."""
        self._stale += versions

    @property
    def writes(self) -> list[str]:
        """The calls that may change something."""
        return [
            call for call in self.calls if call != "close" and not call.startswith(("read", "find"))
        ]

    def call(self, name: str, act: Callable[[], _T]) -> _T:
        """Carry one call out, or what the levers say instead."""
        self.calls.append(name)
        if self._before[name]:
            self._before[name].pop(0)()
        was = self.content.copied()
        reads = self._lagging.pop(name, 0)
        took_effect = self._lost[name].pop(0) if self._lost[name] else None
        if took_effect is None:
            result = act()
            self._stale += [was] * reads
            return result
        if took_effect:
            act()
            self._stale += [was] * reads
        raise OutcomeUnknown(f"{name}: the answer was lost")

    def shown(self) -> Content:
        """Return what the replica that answers knows."""
        return self._stale.pop(0) if self._stale else self.content
