"""Vaults of every released version open in this one. The builders below are frozen: they never follow the code."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from kiosk.vault.database import Database, connect, create_file
from kiosk.vault.schema import STEPS, VERSION, migrate
from registration.errors import StaffMustFix

KEY = bytes(range(32))

VERSION_1 = """
CREATE TABLE voter (id TEXT PRIMARY KEY, contact BLOB NOT NULL, cost TEXT NOT NULL, wrapped BLOB NOT NULL,
    created INTEGER NOT NULL, seen INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX voter_contact ON voter (contact);
CREATE TABLE draft (voter TEXT NOT NULL REFERENCES voter (id) ON DELETE CASCADE, service TEXT NOT NULL,
    sealed BLOB NOT NULL, saved INTEGER NOT NULL, PRIMARY KEY (voter, service));
CREATE TABLE finished (voter TEXT NOT NULL REFERENCES voter (id) ON DELETE CASCADE, number INTEGER PRIMARY KEY,
    sealed BLOB NOT NULL);
CREATE INDEX finished_voter ON finished (voter);
CREATE TABLE wrong_tries (contact BLOB PRIMARY KEY, wrong INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE packet (id TEXT PRIMARY KEY, seq INTEGER NOT NULL UNIQUE, kind TEXT NOT NULL, subject TEXT NOT NULL,
    revision INTEGER NOT NULL, reference TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL,
    created INTEGER NOT NULL, mark BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'exported', 'attention', 'received')),
    problem TEXT NOT NULL DEFAULT '', attempts INTEGER NOT NULL DEFAULT 0, next_try INTEGER, receipt BLOB,
    UNIQUE (kind, subject, revision));
CREATE TABLE content (packet TEXT PRIMARY KEY REFERENCES packet (id) ON DELETE CASCADE, bytes BLOB NOT NULL);
CREATE TABLE sequence (one INTEGER PRIMARY KEY CHECK (one = 1), last INTEGER NOT NULL);
CREATE TABLE memory (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE highest (name TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
INSERT INTO sequence VALUES (1, 7);
INSERT INTO secret VALUES ('index', x'000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f');
INSERT INTO voter VALUES ('v1', x'aa', '64 1 1', x'bb', 1000, 2000);
INSERT INTO draft VALUES ('v1', 'per.account', x'cc', 2000);
INSERT INTO finished (voter, sealed) VALUES ('v1', x'dd');
INSERT INTO packet (id, seq, kind, subject, revision, reference, sha256, size, created, mark, state)
    VALUES ('p1', 7, 'request', 'r1', 1, 'PER-1', 'ab', 3, 2000, x'ee', 'waiting');
INSERT INTO content VALUES ('p1', x'010203');
INSERT INTO memory VALUES ('keyset', x'05');
INSERT INTO highest VALUES ('keyset', 4);
PRAGMA user_version = 1;
"""

ROWS = {
    "voter": [("v1", b"\xaa", "64 1 1", b"\xbb", 1000, 2000)],
    "draft": [("v1", "per.account", b"\xcc", 2000)],
    "content": [("p1", b"\1\2\3")],
    "sequence": [(1, 7)],
    "memory": [("keyset", b"\5")],
    "highest": [("keyset", 4)],
}


def build(path: Path, script: str) -> None:
    create_file(path)
    connection = connect(path, KEY, fresh=True)
    connection.executescript(script)
    connection.close()


def shape(connection: sqlcipher.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Tables and indexes with their columns, however their SQL is spaced."""
    names = connection.execute("SELECT name, type FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {
        name: connection.execute(f"PRAGMA {'table' if kind == 'table' else 'index'}_xinfo({name})").fetchall()
        for name, kind in names
    }


def test_a_vault_of_version_1_opens_with_everything_in_it(tmp_path: Path) -> None:
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    build(old, VERSION_1)
    create_file(new)
    databases = Database(old), Database(new)
    databases[0].open(KEY)
    databases[1].open(KEY, fresh=True)
    with databases[0].reading() as sql, databases[1].reading() as fresh:
        assert sql.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert shape(sql) == shape(fresh)
        for table, rows in ROWS.items():
            assert sql.execute(f"SELECT * FROM {table}").fetchall() == rows  # noqa: S608
    databases[0].check()
    for database in databases:
        database.close()


def test_a_newer_vault_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "vault.db"
    build(path, VERSION_1 + f"PRAGMA user_version = {VERSION + 1};")
    with pytest.raises(StaffMustFix, match=r"vault\.newer"):
        Database(path).open(KEY)
    connection = connect(path, KEY)
    assert connection.execute("PRAGMA user_version").fetchone() == (VERSION + 1,)
    connection.close()


def test_a_step_that_fails_leaves_the_version_before_it(tmp_path: Path) -> None:
    path = tmp_path / "vault.db"
    create_file(path)
    connection = connect(path, KEY, fresh=True)
    broken = (*STEPS, ("CREATE TABLE later (a)", "INSERT INTO nowhere VALUES (1)"))
    with pytest.raises(sqlcipher.OperationalError):
        migrate(connection, broken)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(STEPS),)
    assert "later" not in shape(connection)
    migrate(connection, (*STEPS, ("CREATE TABLE later (a)",)))
    assert connection.execute("PRAGMA user_version").fetchone() == (len(STEPS) + 1,)
    connection.close()
