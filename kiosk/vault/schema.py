"""The vault's tables and how each version follows from the one before.

A step never changes once it was released: `tests/unit/vault/test_schema.py` keeps a vault of every version. Times are
milliseconds since 1970 UTC. No foreign key leads from a packet to a voter: only the voter's password links the two.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlcipher3 import dbapi2 as sqlcipher

from registration.errors import StaffMustFix

_VERSION_1 = (
    # One row for each time somebody chose a password; several may share a contact.
    """CREATE TABLE voter (
        id TEXT PRIMARY KEY,
        contact BLOB NOT NULL,
        cost TEXT NOT NULL,
        wrapped BLOB NOT NULL,
        created INTEGER NOT NULL,
        seen INTEGER NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX voter_contact ON voter (contact)",
    """CREATE TABLE draft (
        voter TEXT NOT NULL REFERENCES voter (id) ON DELETE CASCADE,
        service TEXT NOT NULL,
        sealed BLOB NOT NULL,
        saved INTEGER NOT NULL,
        PRIMARY KEY (voter, service)
    )""",
    # What a voter finished here, sealed under the voter's key.
    """CREATE TABLE finished (
        voter TEXT NOT NULL REFERENCES voter (id) ON DELETE CASCADE,
        number INTEGER PRIMARY KEY,
        sealed BLOB NOT NULL
    )""",
    "CREATE INDEX finished_voter ON finished (voter)",
    "CREATE TABLE wrong_tries (contact BLOB PRIMARY KEY, wrong INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID",
    """CREATE TABLE packet (
        id TEXT PRIMARY KEY,
        seq INTEGER NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        revision INTEGER NOT NULL,
        reference TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        size INTEGER NOT NULL,
        created INTEGER NOT NULL,
        mark BLOB NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'exported', 'attention', 'received')),
        problem TEXT NOT NULL DEFAULT '',
        attempts INTEGER NOT NULL DEFAULT 0,
        next_try INTEGER,
        receipt BLOB,
        UNIQUE (kind, subject, revision)
    )""",
    "CREATE TABLE content (packet TEXT PRIMARY KEY REFERENCES packet (id) ON DELETE CASCADE, bytes BLOB NOT NULL)",
    "CREATE TABLE sequence (one INTEGER PRIMARY KEY CHECK (one = 1), last INTEGER NOT NULL)",
    "INSERT INTO sequence VALUES (1, 0)",
    "CREATE TABLE memory (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE highest (name TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID",
    # The key of the keyed hashes. It stays when the vault's own key is changed.
    "CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    "INSERT INTO secret VALUES ('index', randomblob(32))",
)

STEPS: tuple[Sequence[str], ...] = (_VERSION_1,)
VERSION = len(STEPS)


def migrate(connection: sqlcipher.Connection, steps: Sequence[Sequence[str]] = STEPS) -> None:
    """Bring the tables to the newest version, each step in one transaction of its own.

    Raises:
        StaffMustFix: ``vault.newer``, a newer program wrote this vault.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(steps):
        raise StaffMustFix("vault.newer")
    for number in range(version, len(steps)):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in steps[number]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number + 1}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
