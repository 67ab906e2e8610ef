"""What only PostgreSQL brings: whose turn it is, calls that are made again, refusals."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from registration.errors import StaffMustFix
from server.again import TRIES, Again
from server.store import Store, migrate, open_engine
from server.store.postgresql import passes
from tests.databases import MASTER, PostgreSQL
from tests.fakes.hand_clock import HandClock
from tests.postgres import Cluster


class _Undone(Exception):
    sqlstate = "40P01"


class _Stopping(Exception):
    sqlstate = "57P01"


def _call(errors: list[Exception], method: str = "POST") -> tuple[httpx.Response, list[bytes]]:
    """Call an application whose database raises `errors`, one a try; returns the answer and the bodies it saw."""
    seen: list[bytes] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(await Request(scope, receive).body())
        if errors:
            raise OperationalError("UPDATE", {}, errors.pop(0))
        await JSONResponse({"done": True})(scope, receive, send)

    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(Again(app))
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            return await client.request(method, "/", content=b"the body")

    return asyncio.run(run()), seen


def test_a_call_that_was_undone_is_made_again_with_its_body() -> None:
    answer, seen = _call([_Undone(), _Undone()])
    assert (answer.status_code, answer.json()) == (200, {"done": True})
    assert seen == [b"the body"] * 3


@pytest.mark.parametrize(
    ("errors", "method", "tries"),
    [([_Undone() for _ in range(TRIES)], "POST", TRIES), ([_Stopping()], "POST", 1), ([_Undone()], "PATCH", 1)],
    ids=["undone for ever", "database away", "upload"],
)
def test_what_cannot_be_done_now_is_busy(errors: list[Exception], method: str, tries: int) -> None:
    answer, seen = _call(errors, method)
    assert (answer.status_code, answer.json()["code"], len(seen)) == (503, "server.busy", tries)
    assert int(answer.headers["retry-after"]) > 0


def test_a_fault_of_ours_is_not_hidden() -> None:
    with pytest.raises(OperationalError):
        _call([Exception("a fault")])


def test_a_password_in_the_address_is_refused_and_not_shown() -> None:
    with pytest.raises(StaffMustFix, match=r"store\.secret_in_address") as caught:
        open_engine("postgresql://per:geheim@127.0.0.1/per", bytes(32))
    assert "geheim" not in repr(caught.value)


def test_nobody_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StaffMustFix, match=r"store\.unreachable"):
        open_engine(f"postgresql://per@/per?host={tmp_path}", bytes(32))


@pytest.mark.usefixtures("postgresql")
def test_a_database_that_forgets_is_refused() -> None:
    forgetful = Cluster({"fsync": "off"})
    try:
        with pytest.raises(StaffMustFix, match=r"store\.not_durable"):
            open_engine(forgetful.url("postgres"), bytes(32))
    finally:
        forgetful.stop()


def test_two_elections_write_at_once_and_one_waits_its_turn(postgresql: PostgreSQL, tmp_path: Path) -> None:
    with postgresql.empty(tmp_path) as settings:
        engine = open_engine(settings.database_url, MASTER.database())
        migrate(engine)
        mine, other = (Store(engine, election, HandClock()) for election in ("per-1", "per-2"))
        order: list[str] = []
        started = threading.Event()

        def second() -> None:
            started.set()
            with mine.write():
                order.append("second")

        thread = threading.Thread(target=second)
        with mine.write():
            with other.write(), mine.write(turn=False):
                order.append("others")
            thread.start()
            started.wait(5)
            order.append("first")
        thread.join()
        assert order == ["others", "first", "second"]
        mine.close()


def test_two_processes_migrating_at_once_do_it_once(postgresql: PostgreSQL, tmp_path: Path) -> None:
    with postgresql.empty(tmp_path) as settings:
        failed: list[BaseException] = []

        def start() -> None:
            engine = open_engine(settings.database_url, MASTER.database())
            try:
                migrate(engine)
            except Exception as error:  # noqa: BLE001 - looked at below
                failed.append(error)
            engine.dispose()

        threads = [threading.Thread(target=start) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []


def test_which_errors_pass() -> None:
    assert _passes("40001")
    assert _passes("40P01")
    assert not _passes("23505")


def _passes(state: str) -> bool:
    error = _Undone()
    error.sqlstate = state
    return passes(OperationalError("X", {}, error))
