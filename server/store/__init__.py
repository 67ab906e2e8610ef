"""The server's store: one engine, short units of work, portable SQL (SQLAlchemy Core) for SQLite and PostgreSQL.

A writing unit is one transaction, and there is one writer at a time for an election: on SQLite a lock in this process
and ``BEGIN IMMEDIATE`` between processes, on PostgreSQL a locked row (`server.store.postgresql`). Rows are keyed
``(election, shard, id)`` with UUIDv7 ids, so that a distributed database can take them over; `shard_of` is the only
place that knows how they spread.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, make_url

from registration.model.ids import uuid7
from registration.ports.clock import Clock
from server.store import postgresql, sqlite
from server.store.metadata import WRITES

SHARDS = 64


def shard_of(key: str | bytes) -> int:
    """Return the shard (0 to 63) of whatever names a row: an account, request or kiosk id, or a keyed hash."""
    return hashlib.sha256(key.encode() if isinstance(key, str) else key).digest()[0] % SHARDS


@dataclass(slots=True)
class Unit:
    """One writing transaction. All of it becomes durable together, or nothing does."""

    connection: Connection = field(repr=False)
    election: str
    now: datetime
    """One time for everything in the unit; UTC and aware."""
    _after: list[Callable[[], None]] = field(default_factory=list, repr=False)

    def new_id(self) -> str:
        """Return a fresh UUIDv7."""
        return uuid7(int(self.now.timestamp() * 1000), secrets.token_bytes(10))

    def after_commit(self, action: Callable[[], None]) -> None:
        """Run `action` once the unit is durable (wake a worker, delete a blob no row names any more)."""
        self._after.append(action)


class Store:
    """Opens units of work. Safe to use from any thread.

    Args:
        engine: an engine of `open_engine`.
        election: the election served; part of every key.
        clock: gives each unit its time.
    """

    def __init__(self, engine: Engine, election: str, clock: Clock) -> None:
        self.engine = engine
        self.election = election
        self._clock = clock
        self._turn: AbstractContextManager[object] = (
            threading.Lock() if engine.dialect.name == "sqlite" else nullcontext()
        )

    @contextmanager
    def write(self, *, turn: bool = True) -> Iterator[Unit]:
        """Open a writing unit; leaving it commits, an exception rolls back. Never nest two in one thread.

        Args:
            turn: wait for one's turn among the writers. Without, others write meanwhile (on PostgreSQL): only for
                what holds by its row locks alone.
        """
        with (
            self._turn,
            self.engine.connect().execution_options(**{WRITES: self.election if turn else ""}) as connection,
            connection.begin(),
        ):
            unit = Unit(connection, self.election, self._clock.now())
            yield unit
        for action in unit._after:
            action()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a connection that writes nothing: on SQLite it sees one state, on PostgreSQL (READ COMMITTED) each
        statement sees what was committed when it began."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def open_engine(url: str, key: bytes) -> Engine:
    """Open the database.

    Args:
        url: ``sqlite:///path`` (always encrypted with `key`) or a PostgreSQL URL (encryption at rest is its own).
        key: 32 bytes.

    Raises:
        StaffMustFix: ``store.wrong_key``, ``store.unreachable``, ``store.secret_in_address``.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return sqlite.open_engine(Path(parsed.database or ""), key)
    return postgresql.open_engine(parsed)


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest version (Alembic); does nothing when it is."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    with engine.connect().execution_options(**{WRITES: ""}) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            postgresql.one_migrates(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "heads")
