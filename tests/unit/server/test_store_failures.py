"""A failing disk is not a wrong key: what goes wrong below the store has its own sentence, and the rest stays a bug."""

from __future__ import annotations

import errno
import io
import os
import sys
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError, OperationalError

from registration.errors import Expected, StaffMustFix, WillRetry
from server.__main__ import main
from server.store import migrate, open_engine
from server.store.failures import translated

KEY = bytes(32)
unreadable = pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file whose reading fails")


class Busy(sqlcipher.OperationalError):
    sqlite_errorcode = 5 | 2 << 8  # SQLITE_BUSY_SNAPSHOT


class FailedFsync(sqlcipher.OperationalError):
    sqlite_errorcode = 10 | 4 << 8  # SQLITE_IOERR_FSYNC


def url(file: Path) -> str:
    return f"sqlite:///{file}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database as a server leaves it."""
    made = tmp_path / "server.db"
    engine = open_engine(url(made), KEY)
    migrate(engine)
    engine.dispose()
    return made


def refused(file: Path, key: bytes = KEY) -> str:
    with pytest.raises(StaffMustFix) as caught:
        open_engine(url(file), key)
    return caught.value.code


def test_another_key_is_called_so(file: Path) -> None:
    assert refused(file, bytes([1]) * 32) == "store.wrong_key"


@unreadable
def test_a_disk_that_does_not_read_is_no_wrong_key(file: Path) -> None:
    file.unlink()
    file.symlink_to("/proc/self/mem")  # its first bytes belong to nobody: EIO
    assert refused(file) == "store.disk_error"


def test_what_cannot_be_opened_is_no_wrong_key(file: Path) -> None:
    file.unlink()
    file.mkdir()
    assert refused(file) == "store.not_writable"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.EIO, "store.disk_error"),
        (errno.ENOSPC, "store.disk_full"),
        (errno.EROFS, "store.not_writable"),
        (errno.EACCES, "store.no_folder"),
    ],
)
def test_a_folder_that_cannot_be_made_durable_says_why(
    file: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    def fails(_descriptor: int) -> None:
        raise OSError(number, "said the system")

    monkeypatch.setattr(os, "fsync", fails)
    assert refused(file) == code


def ask(engine: Engine, *statements: str) -> None:
    with translated(), engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_pages_that_were_changed_are_damage(file: Path) -> None:
    content = bytearray(file.read_bytes())
    for page in range(4096, len(content), 4096):
        content[page + 100] ^= 1
    file.write_bytes(content)
    assert refused(file) == "store.damaged"


def test_a_full_database_is_called_full(file: Path) -> None:
    engine = open_engine(url(file), KEY)
    fill = "INSERT INTO more SELECT zeroblob(1000000)"
    with pytest.raises(StaffMustFix, match=r"store\.disk_full"):
        ask(engine, "PRAGMA max_page_count = 1", "CREATE TABLE more (a BLOB)", fill)
    engine.dispose()


def test_what_passes_by_itself_is_tried_again() -> None:
    with pytest.raises(WillRetry, match=r"store\.in_use"), translated():
        raise OperationalError("BEGIN IMMEDIATE", None, Busy())


def test_what_was_not_foreseen_stays_a_bug() -> None:
    for error in (IntegrityError("x", None, sqlcipher.IntegrityError()), OSError(errno.EINVAL, "x")):
        with pytest.raises(type(error)) as caught, translated():
            raise error
        assert not isinstance(caught.value, Expected)


def run(data: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO(KEY.hex() + "\n"))
    return main(["enrol-kiosk", "--data", str(data)])


def test_a_command_ends_with_one_sentence_wherever_the_disk_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, monkeypatch) == 0
    capsys.readouterr()

    def fails(*_arguments: object, **_more: object) -> str:
        raise OperationalError("INSERT of a secret", {"token": "secret"}, FailedFsync())

    monkeypatch.setattr("server.commands.enrol_kiosk.new_enrolment_token", fails)
    assert run(tmp_path, monkeypatch) == 1
    said = capsys.readouterr().err
    assert "disk no longer reads or writes" in said
    assert "secret" not in said
    assert said.count("\n") == 1
