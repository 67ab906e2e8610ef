"""What sync keeps in the vault: packets on their way, receipts, and its memory of keys and versions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from kiosk.vault.database import Database
from kiosk.vault.outbox import ENTRY_COLUMNS, entries, entry_of
from kiosk.vault.voters import milliseconds
from registration.model.ids import PacketId
from registration.ports.vault import NOTHING, OutboxEntry

BEHIND = "vault:behind"
"""Name in the memory of the alarm: ``[our last number, the server's]`` when it was noticed, until it is forgotten."""


class VaultSyncStore:
    """Implements `registration.ports.vault.SyncStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(self) -> tuple[OutboxEntry, ...]:
        return entries(self._database)

    def due(self, now: datetime) -> tuple[OutboxEntry, ...]:
        with self._database.reading() as sql:
            rows = sql.execute(
                f"SELECT {ENTRY_COLUMNS} FROM packet WHERE state IN ('waiting', 'exported')"  # noqa: S608
                " AND (next_try IS NULL OR next_try <= ?) ORDER BY seq",
                (milliseconds(now),),
            ).fetchall()
        return tuple(map(entry_of, rows))

    def read(self, packet_id: PacketId) -> bytes:
        with self._database.reading() as sql:
            row = sql.execute("SELECT bytes FROM content WHERE packet = ?", (packet_id,)).fetchone()
        if row is None:
            raise KeyError(packet_id)
        return bytes(row[0])

    def note_attempt(self, packet_id: PacketId, next_try: datetime | None, problem: str = "") -> None:
        if next_try is None and not problem:
            raise ValueError("a packet needs attention for a reason")
        self._change(
            packet_id,
            "attempts = attempts + 1, problem = ?, next_try = ?, state = coalesce(?, state)",
            (
                problem,
                None if next_try is None else milliseconds(next_try),
                "attention" if next_try is None else None,
            ),
        )

    def retry(self, packet_id: PacketId) -> None:
        self._change(
            packet_id,
            "next_try = NULL, problem = '', state = CASE state WHEN 'attention' THEN 'waiting' ELSE state END",
        )

    def mark_exported(self, packet_id: PacketId) -> None:
        self._change(packet_id, "state = CASE state WHEN 'waiting' THEN 'exported' ELSE state END")

    def mark_received(self, packet_id: PacketId, receipt: bytes) -> None:
        with self._database.transaction() as sql:
            changed = sql.execute(
                "UPDATE packet SET state = 'received', receipt = ?, problem = '', next_try = NULL"
                " WHERE id = ? AND state <> 'received'",
                (receipt, packet_id),
            ).rowcount
            if not changed:
                _must_exist(sql.execute("SELECT 1 FROM packet WHERE id = ?", (packet_id,)).fetchone(), packet_id)
            sql.execute("DELETE FROM content WHERE packet = ?", (packet_id,))
        self._database.checkpoint()

    def receipt(self, packet_id: PacketId) -> bytes | None:
        with self._database.reading() as sql:
            row = sql.execute("SELECT receipt FROM packet WHERE id = ?", (packet_id,)).fetchone()
        return bytes(row[0]) if row and row[0] is not None else None

    def raise_seq(self, highest: int) -> None:
        with self._database.transaction() as sql:
            (last,) = sql.execute("SELECT last FROM sequence").fetchone()
            if highest > last:
                # The server saw numbers from us that we do not know: we are an older image of ourselves.
                sql.execute(_KEEP, (BEHIND, json.dumps([last, highest]).encode()))
            sql.execute("UPDATE sequence SET last = max(last, ?)", (highest,))

    def recall(self, name: str) -> bytes | None:
        with self._database.reading() as sql:
            row = sql.execute("SELECT value FROM memory WHERE name = ?", (name,)).fetchone()
        return None if row is None else bytes(row[0])

    def remember(self, values: Mapping[str, bytes]) -> None:
        with self._database.transaction() as sql:
            sql.executemany(_KEEP, list(values.items()))

    def forget(self, name: str) -> None:
        with self._database.transaction() as sql:
            sql.execute("DELETE FROM memory WHERE name = ?", (name,))

    def highest(self, name: str) -> int:
        with self._database.reading() as sql:
            row = sql.execute("SELECT version FROM highest WHERE name = ?", (name,)).fetchone()
        return int(row[0]) if row else 0

    def raise_highest(self, name: str, version: int, values: Mapping[str, bytes] = NOTHING) -> bool:
        with self._database.transaction() as sql:
            row = sql.execute("SELECT version FROM highest WHERE name = ?", (name,)).fetchone()
            if row and row[0] > version:
                return False
            sql.execute(
                "INSERT INTO highest VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET version = excluded.version",
                (name, version),
            )
            sql.executemany(_KEEP, list(values.items()))
        return True

    def _change(self, packet_id: PacketId, what: str, values: tuple[object, ...] = ()) -> None:
        """Change a packet that was not received; a late change to a received one is of no matter."""
        with self._database.transaction() as sql:
            sql.execute(
                f"UPDATE packet SET {what} WHERE id = ? AND state <> 'received'",  # noqa: S608
                (*values, packet_id),
            )
            _must_exist(sql.execute("SELECT 1 FROM packet WHERE id = ?", (packet_id,)).fetchone(), packet_id)


_KEEP = "INSERT INTO memory VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"


def _must_exist(row: object, packet_id: PacketId) -> None:
    if row is None:
        raise KeyError(packet_id)
