"""One signing key for every sandbox inside a test: making a key takes longer than most tests."""

from functools import cache

from provision.sandbox.keys import SigningKey, obtain_key


@cache
def shared_key() -> SigningKey:
    return obtain_key(None)
