"""Turns what SQLite and the file system say into the errors staff can act on; everything else stays a bug."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from sqlcipher3 import dbapi2 as sqlcipher

from registration.errors import Expected, StaffMustFix, WillRetry

# Primary result codes, https://sqlite.org/rescode.html
_PERM, _BUSY, _LOCKED, _READONLY, _IOERR, _CORRUPT, _FULL, _CANTOPEN, _NOTADB = 3, 5, 6, 8, 10, 11, 13, 14, 26

_SQLITE_CODES = {
    _PERM: "vault.not_writable",
    _READONLY: "vault.not_writable",
    _CANTOPEN: "vault.not_writable",
    _IOERR: "vault.disk_error",
    _CORRUPT: "vault.damaged",
    _NOTADB: "vault.damaged",
    _FULL: "vault.disk_full",
}
_ERRNO_CODES = {
    errno.ENOSPC: "vault.disk_full",
    errno.EDQUOT: "vault.disk_full",
    errno.EFBIG: "vault.disk_full",
    errno.EROFS: "vault.not_writable",
    errno.EACCES: "vault.not_writable",
    errno.EPERM: "vault.not_writable",
    errno.EIO: "vault.disk_error",
}


@contextmanager
def translated() -> Iterator[None]:
    """Raise StaffMustFix ``vault.disk_full``, ``.damaged``, ``.disk_error``, ``.not_writable`` or WillRetry
    ``vault.in_use`` for what SQLite or the operating system raised inside."""
    try:
        yield
    except sqlcipher.Error as error:
        failure = _of_sqlite(error)
        if failure is None:
            raise
        raise failure from error
    except OSError as error:
        code = _ERRNO_CODES.get(error.errno or 0)
        if code is None:
            raise
        raise StaffMustFix(code) from error


def _of_sqlite(error: sqlcipher.Error) -> Expected | None:
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if primary in (_BUSY, _LOCKED):
        return WillRetry("vault.in_use")
    code = _SQLITE_CODES.get(primary)
    return StaffMustFix(code) if code else None
