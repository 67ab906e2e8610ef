"""Counts only, and no count that could point at somebody."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from server import statistics
from server.context import Server
from server.store.schema import cases


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(0, 20), max_size=6))
def test_no_small_cell_can_be_seen_or_worked_out(counts: dict[str, int]) -> None:
    shown = statistics.suppressed(counts)
    hidden = {key for key, value in shown.items() if value is None}
    assert {key for key, number in counts.items() if 0 < number < 5} <= hidden
    assert all(shown[key] == counts[key] for key in counts if key not in hidden)
    if len(hidden) == 1:  # nothing left to hide it with: then the total itself is that small
        assert all(number == 0 for key, number in counts.items() if key not in hidden)


def test_zero_and_five_are_shown() -> None:
    assert statistics.suppressed({"a": 0, "b": 5, "c": 9}) == {"a": 0, "b": 5, "c": 9}


def test_a_lone_small_cell_takes_the_next_smallest_with_it() -> None:
    assert statistics.suppressed({"a": 2, "b": 7, "c": 9}) == {"a": None, "b": None, "c": 9}
    assert statistics.suppressed({"a": 2, "b": 7}, total_shown=False) == {"a": None, "b": 7}


def put(server: Server, number: int, **values: object) -> None:
    now = server.clock.now()
    row = {
        "election": server.election,
        "shard": 0,
        "case_id": f"c-{number}",
        "account_id": f"a-{number % 9}",
        "service": "per.request",
        "reference": f"PER-{number}",
        "state": "approved",
        "revision": 1,
        "version": 1,
        "language": "sq",
        "received": now,
        "due": now.date(),
        "kiosk_id": "k-1",
        "flags": [],
        "reasons": [],
        "created": now,
        "updated": now,
    }
    with server.store.write() as unit:
        unit.connection.execute(insert(cases).values(**row | values))


def test_the_counts_are_right(server: Server) -> None:
    for number in range(8):
        put(server, number)
    for number in range(8, 14):
        put(server, number, state="refused", reasons=["unreadable", "under_age"][: 1 + number % 2], kiosk_id="k-2")
    with server.store.read() as connection:
        counts = statistics.count(connection, server.election)
    assert counts["totals"] == {"accounts": 0, "requests": 0, "cases": 14, "voters": 9}
    by_state = counts["by_state"]
    assert isinstance(by_state, dict)
    assert {state: number for state, number in by_state.items() if number} == {"approved": 8, "refused": 6}
    assert counts["by_kiosk"] == {"k-1": 8, "k-2": 6}
    assert counts["by_reason"] == {"unreadable": 6, "under_age": None}
    assert counts["by_day"] == {"2029-02-01": 14}
    assert counts["by_language"] == {"sq": 14}


@pytest.mark.parametrize("number", [0, 1])
def test_no_id_of_anybody_is_in_them(server: Server, number: int) -> None:
    put(server, number, account_id="01990000-0000-7000-8000-00000000000a")
    with server.store.read() as connection:
        text = json.dumps(statistics.count(connection, server.election))
    for value in ("01990000-0000-7000-8000-00000000000a", f"c-{number}", f"PER-{number}"):
        assert value not in text
