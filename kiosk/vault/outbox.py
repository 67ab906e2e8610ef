"""The outbox: a submission becomes a sealed packet, its draft goes, its number is taken: all at once or not at all."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from kiosk.vault.database import Database
from kiosk.vault.drafts import NoSuchVoter
from kiosk.vault.keys import WrongKey, keyed_hash, seal, unseal
from kiosk.vault.voters import finished_context, index_key, milliseconds
from registration.errors import StaffMustFix
from registration.model.ids import PacketId
from registration.model.submission import AccountSubmission, RequestSubmission, Submission, encode
from registration.ports.clock import Clock
from registration.ports.vault import FinishedSubmission, OutboxEntry, Sealer, VoterKey

ENTRY_COLUMNS = "id, kind, reference, seq, size, created, state, problem, sha256, attempts, next_try"


class AlreadyFinished(RuntimeError):
    """Another content was sealed under the same id and revision before. Always a bug of the caller."""


def moment(at: int) -> datetime:
    """Turn the vault's milliseconds into an aware UTC time."""
    return datetime.fromtimestamp(at / 1000, UTC)


def entry_of(row: tuple[Any, ...]) -> OutboxEntry:
    """Build an entry from `ENTRY_COLUMNS`."""
    packet_id, kind, reference, seq, size, created, state, problem, sha256, attempts, next_try = row
    return OutboxEntry(
        packet_id=PacketId(packet_id),
        kind=kind,
        reference=reference,
        seq=seq,
        size=size,
        created=moment(created),
        state=state,
        problem=problem,
        sha256=sha256,
        attempts=attempts,
        next_try=None if next_try is None else moment(next_try),
    )


class SealedOutbox:
    """Implements `registration.ports.vault.Outbox`."""

    def __init__(self, database: Database, sealer: Sealer, clock: Clock) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock

    def finish(self, submission: Submission, key: VoterKey, service: str) -> OutboxEntry:
        """Raises NoSuchVoter, AlreadyFinished (both bugs), and what the sealer raises."""
        kind, subject, revision = _identity(submission)
        mark = _mark(index_key(self._database), submission)
        with self._database.transaction() as sql:
            former = sql.execute(
                "SELECT id, mark FROM packet WHERE kind = ? AND subject = ? AND revision = ?", (kind, subject, revision)
            ).fetchone()
            if former is not None:
                if bytes(former[1]) != mark:
                    raise AlreadyFinished
                packet_id = former[0]
            else:
                (last,) = sql.execute("SELECT last FROM sequence").fetchone()
                packet = self._sealer.seal(submission, last + 1)
                packet_id = packet.packet_id
                created = milliseconds(packet.created)
                record = {
                    "kind": kind,
                    "subject": subject,
                    "revision": revision,
                    "reference": packet.reference,
                    "created": created,
                    "packet": packet_id,
                }
                voter = sql.execute(
                    "UPDATE voter SET seen = ? WHERE id = ?", (milliseconds(self._clock.now()), key.voter)
                )
                if voter.rowcount == 0:
                    raise NoSuchVoter
                sql.execute("UPDATE sequence SET last = ?", (last + 1,))
                sql.execute(
                    "INSERT INTO packet"
                    " (id, seq, kind, subject, revision, reference, sha256, size, created, mark, state)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting')",
                    (
                        packet_id,
                        last + 1,
                        kind,
                        subject,
                        revision,
                        packet.reference,
                        packet.sha256,
                        len(packet.content),
                        created,
                        mark,
                    ),
                )
                sql.execute("INSERT INTO content (packet, bytes) VALUES (?, ?)", (packet_id, packet.content))
                sealed = seal(key.key, json.dumps(record).encode(), finished_context(key.voter))
                sql.execute("INSERT INTO finished (voter, sealed) VALUES (?, ?)", (key.voter, sealed))
            sql.execute("DELETE FROM draft WHERE voter = ? AND service = ?", (key.voter, service))
            row = sql.execute(f"SELECT {ENTRY_COLUMNS} FROM packet WHERE id = ?", (packet_id,)).fetchone()  # noqa: S608
        self._database.checkpoint()
        return entry_of(row)

    def entries(self) -> tuple[OutboxEntry, ...]:
        return entries(self._database)

    def finished(self, key: VoterKey) -> tuple[FinishedSubmission, ...]:
        with self._database.reading() as sql:
            rows = sql.execute(
                "SELECT sealed FROM finished WHERE voter = ? ORDER BY number DESC", (key.voter,)
            ).fetchall()
            try:
                records = [json.loads(unseal(key.key, sealed, finished_context(key.voter))) for (sealed,) in rows]
            except WrongKey:
                raise StaffMustFix("vault.damaged") from None
            states = {
                record["packet"]: sql.execute("SELECT state FROM packet WHERE id = ?", (record["packet"],)).fetchone()
                for record in records
            }
        return tuple(
            FinishedSubmission(
                kind=record["kind"],
                subject_id=record["subject"],
                revision=record["revision"],
                reference=record["reference"],
                created=moment(record["created"]),
                state=states[record["packet"]][0],
            )
            for record in records
        )


def entries(database: Database) -> tuple[OutboxEntry, ...]:
    """Return every packet in the order of its number."""
    with database.reading() as sql:
        rows = sql.execute(f"SELECT {ENTRY_COLUMNS} FROM packet ORDER BY seq").fetchall()  # noqa: S608
    return tuple(map(entry_of, rows))


def _identity(submission: Submission) -> tuple[str, str, int]:
    if isinstance(submission, RequestSubmission):
        return "request", submission.request_id, submission.revision
    return "account", submission.account_id, 1


def _mark(index: bytes, submission: Submission) -> bytes:
    """Keyed digest of the content, to know the same submission again. A password hash is salted anew each time."""
    if isinstance(submission, AccountSubmission):
        submission = replace(submission, password_hash="")
    parts = [part for name, content in sorted(encode(submission).items()) for part in (name.encode(), content)]
    return keyed_hash(index, "submission", b"".join(len(part).to_bytes(8, "big") + part for part in parts))
