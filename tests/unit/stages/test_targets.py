"""Which sink gets which mailbox's values."""

from pathlib import Path

import pytest

from provision.errors import SinkFailed, UsageError
from provision.stages.secret_custody import handover
from provision.stages.sink_making import Means, sink_maker
from provision.stages.targets import ChosenTarget, chosen_target, targets_of
from provision.tenant.registration import Registration
from tests.unit.stages.world import NAME, World, manifest

TWO = f"""
tenant: contoso.onmicrosoft.com
application: {{uniqueName: {NAME}}}
mailboxes: [{{address: forms@contoso.com}}, {{address: Other@contoso.com}}]
handoff:
  - {{to: dotenv, path: forms.env, mailbox: forms@contoso.com}}
  - {{to: json, path: other.json, mailbox: other@contoso.com}}
"""
ONE = f"""
tenant: contoso.onmicrosoft.com
application: {{uniqueName: {NAME}}}
mailboxes: [{{address: forms@contoso.com}}]
handoff: [{{to: dotenv, path: mail.env}}]
"""
NONE = f"tenant: contoso.onmicrosoft.com\napplication: {{uniqueName: {NAME}}}\n"
MAKE = sink_maker(Means())


def choice(address: str | None = None, to: str = "dotenv", path: str = "-") -> ChosenTarget:
    return ChosenTarget(to, path, address)


def test_each_hand_off_of_a_manifest_gets_its_own_mailbox(tmp_path: Path) -> None:
    found = targets_of(manifest(TWO), tmp_path, MAKE)

    assert [(t.sink.holder, t.mailbox and t.mailbox.address) for t in found] == [
        ("dotenv forms.env", "forms@contoso.com"),
        ("json other.json", "Other@contoso.com"),
    ]


def test_the_only_mailbox_need_not_be_named(tmp_path: Path) -> None:
    (found,) = targets_of(manifest(ONE), tmp_path, MAKE)

    assert found.mailbox == manifest(ONE).mailboxes[0]


def test_a_path_is_relative_to_the_manifest(tmp_path: Path) -> None:
    (tmp_path / "mail.env").write_text("MAIL_OAUTH_CLIENT_SECRET='s'\n"
                                       "MAIL_OAUTH_CLIENT_SECRET_KEY_ID='key-1'\n")  # fmt: skip
    (tmp_path / "mail.env").chmod(0o600)

    (found,) = targets_of(manifest(ONE), tmp_path, MAKE)

    assert found.sink.held_key_id() == "key-1"


def test_a_chosen_hand_off_takes_the_mailbox_that_was_named() -> None:
    found = chosen_target(manifest(TWO), choice("OTHER@contoso.com"), MAKE)

    assert found.mailbox == manifest(TWO).mailboxes[1]


def test_a_chosen_hand_off_without_any_mailbox_has_none() -> None:
    assert chosen_target(manifest(NONE), choice(), MAKE).mailbox is None


def test_one_of_several_mailboxes_has_to_be_named() -> None:
    with pytest.raises(UsageError, match="2") as refused:
        chosen_target(manifest(TWO), choice(), MAKE)

    assert "--mailbox" in refused.value.hint


@pytest.mark.parametrize("text", [TWO, NONE])
def test_a_mailbox_that_the_manifest_lacks_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="nobody@contoso"):
        chosen_target(manifest(text), choice("nobody@contoso.com"), MAKE)


@pytest.mark.parametrize(
    ("to", "with_secrets", "has_secrets"),
    [
        ("dotenv", False, True),
        ("aem-forms", False, False),
        ("aem-forms", True, True),
        ("mutt", True, False),
        ("msmtp", True, False),
        ("isync", True, False),
        ("getmail", True, False),
        ("mutt-oauth2", False, True),
        ("sasl-xoauth2", False, True),
    ],
)
def test_standard_output_is_told_whether_secrets_come(
    world: World, registration: Registration, to: str, with_secrets: bool, has_secrets: bool
) -> None:
    told: list[bool] = []

    def write(text: str, *, has_secrets: bool) -> None:
        told.append(has_secrets)

    maker = sink_maker(Means(writer=write, with_secrets=with_secrets))
    target = chosen_target(manifest(ONE), choice(to=to), maker)

    target.sink.keep(handover(target, registration, None, world.services))

    assert told == [has_secrets]


def test_standard_output_that_is_not_there_is_missed_when_it_is_written(
    world: World, registration: Registration
) -> None:
    target = chosen_target(manifest(ONE), choice(), MAKE)

    with pytest.raises(SinkFailed, match="standard output"):
        target.sink.keep(handover(target, registration, None, world.services))
