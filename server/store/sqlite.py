"""Everything that only SQLite needs: SQLCipher, its pragmas, and who may write when."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, QueuePool, create_engine, event

from registration.errors import StaffMustFix
from server.store.failures import translated
from server.store.metadata import WRITES

_PRAGMAS = (
    "cipher_memory_security = ON",
    "journal_mode = WAL",
    "synchronous = FULL",
    "secure_delete = ON",
    "foreign_keys = ON",
    "busy_timeout = 10000",
)


def open_engine(file: Path, key: bytes) -> Engine:
    """Open (or create) the encrypted database `file`; the key goes to SQLCipher raw and appears in no URL.

    Raises:
        StaffMustFix: ``store.wrong_key`` when the key does not open it or its beginning is damaged,
            ``store.no_folder`` (params: folder), and those of `failures.translated`.
        WillRetry: ``store.in_use``.
    """

    def connect() -> Any:
        connection = sqlcipher.connect(str(file), check_same_thread=False, isolation_level=None)
        connection.execute("PRAGMA cipher_log_level = NONE")  # it would print to stderr on a wrong key
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        # The first look makes the log's file. SQLite makes its name durable too, but takes no notice when that fails:
        # what is committed to a log without a name is gone with the power.
        connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
        _sync_folder(file.parent)
        return connection

    engine = create_engine("sqlite://", module=sqlcipher, creator=connect, poolclass=QueuePool, pool_size=8)
    event.listen(engine, "begin", _begin)
    try:
        with translated():
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with engine.connect() as connection:
                connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
    except OSError:
        engine.dispose()
        raise StaffMustFix("store.no_folder", folder=str(file.parent)) from None
    except BaseException:
        engine.dispose()
        raise
    return engine


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _begin(connection: Connection) -> None:
    """A writer takes the lock at once: upgrading from a reader could only fail with SQLITE_BUSY."""
    writes = WRITES in connection.get_execution_options()
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
