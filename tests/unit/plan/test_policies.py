"""What the tenant's policies say about secrets and consent, where no plan's table shows it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from provision.plan.policies import SecretLimits, days, may_users_consent, secret_limits
from provision.tenant.policies import SecretRule, TenantPolicies
from provision.tenant.port import Snapshot
from tests.unit.plan.tenants import NOW, snapshot

MONTH = SecretRule("passwordLifetime", timedelta(days=30), None)
WEEK = SecretRule("passwordLifetime", timedelta(days=7), None)
FORBIDDEN = SecretRule("passwordAddition", None, None)
FOR_NEW = replace(FORBIDDEN, after=NOW - timedelta(days=10))


def tenant(policies: TenantPolicies, created_at: datetime | None = NOW) -> Snapshot:
    found = snapshot({"application": {}})
    assert found.application
    existing = replace(found.application, created_at=created_at)
    return replace(found, application=existing, policies=policies)


def limits(policies: TenantPolicies, created_at: datetime | None = NOW) -> SecretLimits:
    return secret_limits(tenant(policies, created_at), NOW)


def allowed(*assigned: str) -> bool | None:
    policies = TenantPolicies(user_consent=frozenset(assigned))
    return may_users_consent(replace(snapshot({}), policies=policies))


def test_the_shortest_of_several_lives_counts() -> None:
    assert limits(TenantPolicies((MONTH, WEEK), ())).longest == timedelta(days=7)


def test_no_rule_is_no_limit() -> None:
    assert limits(TenantPolicies((), ())) == SecretLimits(is_known=True)


def test_a_policy_of_its_own_counts_even_when_it_restricts_nothing() -> None:
    assert limits(TenantPolicies((FORBIDDEN,), (), has_own=True)) == SecretLimits(is_known=True)


def test_without_a_policy_of_its_own_the_tenants_counts() -> None:
    assert limits(TenantPolicies((FORBIDDEN,), (MONTH,), has_own=False)) == SecretLimits(
        is_known=True, is_forbidden=True
    )


@pytest.mark.parametrize("policies", [TenantPolicies((), None), TenantPolicies(None, ())])
def test_what_could_not_be_read_of_an_existing_application_is_not_known(policies) -> None:
    assert limits(policies) == SecretLimits(is_known=False)


def test_only_the_tenants_policy_counts_for_an_application_that_does_not_exist() -> None:
    fresh = replace(snapshot({}), policies=TenantPolicies((FOR_NEW,), None))
    assert secret_limits(fresh, NOW) == SecretLimits(is_known=True, is_forbidden=True)


@pytest.mark.parametrize(
    ("age", "is_met"), [(timedelta(days=9), True), (timedelta(days=10), False), (None, False)]
)
def test_a_rule_for_younger_applications_spares_the_older_ones(age, is_met) -> None:
    created_at = None if age is None else NOW - age
    assert limits(TenantPolicies((FOR_NEW,), ()), created_at).is_forbidden == is_met


@pytest.mark.parametrize(
    ("assigned", "may"),
    [
        ((), False),
        (("ManagePermissionGrantsForSelf.microsoft-user-default-legacy",), True),
        (("ManagePermissionGrantsForSelf.microsoft-user-default-allow",), True),
        (("ManagePermissionGrantsForSelf.microsoft-user-default-low",), False),
        (("managePermissionGrantsForOwnedResource.microsoft-user-default-legacy",), False),
        (("ManagePermissionGrantsForSelf.our-own",), None),
        (
            (
                "ManagePermissionGrantsForSelf.our-own",
                "ManagePermissionGrantsForSelf.microsoft-user-default-legacy",
            ),
            True,
        ),
        (("Tenant.ManagePermissionGrantsForSelf.microsoft-user-default-legacy",), True),
    ],
)
def test_users_may_consent_where_a_policy_for_themselves_says_so(assigned, may) -> None:
    assert allowed(*assigned) is may


def test_whether_users_may_consent_is_not_known_where_nobody_may_read_it() -> None:
    assert may_users_consent(snapshot({})) is None


@pytest.mark.parametrize(
    ("period", "written"),
    [
        (timedelta(days=30), "30d"),
        (timedelta(hours=36), "36h"),
        (timedelta(0), "0d"),
        (timedelta(days=1, minutes=59), "1d"),
    ],
)
def test_a_period_is_written_as_in_a_manifest(period, written) -> None:
    assert days(period) == written
