"""A server's store for a test: encrypted SQLite in the test's folder, the real migrations, a clock set by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from server.sealing import MasterKey
from server.store import Store, migrate, open_engine

ELECTION = "test-2029"


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = datetime(2029, 2, 1, 9, tzinfo=UTC)) -> None:
        self._now = now
        self._monotonic = 0.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, **span: float) -> None:
        step = timedelta(**span)
        self._now += step
        self._monotonic += step.total_seconds()


@dataclass(frozen=True)
class ServerStore:
    store: Store
    master: MasterKey
    clock: HandClock
    folder: Path


def open_store(folder: Path) -> ServerStore:
    """Make a fresh store in `folder`; the caller closes `store`."""
    clock = HandClock()
    master = MasterKey(bytes(range(32)))
    engine = open_engine(f"sqlite:///{folder / 'server.db'}", master.database())
    migrate(engine)
    return ServerStore(Store(engine, ELECTION, clock), master, clock, folder)
