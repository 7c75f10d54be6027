"""Exit codes: one meaning each, and which one wins when results are mixed."""

from collections.abc import Iterable

from provision.errors import (
    Interrupted,
    LoginRefused,
    ProvisionError,
    SignInRequired,
    TemporaryError,
    UsageError,
)

DONE = 0
FAILED = 1
CHANGES = 2
LOGIN_REFUSED = 3
SIGN_IN = 4
USAGE = 64
TEMPORARY = 75
INTERRUPTED = 130

_PRECEDENCE = (INTERRUPTED, USAGE, FAILED, SIGN_IN, LOGIN_REFUSED, TEMPORARY, CHANGES, DONE)


def code_for(error: ProvisionError) -> int:
    """Return the exit code that an error stands for."""
    match error:
        case UsageError():
            return USAGE
        case SignInRequired():
            return SIGN_IN
        case LoginRefused():
            return LOGIN_REFUSED
        case TemporaryError():
            return TEMPORARY
        case Interrupted():
            return INTERRUPTED
        case _:
            return FAILED


def worst(codes: Iterable[int]) -> int:
    """Return the code that stands for several results."""
    present = set(codes)
    return next(code for code in _PRECEDENCE if code in present or code == DONE)
