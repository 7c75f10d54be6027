"""Every way in which provision can fail.

    ProvisionError
    ├── UsageError              the command line, the manifest or a setting is wrong        exit 64
    │   ├── ManifestInvalid     every problem of one manifest, with its line
    │   └── AnswerNeeded        a question, and nobody there to answer it
    ├── RefusedError            somebody said no, and will say no again                     exit 1
    │   ├── NotPermitted        the caller lacks a permission or a role
    │   ├── PolicyRefused       a tenant policy forbids what was asked
    │   ├── NameTaken           the uniqueName or the display name belongs to somebody else
    │   ├── NotFound            the object is not there, and is not expected to appear
    │   ├── AlreadyExists       a write met an object that is already there
    │   ├── WrongTenant         a credential or an account of another tenant
    │   ├── ClientRefused       Entra does not accept the client id, its secret or its tenant
    │   ├── ConsentMissing      nobody consented to what was asked
    │   ├── SinkFailed          a hand-off target cannot be written
    │   └── VaultFailed         the vault cannot be opened, read or written
    ├── SignInRequired          a mailbox owner must sign in (again)                        exit 4
    ├── LoginRefused            a mail server let nobody in                                 exit 3
    ├── TemporaryError          it may work later                                           exit 75
    │   ├── Throttled           the service asked us to slow down
    │   ├── Unreachable         no connection, or no answer
    │   ├── NotYetVisible       a fresh object has not reached the replica that answered
    │   └── OutcomeUnknown      a write was sent and its answer was lost
    └── Interrupted             Ctrl-C                                                      exit 130

The message is one sentence that names the object and says who refused. `hint` is what to do next.
`evidence` are ids for a support request: never a credential, a token, a URL with a query or a
response body.
"""

from dataclasses import dataclass


class ProvisionError(Exception):
    """Base of everything provision raises on purpose."""

    def __init__(
        self, message: str, *, hint: str = "", evidence: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.evidence = evidence
        """Pairs such as `("request-id", "9f…")`, in the order to print them."""


class UsageError(ProvisionError):
    """The command line, the manifest or a setting is wrong; nothing was attempted."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a manifest."""

    line: int
    """1-based; 0 when the problem belongs to the whole file."""
    path: str
    """Dotted path of the key, `application.permissions[2]`; empty for the whole file."""
    message: str
    suggestion: str = ""
    """The spelling that was probably meant; empty when there is none."""


class ManifestInvalid(UsageError):
    """A manifest with one or more problems; all of them are carried, in line order."""

    def __init__(self, source: str, problems: tuple[Problem, ...]) -> None:
        count = len(problems)
        noun = "problem" if count == 1 else "problems"
        super().__init__(f"{source}: {count} {noun}")
        self.source = source
        self.problems = problems


class AnswerNeeded(UsageError):
    """A question was to be asked, and there is no terminal and no `--yes`."""


class RefusedError(ProvisionError):
    """Somebody refused, and repeating the request will not change that."""


class NotPermitted(RefusedError):
    """The caller lacks a permission or a role."""


class PolicyRefused(RefusedError):
    """A policy of the tenant forbids what was asked."""


class NameTaken(RefusedError):
    """A name that must be ours belongs to another object."""


class NotFound(RefusedError):
    """The object is not there."""


class AlreadyExists(RefusedError):
    """A create met an object that is already there; a read will show it."""


class WrongTenant(RefusedError):
    """A credential or an account belongs to another tenant than the manifest names."""


class ClientRefused(RefusedError):
    """Entra does not accept the client id, its secret or its tenant.

    Right after they were made, it may only be that a replica does not know them yet.
    """


class ConsentMissing(RefusedError):
    """Neither an administrator nor the user consented to a scope that was asked for."""


class SinkFailed(RefusedError):
    """A hand-off target cannot be written."""


class VaultFailed(RefusedError):
    """The vault cannot be opened, read or written."""


class SignInRequired(ProvisionError):
    """A mailbox owner must sign in (again); no retry will help."""


class LoginRefused(ProvisionError):
    """At least one mail server refused the login."""


class TemporaryError(ProvisionError):
    """The same request may succeed later."""


class Throttled(TemporaryError):
    """The service asked us to slow down."""

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None,
        hint: str = "",
        evidence: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(message, hint=hint, evidence=evidence)
        self.retry_after = retry_after
        """Seconds the service asked for, possibly fractional; None when it named none."""


class Unreachable(TemporaryError):
    """No connection could be made, or a read got no answer."""


class NotYetVisible(TemporaryError):
    """A fresh object is not known yet where we asked."""


class OutcomeUnknown(TemporaryError):
    """A write was sent and its answer was lost: only a read can tell what happened."""


class Interrupted(ProvisionError):
    """The person at the terminal pressed Ctrl-C."""
