from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.vault.keys import STAFF_COST, VOTER_COST, Argon2Cost, WrongKey, derive, keyed_hash, seal, unseal

QUICK = Argon2Cost(64, 1, 1)


def test_the_costs_are_the_agreed_ones() -> None:
    assert Argon2Cost(131072, 3, 1) == STAFF_COST
    assert Argon2Cost(19456, 2, 1) == VOTER_COST


def test_a_letter_typed_in_two_ways_is_one_letter() -> None:
    salt = bytes(16)
    assert derive("Fjale\u0308-1", salt, QUICK) == derive("Fjal\u00eb-1", salt, QUICK)
    assert derive("Fjale-1", salt, QUICK) != derive("Fjal\u00eb-1", salt, QUICK)
    assert derive("a", salt, QUICK) != derive("a", b"\1" * 16, QUICK)


@given(content=st.binary(max_size=200), context=st.binary(max_size=40), at=st.integers(min_value=0))
@settings(max_examples=100, deadline=None)
def test_what_is_sealed_opens_whole_or_not_at_all(content: bytes, context: bytes, at: int) -> None:
    key = bytes(range(32))
    sealed = seal(key, content, context)
    assert unseal(key, sealed, context) == content
    flipped = bytearray(sealed)
    flipped[at % len(sealed)] ^= 1 + at % 255
    for other_key, other_sealed, other_context in (
        (key, bytes(flipped), context),
        (key, sealed[: at % len(sealed)], context),
        (bytes(32), sealed, context),
        (key, sealed, context + b"x"),
    ):
        with pytest.raises(WrongKey):
            unseal(other_key, other_sealed, other_context)


def test_one_key_for_two_purposes_gives_two_hashes() -> None:
    assert keyed_hash(bytes(32), "a", b"x") != keyed_hash(bytes(32), "b", b"x")


@pytest.mark.parametrize(
    "text", ["", "1 2", "64 1 1 1", "a b c", "7 1 1", "64 0 1", "64 1 0", "5000000 1 1", "64 65 1"]
)
def test_a_cost_out_of_bounds_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Argon2Cost.parse(text)
    assert Argon2Cost.parse(str(VOTER_COST)) == VOTER_COST
