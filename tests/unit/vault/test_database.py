from __future__ import annotations

import errno
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

import kiosk.vault.database
from kiosk.vault.database import Database, create_file
from kiosk.vault.failures import translated
from kiosk.vault.files import write_durably
from registration.errors import Expected, StaffMustFix, WillRetry

KEY = bytes(range(32))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    create_file(tmp_path / "vault.db")
    database = Database(tmp_path / "vault.db")
    database.open(KEY, fresh=True)
    yield database
    database.close()


def put(database: Database, name: str) -> None:
    with database.transaction() as sql:
        sql.execute("INSERT INTO memory VALUES (?, x'00')", (name,))


def count(database: Database) -> int:
    with database.reading() as sql:
        return int(sql.execute("SELECT count(*) FROM memory").fetchone()[0])


def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    with pytest.raises(sqlcipher.IntegrityError), database.transaction() as sql:
        sql.executemany("INSERT INTO memory VALUES (?, x'00')", [("a",), ("a",)])
    assert count(database) == 0
    put(database, "b")
    assert count(database) == 1


def test_several_threads_take_turns(database: Database) -> None:
    def work(number: int) -> None:
        for n in range(20):
            put(database, f"{number}-{n}")
            count(database)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    assert count(database) == 80


def test_another_program_holding_it_is_in_use(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kiosk.vault.database, "BUSY_SECONDS", 0.01)
    other = Database(database.path)
    other.open(KEY)
    with database.transaction(), pytest.raises(WillRetry, match=r"vault\.in_use"):
        put(other, "x")
    put(other, "y")
    other.close()
    assert count(database) == 1


def test_a_log_read_by_another_program_is_emptied_later(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kiosk.vault.database, "BUSY_SECONDS", 0.01)
    other = Database(database.path)
    other.open(KEY)
    database.close()
    database.open(KEY)
    with other.reading() as sql:
        sql.execute("SELECT count(*) FROM memory").fetchone()
        put(database, "x")
        database.checkpoint()
    other.close()
    database.checkpoint()
    assert Path(f"{database.path}-wal").stat().st_size == 0


def test_after_a_failed_write_it_stays_closed_until_opened_anew(database: Database) -> None:
    class Failed(sqlcipher.OperationalError):
        sqlite_errorcode = 10 | 4 << 8  # SQLITE_IOERR_FSYNC

    with pytest.raises(StaffMustFix, match=r"vault\.disk_error"), database.transaction():
        raise Failed
    with pytest.raises(StaffMustFix, match=r"vault\.disk_error"):
        count(database)
    database.open(KEY)
    assert count(database) == 0
    database.close()
    with pytest.raises(StaffMustFix, match=r"vault\.locked"):
        count(database)


def test_another_key_is_refused_in_silence(database: Database, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(StaffMustFix, match=r"vault\.damaged"):
        Database(database.path).open(bytes(32))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "vault.disk_full"),
        (errno.EDQUOT, "vault.disk_full"),
        (errno.EROFS, "vault.not_writable"),
        (errno.EACCES, "vault.not_writable"),
        (errno.EIO, "vault.disk_error"),
    ],
)
def test_what_the_system_says_has_a_sentence(number: int, code: str) -> None:
    with pytest.raises(StaffMustFix) as caught, translated():
        raise OSError(number, "said the system")
    assert caught.value.code == code


def test_what_was_not_foreseen_stays_a_bug() -> None:
    for error in (OSError(errno.EINVAL, "x"), sqlcipher.IntegrityError("x"), sqlcipher.ProgrammingError("x")):
        with pytest.raises(type(error)) as caught, translated():
            raise error
        assert not isinstance(caught.value, Expected)


def test_a_small_file_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "f"
    write_durably(target, b"one")
    write_durably(target, b"two")
    assert target.read_bytes() == b"two"
    assert [path.name for path in tmp_path.iterdir()] == ["f"]
