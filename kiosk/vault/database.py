"""The encrypted database: one connection, its settings, and transactions that are durable when they return.

SQLCipher 4 (AES-256-CBC with HMAC-SHA512 per page). The connection is used by one thread at a time: a lock around
every transaction sees to that, so the vault's runner and the sync timer may share it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlcipher

from kiosk.vault.failures import translated
from kiosk.vault.files import sync_folder
from kiosk.vault.schema import migrate
from registration.errors import StaffMustFix, WillRetry

BUSY_SECONDS = 5.0

_SETTINGS = (
    "cipher_memory_security = ON",
    "journal_mode = WAL",
    "synchronous = FULL",
    "secure_delete = ON",
    "foreign_keys = ON",
    "temp_store = MEMORY",
)


class Database:
    """The vault's database, open or closed. Every method may raise what `failures.translated` names."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection: sqlcipher.Connection | None = None
        self._lock = threading.RLock()
        self._trouble = ""
        """Code of the worst that this connection met; "" while all is well."""

    @property
    def is_open(self) -> bool:
        return self._connection is not None

    def open(self, key: bytes, *, fresh: bool = False) -> None:
        """Open it with its 32-byte key and bring its tables up to date.

        Args:
            key: used as it is, with no derivation per connection.
            fresh: the file was just made by `create_file`. Any other empty file is a damaged vault, not a new one.

        Raises:
            StaffMustFix: ``vault.missing``, ``vault.damaged`` (or another key), ``vault.newer``.
        """
        with self._lock, self._noticed():
            self.close()
            connection = connect(self.path, key, fresh=fresh)
            try:
                migrate(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection

    def close(self) -> None:
        """Close it; safe to call twice."""
        with self._lock:
            self._trouble = ""
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlcipher.Connection]:
        """Everything inside happens durably or not at all.

        Raises:
            StaffMustFix: ``vault.locked`` when the database is closed, ``vault.disk_error`` when it had to be.
        """
        with self._lock, self._noticed():
            connection = self._opened()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlcipher.Connection]:
        """One consistent look. Raises StaffMustFix ``vault.locked``."""
        with self._lock, self._noticed():
            connection = self._opened()
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def checkpoint(self) -> None:
        """Move the log into the database and empty it, so that no deleted page and no flipped bit stays in the log.

        What was committed is durable already: a full disk, or another program reading, only leaves this for later.
        """
        with self._lock, self._noticed():
            connection = self._opened()
            try:
                connection.execute("PRAGMA incremental_vacuum").fetchall()
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            except sqlcipher.OperationalError as error:
                if error.sqlite_errorname not in ("SQLITE_FULL", "SQLITE_BUSY", "SQLITE_LOCKED"):
                    raise

    def rekey(self, key: bytes) -> None:
        """Encrypt every page anew under another key, in one transaction of SQLite's own."""
        with self._lock, self._noticed():
            self._opened().execute(f"PRAGMA rekey = \"x'{key.hex()}'\"").fetchall()
            self.checkpoint()

    @contextmanager
    def at_rest(self) -> Iterator[Path]:
        """Hold the database still with an empty log, so that its one file is the whole of it and may be copied."""
        with self._lock:
            for _ in range(3):
                self.checkpoint()
                with self.transaction():
                    log = Path(f"{self.path}-wal")
                    if not log.exists() or log.stat().st_size == 0:
                        yield self.path
                        return
        raise WillRetry("vault.in_use")

    def check(self) -> None:
        """Read and verify every page.

        Raises:
            StaffMustFix: ``vault.damaged``.
        """
        with self._lock, self._noticed():
            connection = self._opened()
            # The cipher's check reads the file, not the log.
            self.checkpoint()
            pages = connection.execute("PRAGMA cipher_integrity_check").fetchall()
            structure = connection.execute("PRAGMA integrity_check").fetchall()
            links = connection.execute("PRAGMA foreign_key_check").fetchall()
        if pages or structure != [("ok",)] or links:
            raise StaffMustFix("vault.damaged")

    def _opened(self) -> sqlcipher.Connection:
        if self._connection is None:
            raise StaffMustFix(self._trouble or "vault.locked")
        return self._connection

    @contextmanager
    def _noticed(self) -> Iterator[None]:
        """Translate errors, and remember what makes the connection untrustworthy."""
        try:
            with translated():
                yield
        except StaffMustFix as error:
            if error.code == "vault.disk_error":
                # After a failed write or fsync nothing the kernel holds can be trusted: start again from the disk.
                self.close()
                self._trouble = error.code
            elif error.code == "vault.damaged":
                # What is whole can still be read and sent.
                self._trouble = error.code
            elif error.code == "vault.not_writable" and self._trouble == "vault.damaged":
                # SQLCipher refuses to write after a page failed its check; that is not about rights.
                raise StaffMustFix(self._trouble) from error
            raise


def connect(path: Path, key: bytes, *, fresh: bool = False) -> sqlcipher.Connection:
    """Open the encrypted file with the vault's settings and prove that the key opens it. Arguments as `open`'s."""
    if not path.exists():
        raise StaffMustFix("vault.missing")
    connection = sqlcipher.connect(str(path), timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        # Before the key: a wrong one would otherwise be written to stderr, and so to a log.
        connection.execute("PRAGMA cipher_log_level = NONE").fetchall()
        connection.set_key(f"x'{key.hex()}'")
        if fresh:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL").fetchall()
        elif connection.execute("PRAGMA user_version").fetchone() == (0,):
            # Asked before the settings, which write to the file.
            raise StaffMustFix("vault.damaged")
        for setting in _SETTINGS:
            connection.execute(f"PRAGMA {setting}").fetchall()
        # The first look makes the log's file. SQLite makes its name durable too, but takes no notice when that fails:
        # what is committed to a log without a name is gone with the power.
        connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
        sync_folder(path.parent)
    except BaseException:
        connection.close()
        raise
    return connection


def create_file(path: Path) -> None:
    """Make the empty file of a new database, readable by its owner only; SQLite gives its log the same rights."""
    with translated():
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
