"""The vault against SQLite without a cipher: bulk insert, one small transaction, a photo, opening (DESIGN section 6).

Both have the vault's own settings. The peer is Python's own SQLite and not SQLCipher without a key: locking and wiping
memory (cipher_memory_security), once on, costs a whole process, a database without a key included. Rounds alternate, so
that a busy machine slows both; the time is this process's CPU time, the disk's waits left out.
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher

from kiosk.vault import Vault
from kiosk.vault.database import _SETTINGS
from kiosk.vault.keys import Argon2Cost
from tests.fakes.vault import ManualClock
from tests.faults import full_vault

ROUNDS = 9
ROWS = 10_000
SMALL = 300
PHOTO = 2_000_000


def run() -> list[dict[str, object]]:
    """Return one row per figure: name, value, unit, n, and peer and ratio where there is a peer."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        rows = [*_against_sqlite(place), _opening(place)]
        row = full_vault.stolen_disk(_made(place / "stolen"))
        rows.append({"name": "vault_needles_found", "value": row.lost, "unit": "needles", "n": row.tries})
    return rows


@dataclass
class _Pair:
    plain: sqlite3.Connection
    sealed: sqlcipher.Connection


def _open(path: Path, key: bytes | None) -> Any:
    if key is None:
        connection: Any = sqlite3.connect(path, isolation_level=None)
    else:
        connection = sqlcipher.connect(str(path), isolation_level=None)
        connection.set_key(f"x'{key.hex()}'")
    for setting in _SETTINGS:
        if key is not None or not setting.startswith("cipher"):
            connection.execute(f"PRAGMA {setting}").fetchall()
    connection.execute("CREATE TABLE bulk (id INTEGER PRIMARY KEY, name TEXT, content BLOB)")
    return connection


def _bulk(connection: Any, first: int) -> None:
    rows = [(first + number, f"row {number}", b"x" * 100) for number in range(ROWS)]
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO bulk VALUES (?, ?, ?)", rows)
    connection.execute("COMMIT")


def _small(connection: Any, first: int) -> None:
    for number in range(SMALL):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO bulk VALUES (?, 'small', x'00')", (10_000_000 + first + number,))
        connection.execute("COMMIT")


def _photo(connection: Any, first: int) -> None:
    connection.execute("INSERT INTO bulk VALUES (?, 'photo', ?)", (20_000_000 + first, bytes(PHOTO)))


def _against_sqlite(place: Path) -> list[dict[str, object]]:
    pair = _Pair(_open(place / "plain.db", None), _open(place / "sealed.db", os.urandom(32)))
    steps: dict[str, tuple[Callable[[Any, int], None], int]] = {
        "vault_bulk_insert_10k": (_bulk, 1),
        "vault_transaction": (_small, SMALL),
        "vault_photo_2mb": (_photo, 1),
    }
    rows: list[dict[str, object]] = []
    for name, (step, each) in steps.items():
        times: dict[str, list[float]] = {"plain": [], "sealed": []}
        for number in range(ROUNDS):
            for which, connection in (("plain", pair.plain), ("sealed", pair.sealed)):
                began = time.process_time()
                step(connection, 1 + number * ROWS)
                times[which].append((time.process_time() - began) / each)
        sealed, plain = (statistics.median(times[which]) * 1000 for which in ("sealed", "plain"))
        rows.append(
            {
                "name": f"{name}_cpu",
                "value": round(sealed, 3),
                "unit": "ms",
                "n": ROUNDS,
                "peer": "plain SQLite",
                "ratio": round(sealed / plain, 2),
            }
        )
    pair.plain.close()
    pair.sealed.close()
    return rows


def _opening(place: Path) -> dict[str, object]:
    """Time from the key to the first row read, without the passphrase's derivation, whose slowness is its purpose."""
    cost, clock = Argon2Cost(64, 1, 1), ManualClock()
    vault = Vault.create(place / "vault", "bench", clock, staff_cost=cost)
    times = []
    for _ in range(ROUNDS):
        vault.lock()
        began = time.process_time()
        vault.unlock("bench")
        vault.sync.entries()
        times.append((time.process_time() - began) * 1000)
    vault.lock()
    return {"name": "vault_open_cpu", "value": round(statistics.median(times), 3), "unit": "ms", "n": ROUNDS}


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


if __name__ == "__main__":
    for figure in run():
        sys.stdout.write(f"{figure}\n")
