"""A server's store without the server around it: the real migrations on a real database, a clock set by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from server.sealing import MasterKey
from server.store import Store, migrate, open_engine
from tests.databases import MASTER, Database
from tests.fakes.hand_clock import HandClock as HandClock

ELECTION = "test-2029"


@dataclass(frozen=True)
class ServerStore:
    store: Store
    master: MasterKey
    clock: HandClock
    folder: Path


@contextmanager
def open_store(database: Database, folder: Path) -> Iterator[ServerStore]:
    """Make a fresh store; nothing but the tables is in it."""
    clock = HandClock()
    with database.empty(folder, ELECTION) as settings:
        engine = open_engine(settings.database_url, MASTER.database())
        migrate(engine)
        store = Store(engine, ELECTION, clock)
        yield ServerStore(store, MASTER, clock, folder)
        store.close()
