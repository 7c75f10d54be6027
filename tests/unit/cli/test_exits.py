"""Exit codes: one meaning each, and which one stands for several results."""

import pytest

from provision.cli import exits
from provision.errors import (
    AnswerNeeded,
    Interrupted,
    LoginRefused,
    ManifestInvalid,
    NotPermitted,
    ProvisionError,
    SignInRequired,
    Throttled,
    Unreachable,
    VaultFailed,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotPermitted("x"), 1),
        (VaultFailed("x"), 1),
        (ProvisionError("x"), 1),
        (LoginRefused("x"), 3),
        (SignInRequired("x"), 4),
        (ManifestInvalid("provision.yaml", ()), 64),
        (AnswerNeeded("x"), 64),
        (Unreachable("x"), 75),
        (Throttled("x", retry_after=None), 75),
        (Interrupted("x"), 130),
    ],
)
def test_every_kind_of_failure_has_its_code(error, code):
    assert exits.code_for(error) == code


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ([], 0),
        ([0, 0], 0),
        ([0, 2], 2),
        ([2, 75], 75),
        ([75, 3], 3),
        ([3, 4], 4),
        ([4, 1], 1),
        ([1, 64], 64),
    ],
)
def test_of_several_results_the_one_to_act_on_first_wins(codes, code):
    assert exits.worst(codes) == code
    assert exits.worst(reversed(codes)) == code
