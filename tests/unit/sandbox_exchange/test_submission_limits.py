"""How much one mailbox may submit."""

import pytest

from provision.sandbox.context import Context, SandboxClock
from provision.sandbox.directory import Directory
from provision.sandbox.exchange.submission import Denied
from provision.sandbox.exchange.submission_limits import SubmissionLimits

FORMS = "forms@contoso.com"
QUOTA = Denied(554, "5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException")


@pytest.fixture
def limits(context: Context) -> SubmissionLimits:
    counted = SubmissionLimits(context)
    counted.enter(FORMS, "session")
    return counted


def test_refuses_the_recipient_over_the_days_quota(
    limits: SubmissionLimits, directory: Directory
) -> None:
    directory.accounts[FORMS].recipients_per_day = 3
    limits.count(FORMS, 2)
    assert limits.check(FORMS, "session", 1) is None
    assert limits.check(FORMS, "session", 2) == QUOTA


def test_frees_the_quota_after_a_day(
    limits: SubmissionLimits, directory: Directory, clock: SandboxClock
) -> None:
    directory.accounts[FORMS].recipients_per_day = 3
    limits.count(FORMS, 3)
    clock.advance(86401)
    assert limits.check(FORMS, "session", 3) is None


def test_gives_a_freed_place_to_the_connection_that_waits(limits: SubmissionLimits) -> None:
    for session in ("second", "third", "fourth"):
        limits.enter(FORMS, session)
    assert limits.check(FORMS, "fourth", 1) is not None
    limits.leave(FORMS, "session")
    assert limits.check(FORMS, "fourth", 1) is None
