"""Turns what the database and the disk say into the errors an administrator can act on; the rest stays a bug."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy.exc import DBAPIError

from registration.errors import Expected, StaffMustFix, WillRetry
from server.store import postgresql

# Primary result codes, https://sqlite.org/rescode.html
_PERM, _BUSY, _LOCKED, _READONLY, _IOERR, _CORRUPT, _FULL, _CANTOPEN, _NOTADB = 3, 5, 6, 8, 10, 11, 13, 14, 26

_SQLITE_CODES = {
    _PERM: "store.not_writable",
    _READONLY: "store.not_writable",
    _CANTOPEN: "store.not_writable",
    _IOERR: "store.disk_error",
    _CORRUPT: "store.damaged",
    _NOTADB: "store.wrong_key",  # another key, or nothing of the file's beginning is left: both look the same
    _FULL: "store.disk_full",
}
_ERRNO_CODES = {
    errno.ENOSPC: "store.disk_full",
    errno.EDQUOT: "store.disk_full",
    errno.EIO: "store.disk_error",
    errno.EROFS: "store.not_writable",
}


@contextmanager
def translated() -> Iterator[None]:
    """Raise StaffMustFix ``store.wrong_key``, ``.damaged``, ``.disk_error``, ``.disk_full``, ``.not_writable``,
    ``.unreachable`` or WillRetry ``store.in_use`` for what the database or the operating system raised inside."""
    try:
        yield
    except (DBAPIError, sqlcipher.Error, OSError) as error:
        failure = _of(error)
        if failure is None:
            raise
        raise failure from None  # the database's text holds what was asked


def is_storage(error: BaseException) -> bool:
    """Tell whether the disk failed, is full or cannot be written, as the operating system or SQLite says."""
    if not isinstance(error, DBAPIError | sqlcipher.Error | OSError) or postgresql.is_away(error):
        return False
    return isinstance(_of(error), StaffMustFix)


def _of(error: Exception) -> Expected | None:
    if isinstance(error, OSError):
        return _staff(_ERRNO_CODES.get(error.errno or 0))
    if postgresql.is_away(error):
        return StaffMustFix("store.unreachable")
    said = error.orig if isinstance(error, DBAPIError) else error
    primary = getattr(said, "sqlite_errorcode", 0) & 0xFF
    if primary in (_BUSY, _LOCKED):
        return WillRetry("store.in_use")
    return _staff(_SQLITE_CODES.get(primary))


def _staff(code: str | None) -> StaffMustFix | None:
    return StaffMustFix(code) if code else None
