"""Voters' keys: each opened by a password only, found by a keyed hash of the contact.

Choosing a password makes a row of its own and never touches an earlier row of the same contact: at a shared machine
whoever types a contact may be a stranger, and neither a finished account nor an unfinished draft of the contact's
owner may be lost to them. `unlock` tries all rows of the contact with one derivation (they share a salt, which is a
keyed hash of the contact), so it takes the same time for none, one or many. Where the password opens several, they
are the same person's and become one.

Three wrong passwords lock the contact on this kiosk, known or not. A try is counted, durably, before it is made;
pulling the plug wins nothing. Setting the clock back starts the time anew; setting it forward takes an administrator.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlcipher3 import dbapi2 as sqlcipher

from kiosk.vault.database import Database
from kiosk.vault.keys import KEY_BYTES, SALT_BYTES, VOTER_COST, Argon2Cost, WrongKey, derive, keyed_hash, seal, unseal
from registration.errors import VoterCanFix
from registration.model.contact import Contact
from registration.ports.clock import Clock
from registration.ports.vault import VoterKey

WRONG_TRIES = 3
LOCKED_FOR = timedelta(hours=3)
LEAP = timedelta(days=7)
"""Between two looks at what has expired: a longer step of the clock is believed at the second look only."""

_LAST_LOOK = "vault:last-look"


def milliseconds(at: datetime) -> int:
    """Whole milliseconds since 1970 UTC."""
    return int(at.timestamp() * 1000)


def draft_context(voter: str, service: str) -> bytes:
    """What a sealed draft is bound to."""
    return f"draft/1\0{voter}\0{service}".encode()


def finished_context(voter: str) -> bytes:
    """What a sealed record of a finished submission is bound to."""
    return f"finished/1\0{voter}".encode()


@dataclass(frozen=True, slots=True)
class _Row:
    id: str
    cost: Argon2Cost
    wrapped: bytes = field(repr=False)


class Voters:
    """The table of voters' keys."""

    def __init__(self, database: Database, clock: Clock, cost: Argon2Cost = VOTER_COST) -> None:
        self._database = database
        self._clock = clock
        self._cost = cost

    def create(self, contact: Contact, password: str) -> VoterKey:
        """Make a random key that only this password opens."""
        index = self._index_key()
        mark = _mark(index, contact)
        voter, key = secrets.token_hex(16), secrets.token_bytes(KEY_BYTES)
        wrapped = seal(derive(password, _salt(index, mark), self._cost), key, _wrap_context(voter))
        now = milliseconds(self._clock.now())
        with self._database.transaction() as sql:
            sql.execute(
                "INSERT INTO voter (id, contact, cost, wrapped, created, seen) VALUES (?, ?, ?, ?, ?, ?)",
                (voter, mark, str(self._cost), wrapped, now, now),
            )
        return VoterKey(voter, key)

    def knows(self, contact: Contact) -> bool:
        mark = _mark(self._index_key(), contact)
        with self._database.reading() as sql:
            return sql.execute("SELECT 1 FROM voter WHERE contact = ?", (mark,)).fetchone() is not None

    def unlock(self, contact: Contact, password: str) -> VoterKey:
        """Raises VoterCanFix ``login.wrong`` (params: left), ``login.locked`` (params: minutes)."""
        index = self._index_key()
        mark = _mark(index, contact)
        left = self._count_try(mark)
        with self._database.reading() as sql:
            rows = [
                _Row(voter, Argon2Cost.parse(cost), wrapped)
                for voter, cost, wrapped in sql.execute(
                    "SELECT id, cost, wrapped FROM voter WHERE contact = ? ORDER BY created DESC, id", (mark,)
                )
            ]
        opened = self._open(rows, password, _salt(index, mark))
        if not opened:
            if left == 0:
                raise VoterCanFix("login.locked", minutes=_minutes(LOCKED_FOR))
            raise VoterCanFix("login.wrong", left=left)
        newest, earlier = opened[0], opened[1:]
        with self._database.transaction() as sql:
            sql.execute("DELETE FROM wrong_tries WHERE contact = ?", (mark,))
            sql.execute("UPDATE voter SET seen = ? WHERE id = ?", (milliseconds(self._clock.now()), newest.voter))
            for other in earlier:
                _merge(sql, other, newest)
        if earlier:
            self._database.checkpoint()
        return newest

    def forgive(self, contact: Contact) -> None:
        """Forget the wrong tries of a contact."""
        mark = _mark(self._index_key(), contact)
        with self._database.transaction() as sql:
            sql.execute("DELETE FROM wrong_tries WHERE contact = ?", (mark,))

    def discard(self, key: VoterKey) -> None:
        """Erase the voter's drafts, and the voter when nothing was finished."""
        with self._database.transaction() as sql:
            sql.execute("DELETE FROM draft WHERE voter = ?", (key.voter,))
            sql.execute(
                "DELETE FROM voter WHERE id = ? AND NOT EXISTS (SELECT 1 FROM finished WHERE voter = ?)",
                (key.voter, key.voter),
            )
        self._database.checkpoint()

    def purge(self, keep: timedelta) -> int:
        """Erase voters last seen longer than `keep` ago with all they have, and outlived counts of wrong tries.

        A clock that leapt since the last look may be wrong, and what is erased is gone for good: such a look erases
        no voter. If the next one finds the clock still there, the machine was merely off, and it is done then.
        """
        now = self._clock.now()
        with self._database.transaction() as sql:
            sql.execute("DELETE FROM wrong_tries WHERE at < ?", (milliseconds(now - LOCKED_FOR),))
            erased = 0
            if self._clock_is_steady(sql, now):
                erased = sql.execute("DELETE FROM voter WHERE seen < ?", (milliseconds(now - keep),)).rowcount
        if erased:
            self._database.checkpoint()
        return erased

    def _clock_is_steady(self, sql: sqlcipher.Connection, now: datetime) -> bool:
        """Compare with the last look, and remember this one."""
        row = sql.execute("SELECT value FROM memory WHERE name = ?", (_LAST_LOOK,)).fetchone()
        last, leapt = json.loads(row[0]) if row else (milliseconds(now), False)
        step = timedelta(milliseconds=milliseconds(now) - last)
        leaps = step < timedelta() or (step > LEAP and not leapt)
        look = json.dumps([milliseconds(now), leaps]).encode()
        sql.execute(
            "INSERT INTO memory VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (_LAST_LOOK, look),
        )
        return not leaps

    def _open(self, rows: Sequence[_Row], password: str, salt: bytes) -> list[VoterKey]:
        """Return the keys the password opens, in the order of the rows. Derives once though there be no row."""
        wrapping = {cost: derive(password, salt, cost) for cost in {self._cost, *(row.cost for row in rows)}}
        opened = []
        for row in rows:
            try:
                opened.append(VoterKey(row.id, unseal(wrapping[row.cost], row.wrapped, _wrap_context(row.id))))
            except WrongKey:
                continue
        return opened

    def _count_try(self, mark: bytes) -> int:
        """Count a try as wrong; it is forgotten if it proves right. Return how many more there will be."""
        now = self._clock.now()
        refused = None
        with self._database.transaction() as sql:
            row = sql.execute("SELECT wrong, at FROM wrong_tries WHERE contact = ?", (mark,)).fetchone()
            wrong, at = row or (0, milliseconds(now))
            if at > milliseconds(now):
                at = milliseconds(now)
                sql.execute("UPDATE wrong_tries SET at = ? WHERE contact = ?", (at, mark))
            left = LOCKED_FOR - timedelta(milliseconds=milliseconds(now) - at)
            if left <= timedelta():
                wrong = 0
            if wrong >= WRONG_TRIES:
                refused = VoterCanFix("login.locked", minutes=_minutes(left))
            else:
                sql.execute(
                    "INSERT INTO wrong_tries VALUES (?, ?, ?)"
                    " ON CONFLICT (contact) DO UPDATE SET wrong = excluded.wrong, at = excluded.at",
                    (mark, wrong + 1, milliseconds(now)),
                )
        if refused:
            raise refused
        return WRONG_TRIES - wrong - 1

    def _index_key(self) -> bytes:
        return index_key(self._database)


def index_key(database: Database) -> bytes:
    """The key of the vault's keyed hashes. Read each time, so that nothing of it stays when the vault is locked."""
    with database.reading() as sql:
        (value,) = sql.execute("SELECT value FROM secret WHERE name = 'index'").fetchone()
    return bytes(value)


def _merge(sql: sqlcipher.Connection, source: VoterKey, target: VoterKey) -> None:
    """Seal what the source has under the target's key and erase the source; the target's own drafts stay."""
    for service, sealed, saved in sql.execute(
        "SELECT service, sealed, saved FROM draft WHERE voter = ?", (source.voter,)
    ).fetchall():
        content = unseal(source.key, sealed, draft_context(source.voter, service))
        sql.execute(
            "INSERT INTO draft (voter, service, sealed, saved) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (target.voter, service, seal(target.key, content, draft_context(target.voter, service)), saved),
        )
    for number, sealed in sql.execute(
        "SELECT number, sealed FROM finished WHERE voter = ?", (source.voter,)
    ).fetchall():
        content = unseal(source.key, sealed, finished_context(source.voter))
        resealed = seal(target.key, content, finished_context(target.voter))
        sql.execute(
            "UPDATE finished SET voter = ?, sealed = ? WHERE number = ?",
            (target.voter, resealed, number),
        )
    sql.execute("DELETE FROM voter WHERE id = ?", (source.voter,))


def _mark(index: bytes, contact: Contact) -> bytes:
    return keyed_hash(index, "contact", f"{contact.kind}:{contact.value}".encode())


def _salt(index: bytes, mark: bytes) -> bytes:
    return keyed_hash(index, "salt", mark)[:SALT_BYTES]


def _wrap_context(voter: str) -> bytes:
    return f"voter/1\0{voter}".encode()


def _minutes(left: timedelta) -> int:
    return max(1, -(-int(left.total_seconds()) // 60))
