"""Routes that anybody may call are bounded before they cost anything: by address, and all together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pyotp
import pytest
from fastapi.testclient import TestClient

from registration.review_desk import Role
from server.app import create_app
from server.context import Server
from server.desk import officials
from server.limits import (
    ADDRESS_AT_ONCE,
    ADDRESS_PER_MINUTE,
    EVERYBODY_AT_ONCE,
    EVERYBODY_PER_MINUTE,
    Entrance,
)
from server.problems import Problem
from tests.unit.server.conftest import SettableClock

WRONG = {"name": "arta", "password": "gabim", "totp": "000000"}
EACH, ALL = 60 / ADDRESS_PER_MINUTE, 60 / EVERYBODY_PER_MINUTE


class CountedTurns(threading.Semaphore):
    """Counts how often a password was about to be hashed."""

    taken = 0

    def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:
        self.taken += 1
        return super().acquire(blocking, timeout)


def refused(spend: Callable[[], None]) -> int:
    with pytest.raises(Problem) as caught:
        spend()
    assert (caught.value.status, caught.value.code) == (429, "server.busy")
    return caught.value.retry_after


def test_an_official_is_bounded_before_anything_is_hashed_and_comes_in_later(
    server: Server, clock: SettableClock
) -> None:
    with server.store.write() as unit:
        arta = officials.enrol(unit, server.master, "arta", Role.REVIEWER, by="system")
    turns = CountedTurns(2)
    server = replace(server, hashing=turns)
    for _ in range(ADDRESS_AT_ONCE - 1):
        server.sign_ins.spend("192.0.2.1")
    with TestClient(create_app(server, beside=False), client=("192.0.2.1", 1)) as client:
        assert client.post("/v1/officials/session", json=WRONG).status_code == 401
        assert turns.taken == 1
        answer = client.post("/v1/officials/session", json=WRONG)
        assert (answer.status_code, answer.json()["code"]) == (429, "server.busy")
        assert answer.headers["content-type"] == "application/problem+json"
        assert int(answer.headers["retry-after"]) == EACH
        assert turns.taken == 1, "nothing was hashed"
        clock.advance(seconds=EACH)
        right = {"name": "arta", "password": arta.password, "totp": pyotp.TOTP(arta.totp_secret).at(clock.now())}
        assert client.post("/v1/officials/session", json=right).status_code == 200


def test_signing_out_is_bounded_before_the_store_is_asked(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(ADDRESS_AT_ONCE):
        server.sign_ins.spend("192.0.2.1")
    with TestClient(create_app(server, beside=False), client=("192.0.2.1", 1)) as client:
        monkeypatch.setattr(type(server.store), "write", lambda *_: pytest.fail("the store was asked"))
        answer = client.delete("/v1/officials/session", headers={"Authorization": "Bearer guess"})
    assert (answer.status_code, answer.json()["code"]) == (429, "server.busy")


def test_enrolment_is_bounded_before_its_token_is_looked_up(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(ADDRESS_AT_ONCE):
        server.enrolments.spend("192.0.2.1")
    body = {"enrolment_token": "x", "public_key": "y", "name": "Bari 1"}
    with TestClient(create_app(server, beside=False), client=("192.0.2.1", 1)) as client:
        monkeypatch.setattr(type(server.store), "write", lambda *_: pytest.fail("the store was asked"))
        answer = client.post("/v1/kiosks/enrol", json=body)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, str(int(EACH)))


def test_one_address_takes_nothing_from_the_others(clock: SettableClock) -> None:
    door = Entrance(clock)
    for _ in range(ADDRESS_AT_ONCE):
        door.spend("192.0.2.1")
    for _ in range(EVERYBODY_AT_ONCE):
        refused(lambda: door.spend("192.0.2.1"))
    door.spend("192.0.2.2")


def test_many_addresses_are_bounded_together(clock: SettableClock) -> None:
    door = Entrance(clock)
    for number in range(EVERYBODY_AT_ONCE):
        door.spend(f"10.0.{number // 256}.{number % 256}")
    assert refused(lambda: door.spend("192.0.2.1")) == max(1, round(ALL))
    clock.advance(seconds=ALL)
    door.spend("192.0.2.1")


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("", "", True),
    ],
)
def test_a_caller_is_an_ipv4_address_or_the_network_of_an_ipv6_one(
    clock: SettableClock, first: str, second: str, same: bool
) -> None:
    door = Entrance(clock)
    for _ in range(ADDRESS_AT_ONCE):
        door.spend(first)
    if same:
        refused(lambda: door.spend(second))
    else:
        door.spend(second)
