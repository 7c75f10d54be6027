"""An export opens whole or not at all, with what it was sealed for and with nothing else."""

import json
from itertools import pairwise

import pytest

from provision.errors import UsageError, VaultFailed
from provision.secret import Secret
from provision.vault.export_text import (
    Protection,
    is_export,
    read_export,
    require_passphrase,
    sealed_export,
)
from tests.unit.vault.samples import OTHER_KEY, VAULT_KEY

BY_KEY = Protection("key", VAULT_KEY)
BY_PASSPHRASE = Protection("passphrase", Secret("correct horse battery"))
CONTENTS = Secret('{"canary": "text"}')
CHEAP = 2


def opened(text: str, protection: Protection) -> Secret:
    return read_export(text, "vault.export").opened(protection)


@pytest.mark.parametrize("protection", [BY_KEY, BY_PASSPHRASE])
def test_gives_back_what_was_sealed(protection: Protection) -> None:
    assert opened(sealed_export(CONTENTS, protection, n=CHEAP), protection) == CONTENTS


def test_shows_neither_contents_nor_passphrase() -> None:
    text = sealed_export(CONTENTS, BY_PASSPHRASE, n=CHEAP)
    assert "canary" not in text
    assert BY_PASSPHRASE.secret.reveal() not in text


def test_costs_a_guess_128_mebibytes() -> None:
    head = json.loads(sealed_export(CONTENTS, BY_PASSPHRASE))["scrypt"]
    assert 128 * head["n"] * head["r"] == 128 * 2**20


def test_takes_another_salt_each_time() -> None:
    one, other = (sealed_export(CONTENTS, BY_PASSPHRASE, n=CHEAP) for _ in range(2))
    assert json.loads(one)["scrypt"]["salt"] != json.loads(other)["scrypt"]["salt"]


@pytest.mark.parametrize(
    ("made", "tried"),
    [
        (BY_KEY, Protection("key", OTHER_KEY)),
        (BY_PASSPHRASE, Protection("passphrase", Secret("incorrect horse battery"))),
    ],
)
def test_tells_a_wrong_passphrase_or_key_from_a_changed_file(
    made: Protection, tried: Protection
) -> None:
    text = sealed_export(CONTENTS, made, n=CHEAP)
    with pytest.raises(VaultFailed, match=f"export vault.export: the {made.by} does not open it"):
        opened(text, tried)


@pytest.mark.parametrize(("made", "tried"), [(BY_KEY, BY_PASSPHRASE), (BY_PASSPHRASE, BY_KEY)])
def test_says_whether_a_key_or_a_passphrase_is_wanted(made: Protection, tried: Protection) -> None:
    with pytest.raises(UsageError, match=f"opens with a {made.by}, and a {tried.by} was given"):
        opened(sealed_export(CONTENTS, made, n=CHEAP), tried)


def outcomes(texts: list[bytes]) -> set[str]:
    """Return how each text ends: refused, or opened with some contents."""
    found = set()
    for text in texts:
        try:
            found.add(opened(text.decode("latin-1"), BY_KEY).reveal())
        except VaultFailed:
            found.add("refused")
    return found


def test_a_flipped_bit_anywhere_changes_nothing_unnoticed() -> None:
    text = sealed_export(CONTENTS, BY_KEY).encode()
    flipped = [
        text[:at] + bytes([text[at] ^ bit]) + text[at + 1 :]
        for at in range(len(text))
        for bit in (1, 32, 128)
    ]
    assert outcomes(flipped) <= {"refused", CONTENTS.reveal()}


def test_a_file_that_was_cut_anywhere_is_refused() -> None:
    text = sealed_export(CONTENTS, BY_KEY).rstrip().encode()
    assert outcomes([text[:length] for length in range(len(text))]) == {"refused"}


def test_a_file_whose_lines_changed_places_says_nothing_else() -> None:
    lines = sealed_export(CONTENTS, BY_KEY).encode().splitlines(keepends=True)
    swapped = []
    for one, other in pairwise(range(len(lines))):
        moved = list(lines)
        moved[one], moved[other] = moved[other], moved[one]
        swapped.append(b"".join(moved))
    assert outcomes(swapped) <= {"refused", CONTENTS.reveal()}


def test_sealed_contents_do_not_open_below_another_head() -> None:
    members = json.loads(sealed_export(CONTENTS, BY_KEY))
    with pytest.raises(VaultFailed, match="the key is right, but the file was cut, damaged"):
        opened(json.dumps({**members, "comment": "added"}), BY_KEY)


@pytest.mark.parametrize(
    "change",
    [
        {"n": 2**30},
        {"n": 2**20 - 1},
        {"n": 1},
        {"n": "17"},
        {"r": 2**20},
        {"p": 64},
        {"salt": "%"},
    ],
)
def test_a_head_cannot_ask_for_any_amount_of_memory(change: dict[str, object]) -> None:
    members = json.loads(sealed_export(CONTENTS, BY_PASSPHRASE, n=CHEAP))
    members["scrypt"] |= change
    with pytest.raises(VaultFailed, match="is not an export of a vault, or was cut"):
        read_export(json.dumps(members), "vault.export")


@pytest.mark.parametrize("text", ["", "{}", "[1]", "null", '{"format": "other"}', "[" * 100_000])
def test_refuses_what_is_no_export(text: str) -> None:
    assert not is_export(text)
    with pytest.raises(VaultFailed, match="is not an export of a vault"):
        read_export(text, "vault.export")


def test_refuses_a_version_that_it_does_not_know() -> None:
    members = json.loads(sealed_export(CONTENTS, BY_KEY))
    with pytest.raises(VaultFailed, match="has version 2, and this provision knows 1"):
        read_export(json.dumps({**members, "version": 2}), "vault.export")


def test_refuses_a_passphrase_that_can_be_guessed() -> None:
    with pytest.raises(UsageError, match="shorter than 12 characters"):
        require_passphrase(Secret("hunter2"), "PROVISION_EXPORT_PASSPHRASE")
