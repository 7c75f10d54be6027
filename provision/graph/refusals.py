"""Status, code and message of a refusal → the narrowest error, by table."""

from collections.abc import Iterator
from dataclasses import dataclass

from provision.diagnose import Advice, explain_graph
from provision.errors import (
    AlreadyExists,
    ClientRefused,
    NameTaken,
    NotFound,
    NotPermitted,
    NotYetVisible,
    PolicyRefused,
    ProvisionError,
    RefusedError,
    Throttled,
    Unreachable,
)
from provision.graph.graph_error import GraphError, error_of
from provision.graph.wire import Answer

TOO_MANY_REQUESTS = 429
SERVER_FAULT = 500
NOT_IMPLEMENTED = 501
FORBIDDEN = 403
NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class _Rule:
    """One row: what must hold, and the error that it means."""

    error: type[ProvisionError]
    statuses: tuple[int, ...] = ()
    """Empty: any."""
    codes: tuple[str, ...] = ()
    """One of these, at the top or among the details; empty: any."""
    fragment: str = ""
    """Part of the message, in lower case."""

    def answers(self, status: int, error: GraphError) -> bool:
        """Tell whether this row describes the refusal."""
        return (
            (not self.statuses or status in self.statuses)
            and (not self.codes or not error.codes.isdisjoint(self.codes))
            and self.fragment in error.message.lower()
        )


# The first row that answers decides. Microsoft asks clients to branch on the code, but several
# conditions share one, and the same collision comes as 400 or as 409:
# https://learn.microsoft.com/graph/errors
# Retried by hashicorp/terraform-provider-azuread and by Azure/azure-cli alike: NotYetVisible.
_RULES: tuple[_Rule, ...] = (
    _Rule(AlreadyExists, (400, 409), fragment="for property uniquename already exists"),
    _Rule(NameTaken, (400, 409), fragment="for property identifieruris already exists"),
    _Rule(AlreadyExists, (400, 409), fragment="permission entry already exists"),
    _Rule(AlreadyExists, (400, 409), fragment="service principal name"),
    _Rule(AlreadyExists, (409,), ("Request_MultipleObjectsWithSameKeyValue",)),
    _Rule(NameTaken, codes=("ObjectConflict",)),
    _Rule(NotYetVisible, (400,), ("NoBackingApplicationObject",)),
    _Rule(NotYetVisible, (400,), fragment="does not reference a valid application object"),
    _Rule(NotYetVisible, (403,), fragment="must in the local tenant"),
    _Rule(NotYetVisible, (409,), ("Error_MsaAppDoesNotExist",)),
    _Rule(NotYetVisible, (400, 409), ("Directory_ConcurrencyViolation",)),
    _Rule(NotYetVisible, (404,), ("Directory_ObjectNotFound",)),
    _Rule(ClientRefused, (401, 403), ("Authorization_IdentityNotFound",)),
    _Rule(
        PolicyRefused,
        codes=(
            "SignInAudienceNotAllowedAsPerAppPolicy",
            "CredentialTypeNotAllowedAsPerAppPolicy",
            "CredentialInvalidLifetimeAsPerAppPolicy",
        ),
    ),
    # Every other code of the family `Credential…AsPerAppPolicy` says so in its message.
    _Rule(PolicyRefused, (400,), fragment="as per assigned policy"),
    _Rule(PolicyRefused, (400,), fragment="servicemanagementreference field is required"),
    _Rule(PolicyRefused, (403,), ("Directory_QuotaExceeded",)),
    _Rule(RefusedError, (403,), ("Directory_ResourceSizeExceeded",)),
    _Rule(NotPermitted, (401, 403)),
    _Rule(NotFound, (404,)),
    _Rule(Throttled, (TOO_MANY_REQUESTS,)),
    _Rule(RefusedError, (NOT_IMPLEMENTED,)),
)

_FRESH_REFERENCE = "queried reference-property objects are not present"


def class_of(answer: Answer, *, is_fresh: bool = False) -> type[ProvisionError]:
    """Return the class of error that a refusal is.

    Args:
        answer: Not a success.
        is_fresh: Whether the request names an object that was created moments ago: then "not
            found" means "not here yet".
    """
    error = error_of(answer)
    if is_fresh and (answer.status == NOT_FOUND or _FRESH_REFERENCE in error.message.lower()):
        return NotYetVisible
    for rule in _RULES:
        if rule.answers(answer.status, error):
            return rule.error
    return Unreachable if answer.status >= SERVER_FAULT else RefusedError


def refusal(action: str, answer: Answer, *, is_fresh: bool = False) -> ProvisionError:
    """Return the error for a refusal: who refused what, what to do, and the ids for support."""
    error = error_of(answer)
    kind = class_of(answer, is_fresh=is_fresh)
    said = f"Graph answered {answer.status} {error.code}".rstrip()
    if error.message:
        said += f" ({error.message.rstrip('.')})"
    message = f"{action}: {said}"
    hint = " ".join(_hint(explain_graph(answer.status, error.code, error.message)))
    if issubclass(kind, Throttled):
        return Throttled(
            message, retry_after=answer.retry_after, hint=hint, evidence=error.evidence
        )
    return kind(message, hint=hint, evidence=error.evidence)


def _hint(advice: Advice) -> Iterator[str]:
    yield advice.cause
    if advice.command:
        yield f"Next: {advice.command}"
