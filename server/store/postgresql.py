"""Everything that only PostgreSQL needs: its connections, whose turn it is to write, which of its errors pass.

SQLite has one writer at a time, and the rules of the server (count, then judge; look, then insert) are written for
that. Here a writing unit takes its election's row of `write_turns` first, so the same rules hold, and no two units
can wait for each other. What needs no turn says so (``Store.write(turn=False)``).
"""

from __future__ import annotations

import time
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, InvalidatePoolError

from registration.errors import StaffMustFix
from server.store.metadata import WRITES

_SETTINGS = {
    "synchronous_commit": "on",  # whatever the database's default: what is acknowledged is on disk
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
}
RESTED = 1.0
"""Seconds unused after which a connection is asked whether it still stands before it is used."""
_USED = "used"
_PASSING = frozenset({"40001", "40P01"})  # serialization failure, deadlock: the unit was undone, try it again
_AWAY = frozenset({"55P03", "57P01", "57P02", "57P03", "53300"})  # no lock in time, stopping, starting, too many
_TAKE = text("SELECT election FROM write_turns WHERE election = :election FOR UPDATE")
_MAKE = text("INSERT INTO write_turns (election) VALUES (:election) ON CONFLICT DO NOTHING")


def open_engine(url: URL) -> Engine:
    """Connect. Passwords come from the environment or a password file (libpq), never in the address.

    Raises:
        StaffMustFix: ``store.unreachable``, ``store.secret_in_address``, ``store.not_durable`` (fsync is off).
    """
    if url.password is not None:
        raise StaffMustFix("store.secret_in_address")
    engine = create_engine(url.set(drivername="postgresql+psycopg"), pool_size=10, max_overflow=10, pool_timeout=10)
    event.listen(engine, "connect", _configure)
    event.listen(engine, "checkout", _look_whether_alive)
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "begin", _begin)
    try:
        with engine.connect() as connection:
            safe = connection.exec_driver_sql("SHOW fsync").scalar_one() == "on"
    except DBAPIError:
        engine.dispose()
        raise StaffMustFix("store.unreachable") from None
    if not safe:
        engine.dispose()
        raise StaffMustFix("store.not_durable")
    return engine


def one_migrates(connection: Connection) -> None:
    """Let one process at a time bring the schema up; the lock ends with the transaction."""
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7318401)")


def passes(error: BaseException) -> bool:
    """Tell whether the unit was undone only because of others, and may be done again at once."""
    return _state_of(error) in _PASSING


def is_away(error: BaseException) -> bool:
    """Tell whether the database is gone, stopping, starting or overrun; what was asked may or may not be done."""
    return isinstance(error, DBAPIError) and (error.connection_invalidated or _state_of(error) in _AWAY)


def _state_of(error: BaseException) -> str:
    return str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")


def _configure(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        for name, value in _SETTINGS.items():
            cursor.execute(f"SET {name} = '{value}'")
    connection.commit()


def _look_whether_alive(connection: Any, record: Any, _proxy: object) -> None:
    """Ask a connection that rested whether it still stands; one that worked a moment ago is not asked."""
    if time.monotonic() - record.info.get(_USED, 0.0) < RESTED:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        connection.rollback()
    except psycopg.OperationalError:
        raise InvalidatePoolError from None  # the others are gone too; the pool opens anew


def _note_use(_connection: object, record: Any) -> None:
    record.info[_USED] = time.monotonic()


def _begin(connection: Connection) -> None:
    election = connection.get_execution_options().get(WRITES)
    if not isinstance(election, str) or not election:
        return
    named = {"election": election}
    while connection.execute(_TAKE, named).first() is None:
        connection.execute(_MAKE, named)
