"""The ledger day by day: whose token, copy or secret is due, and when."""

from datetime import timedelta

import pytest

from provision.secret import Secret
from provision.vault.port import HeldSecret, MailboxKey, RememberedIds
from tests.unit.stages.ledgers import client, give, status, to_do
from tests.unit.stages.world import FORMS, KEY, MANIFEST, NOW, World

DAY = timedelta(days=1)


@pytest.fixture
def world(world: World) -> World:
    """Return a host where the mailbox signed in and nothing was handed over."""
    key = world.signed_in().key
    world.vault.remember_ids(KEY, RememberedIds(key.client_id, "object", "principal"))
    return world


def test_nothing_is_to_be_done_on_the_day_of_the_sign_in(world: World) -> None:
    found = status(world)

    (application,) = found.applications
    assert to_do(found) == []
    assert application.client_id == client(world).client_id
    assert [due.kind for due in found.dues] == ["refreshToken", "clientSecret"]


def test_says_each_day_what_is_due(world: World) -> None:
    give(world, "aem")

    due = [to_do(status(world, after=days * DAY)) for days in (59, 60, 90)]

    assert due[0] == []
    assert due[1] == [
        ("refreshToken", "due", "provision refresh --all"),
        ("refreshTokenCopy", "due", "provision handoff --forget aem"),
    ]
    assert due[2] == [
        ("refreshToken", "dead", f"provision authorize --mailbox {FORMS.address}"),
        ("refreshTokenCopy", "dead", "provision handoff --forget aem"),
    ]


def test_our_own_refresh_does_not_save_a_holders_copy(world: World) -> None:
    world.with_sink()
    given = give(world, world.targets[0].sink.holder)
    world.vault.keep_refresh_token(
        mailbox_key_of(world), Secret("refresh-of-day-80"), NOW + 80 * DAY
    )

    found = status(world, after=80 * DAY)

    assert to_do(found) == [("refreshTokenCopy", "due", "provision handoff")]
    assert found.to_do[0].dies_at == NOW + 90 * DAY
    assert found.applications[0].mailboxes[0].holders[0].holder == given


def mailbox_key_of(world: World) -> MailboxKey:
    (mailbox,) = world.vault.find_sign_ins()
    return mailbox.key


def test_a_holder_that_stores_successors_is_never_due(world: World) -> None:
    give(world, "mutt on build", keeps=True)

    assert "mutt" not in str(status(world, after=500 * DAY).to_do)


def test_a_secret_is_due_when_the_manifest_says(world: World) -> None:
    text = MANIFEST.replace("aem-mail}", "aem-mail, secret: {lifetime: 180d, rotateBefore: 60d}}")

    assert ("clientSecret", "due", "provision rotate") in to_do(status(world, text, 120 * DAY))
    assert "clientSecret" not in {kind for kind, _, _ in to_do(status(world, after=120 * DAY))}


def test_no_secret_is_due_where_none_is_wanted(world: World) -> None:
    text = MANIFEST.replace("aem-mail}", "aem-mail, secret: none}")

    assert "clientSecret" not in {kind for kind, _, _ in to_do(status(world, text, 200 * DAY))}


def test_the_holders_of_a_secret_are_named_beside_it(world: World) -> None:
    (key_id,) = world.live
    give(world, "mutt", key_id=key_id)
    give(world, "aem", key_id=key_id)

    (secret,) = status(world).applications[0].secrets

    assert (secret.is_serving, secret.holders) == (True, ("aem", "mutt"))


def test_the_secret_that_was_kept_last_serves_and_the_other_raises_no_alarm(world: World) -> None:
    newer = HeldSecret("newer", "aem-mail", NOW + 400 * DAY, Secret("x"), NOW)
    world.vault.keep_secret(client(world), newer)

    found = status(world, after=179 * DAY).applications[0].secrets

    assert [(s.secret.key_id == "newer", s.due.state) for s in found] == [
        (False, "spare"), (True, "good"),
    ]  # fmt: skip


def test_of_secrets_that_are_all_dead_the_last_one_to_die_is_told_of(world: World) -> None:
    world.vault.keep_secret(
        client(world), HeldSecret("older", "aem-mail", NOW + DAY, Secret("x"), NOW)
    )

    found = status(world, after=181 * DAY).applications[0].secrets

    assert [s.due.state for s in found] == ["dead", "spare"]
